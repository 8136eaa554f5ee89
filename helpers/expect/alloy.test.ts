import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { alloyMetric } from './alloy.ts';
import { computeOtlpDeadline } from './deadlines.ts';
import { run, useRun } from './run.ts';

test("Alloy's own metric is summed over the series with these labels", async () => {
  const page = 'm_total{a="1",b="1"} 2\nm_total{a="1",b="2"} 3\nm_total{a="2"} 50\n';
  await using alloy = await startAnsweringServer(() => ({ body: page }));
  useRun(sampleRun({ origin: alloy.url }));
  expect(await alloyMetric('m_total', { a: '1' }).ask()).toMatchObject([{ labels: { a: '1' }, value: 5 }]);
  expect(await alloyMetric('m_total').ask()).toMatchObject([{ value: 55 }]);
});

test('a failure is diagnosed along the path that the metric is about, and there is time for the data to arrive', () => {
  useRun(sampleRun());
  expect(alloyMetric('otelcol_receiver_accepted_spans_total')).toMatchObject({
    path: 'otlp',
    deadline: computeOtlpDeadline(run),
    subject: { kind: 'metric of Alloy', metric: 'otelcol_receiver_accepted_spans_total', labels: {} },
  });
  expect(alloyMetric('prometheus_remote_storage_samples_total', { url: 'u' })).toMatchObject({
    path: 'remote write',
    subject: { labels: { url: 'u' } },
  });
});
