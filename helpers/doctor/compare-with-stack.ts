import type { CloudStack } from '../clients/cloud-api.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import { CLOUD_SERVICES, type CloudVariables, nameId } from '../settings/cloud.ts';
import { isSameRegion, readRegion } from '../settings/region.ts';
import type { Difference, ProbeResult } from './cloud-check.ts';
import { isAboutScope } from './judge-answer.ts';

type WrongId = Extract<CloudProblem, { kind: "not the stack's ID" | "another service's ID" }>;

/** The IDs that are not those of the stack. */
export function listWrongIds(cloud: CloudVariables, { variables }: CloudStack): WrongId[] {
  const names = CLOUD_SERVICES.map(nameId);
  return names.flatMap((variable): WrongId[] => {
    const [id = '', expected = ''] = [cloud[variable], variables[variable]];
    if (!/^\d+$/.test(id) || id === expected) return [];
    const owner = names.find((name) => variables[name] === id);
    return owner === undefined
      ? [{ kind: "not the stack's ID", variable, id, expected }]
      : [{ kind: "another service's ID", variable, id, owner, expected }];
  });
}

/** The addresses that were asked and are not those that the stack tells: one for each variable. */
export function listDifferences(results: readonly ProbeResult[], { variables, region }: CloudStack): Difference[] {
  const asked = Map.groupBy(results, ({ probe }) => probe.urlVariable);
  return [...asked].flatMap(([variable, group]): Difference[] => {
    const [{ probe }] = group as [ProbeResult];
    const expected = findExpected(variable, variables);
    if (expected === undefined) return [];
    const [host, right] = [new URL(probe.url).host, new URL(expected).host];
    const found = readRegion(probe.url);
    // The stack does not tell the gateway's name, only the region that is part of it.
    const isGateway = probe.service === 'OTLP' && found !== undefined && isSameRegion(found, region);
    if (host === right || isGateway) return [];
    const isTaken = group.some((result) => result.isGood || isAboutScope(result));
    return [{ variable, service: probe.service, host, expected, isTaken, isSameDomain: isSameDomain(host, right) }];
  });
}

/** What a difference means for a service that does not take the login. */
export function explainDifference({ variable, host, expected }: Difference, { region }: CloudStack): CloudProblem {
  const found = readRegion(`https://${host}`);
  const right = readRegion(expected) ?? region;
  return found !== undefined && !isSameRegion(found, right)
    ? { kind: 'wrong region', variable, region: found, expected: right, endpoint: expected }
    : { kind: 'another endpoint', variable, host, expected };
}

/** What this variable would be for the stack; undefined for one that leads elsewhere, as to a Grafana. */
function findExpected(variable: string, variables: CloudStack['variables']): string | undefined {
  const endpoint = variables[variable.replace(/_QUERY_URL$/, '_ENDPOINT')];
  return variable.endsWith('_QUERY_URL') ? endpoint?.replace(/\/loki\/api\/v1\/push$|\/push$/, '') : endpoint;
}

/** Another domain may lead to the same service: a gateway of one's own, or a private link. */
function isSameDomain(a: string, b: string): boolean {
  const [one, other] = [a, b].map((host) => host.split('.').slice(-2).join('.'));
  return one === other && !a.includes('.vpce.');
}
