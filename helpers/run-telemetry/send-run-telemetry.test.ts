import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queryInstant } from '../clients/prometheus.ts';
import { findTrace } from '../clients/tempo.ts';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import type { OwnTelemetry } from '../report/verdict.ts';
import type { Run } from '../run/run.ts';
import { ROOT_SPAN } from './run-spans.ts';
import { sendRunTelemetry } from './send-run-telemetry.ts';
import { endRun } from './testing/sample-run.ts';
import { startPipeline, type VerifiedPipeline } from './testing/verified-pipeline.ts';

async function send(changes: Partial<Run>) {
  const { verdict, finished } = endRun(changes);
  return await sendRunTelemetry(verdict, finished, 'all');
}

function readProblem(own: OwnTelemetry | undefined): string | undefined {
  return own !== undefined && 'problem' in own ? own.problem : undefined;
}

describe('through a pipeline that works', () => {
  let pipeline: VerifiedPipeline;
  beforeAll(async () => {
    pipeline = await startPipeline();
  }, 60_000);
  afterAll(() => pipeline[Symbol.asyncDispose]());

  test('the trace and the metrics are in the backend when it returns, under the ID of the run', async () => {
    const { ownTelemetry } = await send({ id: 'run-a', alloy: pipeline.alloy });
    if (ownTelemetry === undefined || !('traceId' in ownTelemetry)) throw new Error(readProblem(ownTelemetry));
    const spans = await findTrace(pipeline.access.tempo, ownTelemetry.traceId);
    expect(spans).toHaveLength(4);
    expect(spans.map(({ span }) => span.name)).toContain(ROOT_SPAN);
    expect(spans[0]?.resource.attributes).toContainEqual({
      key: 'service.instance.id',
      value: { stringValue: 'run-a' },
    });
    const selector = 'alloy_verify_criterion_passed{instance="run-a",scope="all",backend="mock"}';
    const found = await queryInstant(pipeline.access.prometheus, selector);
    expect(found.map(({ labels, value }) => [labels.criterion, labels.phase, value]).sort()).toEqual([
      ['P3.1', 'phase3', 1],
      ['P3.2', 'phase3', 0],
    ]);
  });

  test('the cost in the verdict and in the metrics includes what it sent itself', async () => {
    const zero = { samples: 0, spans: 0, logLines: 0 };
    const before = (await send({ id: 'run-b', alloy: pipeline.alloy })).sent ?? zero;
    const { sent } = await send({ id: 'run-c', alloy: pipeline.alloy });
    const all = await queryInstant(pipeline.access.prometheus, 'count({__name__=~"alloy_verify_.*",instance="run-c"})');
    expect(sent?.spans).toBe(before.spans + 4);
    expect((sent?.samples ?? 0) - before.samples).toBeGreaterThanOrEqual(all[0]?.value ?? Number.NaN);
    const cost = await queryInstant(
      pipeline.access.prometheus,
      'alloy_verify_sent_items{instance="run-c",item="samples"}',
    );
    expect(cost[0]?.value).toBe(100 + (all[0]?.value ?? 0));
  });
});

describe('what can’t be sent is named in one line, and fails nothing', () => {
  test('an Alloy that is gone', async () => {
    expect(readProblem((await send({})).ownTelemetry)).toMatch(/^connect ECONNREFUSED \S+$/);
  });

  test('an Alloy that refuses', async () => {
    await using server = await startAnsweringServer(({ path }) =>
      path === '/metrics' ? { type: 'text/plain' } : { status: 503, body: 'try\nlater' },
    );
    expect(readProblem((await send({ origin: server.url } as Partial<Run>)).ownTelemetry)).toBe(
      `${server.url}/v1/traces answers HTTP 503 to an export of traces: try later`,
    );
  });

  test('an Alloy whose login the backend refuses', async () => {
    await using pipeline = await startPipeline({ GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' });
    const { ownTelemetry, phases } = await send({ alloy: pipeline.alloy });
    expect(readProblem(ownTelemetry)).toMatch(/^Alloy could not send \d+ items, and dropped them$/);
    expect(phases).toEqual(endRun().verdict.phases);
  }, 60_000);
});
