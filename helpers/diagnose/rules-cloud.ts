import { isLoginRefused } from '../clients/http.ts';
import type { Observation } from '../findings/evidence.ts';
import type { RefusedUse } from '../findings/finding.ts';
import type { CheckedWay } from '../run/cloud-problem.ts';
import { findAskedService } from './asked-service.ts';
import { explainRefusal, listWriteWays } from './cloud-logins.ts';
import { findLogLine, getObservation, hasLost } from './readings.ts';
import { createRule, type Rule } from './rule.ts';
import { LOGIN_COMPONENTS, type Symptoms } from './symptoms.ts';

/** What Grafana Cloud refuses, with what the check at the run's start found of it. */
type Refusal = { readonly use: RefusedUse; readonly ways: readonly CheckedWay[] };

const cloudRefuses = createRule('Grafana Cloud refuses', (symptoms) => {
  const refusal = findRefusal(symptoms);
  const problem = refusal && explainRefusal(symptoms.run.cloudState, refusal.ways);
  return problem && { use: refusal.use, problem };
});

const tokenExpired = createRule('token expired', (symptoms) => {
  const { use, ways } = findRefusal(symptoms) ?? { ways: [] };
  const [first] = ways;
  if (use === undefined || first === undefined || ways.some(({ login }) => login !== 'accepted')) return undefined;
  return { use, variable: first.tokenVariable };
});

/** Data of a wrong time is not found where it is looked for. */
const clockDiffers = createRule('clock differs', (symptoms) => {
  if (getObservation(symptoms)?.seen.kind === 'query failure') return undefined;
  const problem = symptoms.run.cloudState?.problems.find(({ kind }) => kind === 'clock');
  return problem?.kind === 'clock' ? { offset: problem.offset } : undefined;
});

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
function isAlloysLogin({ run, usernames }: Symptoms, { path }: Observation): boolean {
  const service = path === 'otlp' ? 'OTLP' : 'PROMETHEUS';
  const known = usernames[LOGIN_COMPONENTS[service]] ?? [];
  const id = run.variables[`GRAFANA_CLOUD_${service}_INSTANCE_ID`] ?? '';
  return known.length === 0 ? run.stack !== 'external' : known.includes(id);
}

/** Alloy's counters or log say so; a stack that the run started is refused as the check was. */
function isWriteRefused(symptoms: Symptoms, { path, subject }: Observation, ways: readonly CheckedWay[]): boolean {
  if (symptoms.run.stack !== 'external' && ways.every(({ login }) => login === 'refused')) return true;
  if (path === 'remote write') {
    const line = findLogLine(symptoms, { component: 'prometheus.remote_write.', text: /HTTP status 40[13]\b/ });
    return line !== undefined && hasLost(symptoms, /^prometheus_remote_storage_samples_failed_total$/);
  }
  const { counter, url } = SIGNALS[subject.kind as keyof typeof SIGNALS] ?? { counter: '', url: '' };
  const failed = new RegExp(`^otelcol_exporter_send_failed_${counter}`);
  const isCounted = symptoms.alloyMetrics.some(
    ({ labels, value }) => failed.test(labels.__name__ ?? '') && DENIED.includes(labels.error_type ?? '') && value > 0,
  );
  const text = new RegExp(`${url}\\S* responded with HTTP Status Code 40[13]\\b`);
  const isLogged = findLogLine(symptoms, { component: 'otelcol.exporter.', text }) !== undefined;
  return (isCounted || isLogged) && hasLost(symptoms, failed);
}

/** How an exporter counts answers of 401 and 403 (gRPC status codes). */
const DENIED: readonly string[] = ['Unauthenticated', 'PermissionDenied'];

/** How Alloy counts what each subject is about, and where it is sent to. */
const SIGNALS = {
  trace: { counter: 'spans', url: '/v1/traces' },
  traces: { counter: 'spans', url: '/v1/traces' },
  logs: { counter: 'log_records', url: '/v1/logs' },
  'OTLP metric': { counter: 'metric_points', url: '/v1/metrics' },
} as const;

/** Why Grafana Cloud does not find what it accepted. */
export const CLOUD_GAP_RULES: readonly Rule[] = [clockDiffers];
/** Why Grafana Cloud refuses a login, where the run's start has asked it. */
export const CLOUD_RULES: readonly Rule[] = [cloudRefuses, tokenExpired];
