/** Telemetry that is sent to see whether it arrives. */
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { queryLogs } from '../clients/loki.ts';
import { queryInstant } from '../clients/prometheus.ts';
import { findTrace } from '../clients/tempo.ts';
import type { Signal } from '../findings/finding.ts';
import { type Milliseconds, newSpanId, newTraceId, nowNanos } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';

const PAUSE: Milliseconds = 250;

/** Asks until the answer is yes, or the time is over. Rejects where the last question was not answered. */
export async function comesTrue(within: Milliseconds, ask: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + within;
  for (;;) {
    const isLast = performance.now() >= end;
    const answer = await ask().catch((error: unknown) => {
      if (isLast) throw error;
      return false;
    });
    if (answer || isLast) return answer;
    await delay(PAUSE);
  }
}

/** Marked telemetry of a signal: how it is sent through Alloy, and how it is found in the backend. */
export type Probe = { readonly send: () => Promise<void>; readonly isThere: () => Promise<boolean> };

/** New marked telemetry of each signal. */
export function makeProbes({
  id,
  access,
  alloy,
}: Pick<Run, 'id' | 'access' | 'alloy'>): Readonly<Record<Signal, Probe>> {
  const traceId = newTraceId();
  const now = String(nowNanos());
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const resource = { attributes: [attribute('service.name', 'alloy-verify'), attribute('service.instance.id', id)] };
  const scope = { name: 'alloy-verify' };
  const line = `the delivery of ${id}`;
  const span = {
    traceId,
    spanId: newSpanId(),
    name: 'delivery',
    kind: 1,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
  };
  const gauge = { dataPoints: [{ asDouble: 1, timeUnixNano: now }] };
  const sendTo = (signal: Signal, body: object) => () => send(`${alloy.otlpHttp}/v1/${signal}`, body);
  return {
    traces: {
      send: sendTo('traces', { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] }),
      isThere: async () => (await findTrace(access.tempo, traceId)).length > 0,
    },
    logs: {
      send: sendTo('logs', {
        resourceLogs: [
          { resource, scopeLogs: [{ scope, logRecords: [{ timeUnixNano: now, body: { stringValue: line } }] }] },
        ],
      }),
      isThere: async () => (await queryLogs(access.loki, `{service_name="alloy-verify"} |= "${line}"`)).length > 0,
    },
    metrics: {
      send: sendTo('metrics', {
        resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [{ name: 'alloy.verify.delivery', gauge }] }] }],
      }),
      isThere: async () =>
        (await queryInstant(access.prometheus, `alloy_verify_delivery{instance="${id}"}`)).length > 0,
    },
  };
}

async function send(url: string, body: object): Promise<void> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
}
