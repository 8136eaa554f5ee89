import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { type PipelineCounts, readPipelineCounts, waitForDelivery } from './delivery.ts';

const none = { spans: 0, points: 0 };
/** Two spans that an earlier export had lost, and one that is still in Alloy. */
const before: PipelineCounts = {
  accepted: { spans: 10, points: 0 },
  sent: { spans: 7, points: 0 },
  lost: { spans: 2, points: 0 },
};
const ours = { spans: 3, points: 4 };

/** Waits with an Alloy whose page of metrics becomes the next of these at each look, and stays the last. */
async function wait(pages: readonly Record<string, number>[], slack = 20_000): Promise<string | undefined> {
  const left = [...pages];
  await using server = await startAnsweringServer(() => {
    const counters = (left.length > 1 ? left.shift() : left[0]) ?? {};
    const lines = Object.entries(counters).map(([name, value]) => `otelcol_exporter_${name}_total ${value}`);
    return { type: 'text/plain', body: `${lines.join('\n')}\n` };
  });
  const { alloy, intervals } = sampleRun({ origin: server.url });
  return await waitForDelivery({ alloy, intervals: { ...intervals, otlpBatch: 1 } }, before, ours, slack);
}

test('it waits until what was in Alloy before and all of ours has been sent', async () => {
  const lost = { send_failed_spans: 2 };
  const all = { sent_spans: 11, sent_metric_points: 4, ...lost };
  expect(
    await wait([{ sent_spans: 7, ...lost }, { ...all, sent_spans: 10 }, { ...all, sent_metric_points: 3 }, all]),
  ).toBe(undefined);
  expect(await wait([{ ...all, sent_spans: 10 }], 500)).toBe('Alloy has not sent them within 0.502 s');
  expect(await wait([{ ...all, sent_metric_points: 3 }], 500)).toBe('Alloy has not sent them within 0.502 s');
});

test.each([
  ['refused by the backend', { send_failed_spans: 5 }],
  ['dropped in front of a full queue', { send_failed_spans: 2, enqueue_failed_spans: 3 }],
])('what was %s ends the wait, and is named', async (_, lost) => {
  expect(await wait([{ sent_spans: 8, sent_metric_points: 4, ...lost }])).toBe(
    'Alloy could not send 3 items, and dropped them',
  );
});

test('an Alloy that is gone is named', async () => {
  const run = sampleRun();
  await expect(readPipelineCounts(run.alloy)).rejects.toThrow();
  const fast = { ...run, intervals: { ...run.intervals, otlpBatch: 1 } };
  expect(await waitForDelivery(fast, before, none, 500)).toBe('Alloy gives no answer at http://127.0.0.1:1/metrics');
});
