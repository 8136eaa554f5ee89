import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { computeOtlpDeadline } from './deadlines.ts';
import { delivery } from './delivery.ts';
import { run, useRun } from './run.ts';

/** Alloy's counters of items of each signal, with a factor that tells them apart. */
const count = (name: string, factor: number) =>
  [
    `otelcol_${name}_spans_total{x="1"} ${1 * factor}`,
    `otelcol_${name}_spans_total{x="2"} ${1 * factor}`,
    `otelcol_${name}_metric_points_total ${10 * factor}`,
    `otelcol_${name}_log_records_total ${100 * factor}`,
  ].join('\n');
/** Counters whose names only begin or end like those. */
const OTHERS = ['receiver_accepted', 'exporter_sent', 'exporter_send_failed']
  .flatMap((name) => [`otelcol_${name}_spans_total_x 7`, `x_otelcol_${name}_spans_total 7`, `otelcol_${name}_spans 7`])
  .join('\n');

test('what was accepted, sent and failed is counted over all signals, and what was accepted at the call is kept', async () => {
  let page = count('receiver_accepted', 1);
  await using alloy = await startAnsweringServer(() => ({ body: `${page}\n${OTHERS}\n` }));
  useRun(sampleRun({ origin: alloy.url }));
  const question = await delivery();
  page = [
    count('receiver_accepted', 2),
    count('exporter_sent', 3),
    count('exporter_send_failed', 4),
    count('exporter_enqueue_failed', 5),
    count('receiver_refused', 6),
  ].join('\n');
  expect(await question.ask()).toEqual({
    acceptedBefore: 112,
    acceptedNow: 2 * 112,
    sent: 3 * 112,
    failed: (4 + 5) * 112,
  });
  expect(question).toMatchObject({ subject: { kind: 'delivery' }, path: 'otlp', deadline: computeOtlpDeadline(run) });
});

test('before anything has happened, all counts are 0', async () => {
  await using alloy = await startAnsweringServer(() => ({ body: '' }));
  useRun(sampleRun({ origin: alloy.url }));
  expect(await (await delivery()).ask()).toEqual({ acceptedBefore: 0, acceptedNow: 0, sent: 0, failed: 0 });
});

test('what has failed will not be sent, so it ends the wait', async () => {
  await using alloy = await startAnsweringServer(() => ({ body: '' }));
  useRun(sampleRun({ origin: alloy.url }));
  const { isFinal } = await delivery();
  const counts = { acceptedBefore: 1, acceptedNow: 1, sent: 0 };
  expect([isFinal?.({ ...counts, failed: 1 }), isFinal?.({ ...counts, failed: 0 })]).toEqual([true, false]);
});
