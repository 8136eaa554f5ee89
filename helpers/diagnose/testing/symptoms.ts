import { sampleRun } from '../../clients/testing/sample-run.ts';
import type { Observation } from '../../findings/evidence.ts';
import type { Finding } from '../../findings/finding.ts';
import { sampleObservation } from '../../findings/testing/samples.ts';
import type { Flow } from '../../flow/flow.ts';
import { count, workingFlow } from '../../flow/testing/recorded-flow.ts';
import { type LogLine, parseLog } from '../alloy-log.ts';
import { findStopOf, type Symptoms } from '../symptoms.ts';

export const RECEIVER = 'otelcol.receiver.otlp.services';
export const BATCH = 'otelcol.processor.batch.services';
export const AUTH = 'otelcol.auth.basic.grafana_cloud';
export const EXPORTER = 'otelcol.exporter.otlphttp.grafana_cloud';
export const WRITE = 'prometheus.remote_write.grafana_cloud';
export const SCRAPE = 'prometheus.scrape.redis';
export const REDIS = { job: 'integrations/redis_exporter', instance: 'redis' };

/** For one rule: symptoms that prove its cause, what it finds, and similar ones that don't. */
export type Case = {
  readonly speaks: Partial<Symptoms>;
  readonly finds: object;
  readonly silent: Readonly<Record<string, Partial<Symptoms>>>;
};

/** Cases of rules, by the kind of what they find. */
export type Cases = Readonly<Partial<Record<Finding['kind'], Case>>>;

/** A run in which a question about `redis_up` got no answer; where the flow stops follows from the flow, unless it is given. */
export function symptoms(changes: Partial<Symptoms> = {}): Symptoms {
  const gathered: Symptoms = {
    run: sampleRun(),
    evidence: sampleObservation(),
    needs: ['redis'],
    takenAway: [],
    flow: delivering(),
    alloyAnswers: true,
    alloyLog: [],
    refusals: [],
    wrongAddresses: [],
    refusedQuestions: [],
    unreachable: [],
    faulty: [],
    services: [],
    ...changes,
  };
  const { flow, evidence } = gathered;
  const stop = flow && findStopOf(flow, evidence);
  return { stop, ...gathered };
}

/** A working pipeline that has delivered of everything. */
export function delivering(): Flow {
  const items = (verb: string) => ({
    [`otelcol_${verb}_spans_total`]: 5,
    [`otelcol_${verb}_metric_points_total`]: 5,
    [`otelcol_${verb}_log_records_total`]: 5,
  });
  return count(workingFlow(), {
    [RECEIVER]: items('receiver_accepted'),
    [EXPORTER]: items('exporter_sent'),
    [WRITE]: { prometheus_remote_storage_samples_total: 99 },
  });
}

/** A working pipeline that has accepted spans, and what else components have counted. */
export function accepting(counts: Parameters<typeof count>[1] = {}): Flow {
  return count(workingFlow(), { [RECEIVER]: { otelcol_receiver_accepted_spans_total: 5 }, ...counts });
}

/** A flow in which a component is in a bad state. */
export function inState(flow: Flow, id: string, state: string, message = 'broken'): Flow {
  return { ...flow, components: flow.components.map((one) => (one.id === id ? { ...one, state, message } : one)) };
}

/** The question changed. */
export function asked(changes: Partial<Observation>) {
  return { evidence: sampleObservation(changes) };
}

/** A question about traces that found none. */
export const trace = asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, seen: { kind: 'nothing' } });
export const logs = asked({ path: 'otlp', subject: { kind: 'logs', query: '{}' }, seen: { kind: 'nothing' } });
export const error = { evidence: { kind: 'error', message: 'expected 1 to be 2' } } as const;

/** Ten seconds before and one second after the question was asked. */
export const EARLIER = '2026-11-26T00:00:00Z';
export const NOW = '2026-11-26T00:00:11Z';

/** A line of Alloy's log. */
export function line(component: string, message: string, err: string, { ts = NOW, level = 'error' } = {}): LogLine[] {
  const text = `ts=${ts} level=${level} msg=${JSON.stringify(message)} component_id=${component} err=${JSON.stringify(err)}`;
  return parseLog(text);
}

/** What an exporter logs of an answer to traces, or of none. */
export function exportLine(status: number | string, url = 'http://h/otlp/v1/traces', component = EXPORTER): LogLine[] {
  return typeof status === 'number'
    ? line(component, 'Exporting failed. Dropping data.', `request to ${url} responded with HTTP Status Code ${status}`)
    : line(component, 'Exporting failed. Will retry the request after interval.', `Post "${url}": ${status}`, {
        level: 'info',
      });
}

/** What remote write logs of an answer, or of none. */
export function writeLine(status: string, changes: { ts?: string } = {}): LogLine[] {
  return /^\d/.test(status)
    ? line(WRITE, 'non-recoverable error', `server returned HTTP status ${status}`, changes)
    : line(WRITE, 'Failed to send batch, retrying', `Post "http://h/push": ${status}`, { level: 'warn', ...changes });
}

/** An exporter that has dropped spans. */
export const droppedSpans = accepting({ [EXPORTER]: { otelcol_exporter_send_failed_spans_total: 3 } });
/** One that keeps them. */
export const keptSpans = accepting({ [EXPORTER]: { 'otelcol_exporter_queue_size{traces}': 3 } });
/** A remote write that has dropped samples. */
export const droppedSamples = count(workingFlow(), {
  [WRITE]: { prometheus_remote_storage_samples_total: 9, prometheus_remote_storage_samples_failed_total: 9 },
});
/** One that keeps them. */
export const keptSamples = count(workingFlow(), {
  [WRITE]: {
    prometheus_remote_storage_samples_total: 9,
    prometheus_remote_storage_samples_retried_total: 9,
    prometheus_remote_storage_samples_pending: 9,
  },
});
