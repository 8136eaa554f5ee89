import { isLoginRefused } from '../../clients/http.ts';
import type { Observation } from '../../findings/evidence.ts';
import type { RefusedUse } from '../../findings/finding.ts';
import { readExporterLogin, readWriteLogin } from '../../flow/login.ts';
import type { CheckedWay } from '../../run/cloud-problem.ts';
import { findAskedService } from '../asked-service.ts';
import { explainRefusal, listWriteWays } from '../cloud-logins.ts';
import { readFailedExport } from '../failed-export.ts';
import { readFailedWrite } from '../failed-write.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * Grafana Cloud refuses a login, and the check at the run's start has found why.
 *
 * `the OTLP gateway refuses Alloy's login, and Alloy drops the data: GRAFANA_CLOUD_API_KEY lacks the scope traces:write`
 */
export const grafanaCloudRefuses = createRule('Grafana Cloud refuses', (symptoms) => {
  const refusal = findRefusal(symptoms);
  const problem = refusal && explainRefusal(symptoms.run.cloudState, refusal.ways);
  return problem && { use: refusal.use, problem };
});

/**
 * Grafana Cloud refuses a login that it accepted at the run's start.
 *
 * `…, although it accepted the same login when the run began: GRAFANA_CLOUD_API_KEY has expired, or was revoked or changed since`
 */
export const tokenExpired = createRule('token expired', (symptoms) => {
  const { use, ways } = findRefusal(symptoms) ?? { ways: [] };
  const [first] = ways;
  if (use === undefined || first === undefined || ways.some(({ login }) => login !== 'accepted')) return undefined;
  return { use, variable: first.tokenVariable };
});

/** What Grafana Cloud refuses, with what the check at the run's start found of it. */
type Refusal = { readonly use: RefusedUse; readonly ways: readonly CheckedWay[] };

function findRefusal(symptoms: Symptoms): Refusal | undefined {
  const observation = getObservation(symptoms);
  const state = symptoms.run.cloudState;
  if (observation === undefined || state === undefined) return undefined;
  const ways = listWriteWays(state, observation);
  if (ways.length > 0 && isAlloysLogin(symptoms, observation) && isWriteRefused(symptoms, observation, ways)) {
    return { use: observation.path === 'otlp' ? 'OTLP export' : 'remote write', ways };
  }
  const { request } = observation.seen.kind === 'query failure' ? observation.seen : {};
  if (request === undefined || !isLoginRefused(request)) return undefined;
  const service = findAskedService(symptoms.run.access, request.url)?.toUpperCase();
  const reads = state.ways.filter((way) => way.does === 'read' && way.service === service);
  return reads.length === 0 ? undefined : { use: 'question', ways: reads };
}

/** Whether Alloy writes with the ID that was checked: one that the run did not start may have other variables. */
function isAlloysLogin(symptoms: Symptoms, { path }: Observation): boolean {
  const { run } = symptoms;
  const users = listUsers(symptoms, path);
  const id = run.variables[`GRAFANA_CLOUD_${path === 'otlp' ? 'OTLP' : 'PROMETHEUS'}_INSTANCE_ID`] ?? '';
  return users.length === 0 ? run.stack !== 'external' : users.includes(id);
}

/** The IDs with which Alloy writes on this path. */
function listUsers({ flow }: Symptoms, path: Observation['path']): string[] {
  if (flow === undefined) return [];
  const logins = flow.components.flatMap((component) => {
    if (path === 'otlp') {
      return component.name.startsWith('otelcol.exporter.') ? [readExporterLogin(flow, component)] : [];
    }
    return component.name === 'prometheus.remote_write' ? [readWriteLogin(flow, component)] : [];
  });
  return logins.flatMap((login) => (login.kind === 'basic' && login.user !== undefined ? [login.user] : []));
}

/** Alloy's log or counters say so; a stack that the run started is refused as the check was. */
function isWriteRefused(symptoms: Symptoms, { path }: Observation, ways: readonly CheckedWay[]): boolean {
  if (symptoms.run.stack !== 'external' && ways.every(({ login }) => login === 'refused')) return true;
  const failed = path === 'otlp' ? readFailedExport(symptoms) : readFailedWrite(symptoms);
  return failed?.error?.status === 401 || failed?.error?.status === 403;
}
