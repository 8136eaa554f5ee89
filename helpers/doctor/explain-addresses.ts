import type { CloudProblem } from '../run/cloud-problem.ts';
import { type CloudService, nameEndpoint, nameId } from '../settings/cloud.ts';
import type { ProbeResult } from './cloud-check.ts';

type WrongAddress = Extract<CloudProblem, { kind: 'wrong address' }>;
type AddressProblem = Extract<CloudProblem, { kind: 'wrong address' | 'swapped' }>;

/** The variables that don't lead to their service: one problem for each, and for two of them that are swapped. */
export function explainAddresses(results: readonly ProbeResult[]): AddressProblem[] {
  const byVariable = Map.groupBy(results, ({ probe, misplaced }) => misplaced?.variable ?? probe.urlVariable);
  const wrong = [...byVariable.values()].flatMap((group) => explainAddress(group) ?? []);
  const swapped = wrong.flatMap((one, index) => {
    const other = wrong.slice(index + 1).find((candidate) => isSwapped(one, candidate));
    return other === undefined ? [] : [[one, other] as const];
  });
  return [
    ...swapped.map((pair) => describeSwapped(pair, results)),
    ...wrong.filter((problem) => !swapped.flat().includes(problem)),
  ];
}

/** What all probes say that one variable leads to. */
function explainAddress(group: readonly ProbeResult[]): WrongAddress | undefined {
  const places = group.flatMap(({ probe: { does }, misplaced }) =>
    misplaced === undefined ? [] : [{ does, misplaced }],
  );
  // A value that is right for reads alone is not right where Alloy writes.
  const { misplaced, does } = places.find((place) => place.does === 'write') ?? places[0] ?? {};
  if (misplaced === undefined) return undefined;
  const isRightBeside = group.some((result) => result.isGood && result.misplaced === undefined);
  const { variable, value, url, status, right, rightUrl, says } = misplaced;
  const [owner] = places.flatMap((place) => place.misplaced.owner ?? []);
  const missing = isRightBeside ? (does === 'write' ? 'writes' : 'queries') : 'service';
  const shown = missing === 'queries' ? rightUrl : right;
  return {
    kind: 'wrong address',
    variable,
    value,
    url,
    status,
    missing,
    ...(owner && missing !== 'queries' && { owner }),
    ...(shown && { right: shown }),
    ...(says && { says }),
  };
}

/** Whether each of the two is the address of the other's service. */
function isSwapped(one: WrongAddress, other: WrongAddress): boolean {
  const leadsTo = ({ owner }: WrongAddress, { variable }: WrongAddress) =>
    owner !== undefined && [nameEndpoint(owner), nameQueryUrl(owner)].includes(variable);
  const isQuery = ({ variable }: WrongAddress) => variable.endsWith('_QUERY_URL');
  return isQuery(one) === isQuery(other) && leadsTo(one, other) && leadsTo(other, one);
}

/** The IDs are swapped as well where each is taken at the address that stands beside it. */
function describeSwapped(pair: readonly WrongAddress[], results: readonly ProbeResult[]): AddressProblem {
  const variables = pair.map(({ variable }) => variable);
  const ids = variables.flatMap((variable) => {
    const found = results.find(({ misplaced }) => misplaced?.variable === variable && misplaced.takesId);
    return found === undefined ? [] : [nameId(found.probe.service)];
  });
  return { kind: 'swapped', variables, ...(ids.length === 2 && { ids }) };
}

function nameQueryUrl(service: CloudService): string {
  return `GRAFANA_CLOUD_${service}_QUERY_URL`;
}
