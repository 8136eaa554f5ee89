import { expect, test } from 'vitest';
import { createRunMetrics } from './run-metrics.ts';
import { type EndedRun, endRun } from './testing/sample-run.ts';

/** The values of the metrics as `name{labels}`, without the labels that all of them have. */
async function listValues({ verdict, finished }: EndedRun): Promise<Record<string, number>> {
  const metrics = await (await createRunMetrics(verdict, finished, 'all', 5)).getMetricsAsJSON();
  const samples = metrics.flatMap(({ name, values }) =>
    values.map(({ labels, value }) => {
      const { backend: _, stack: __, alloy: ___, scope: ____, ...own } = labels;
      return [`${name} ${Object.values(own).join(' ')}`.trim(), value] as const;
    }),
  );
  return Object.fromEntries(samples);
}

test('a failed run has the state and duration of each criterion, and nothing about one that was skipped', async () => {
  const values = await listValues(endRun());
  expect(values).toMatchObject({
    alloy_verify_run_passed: 0,
    'alloy_verify_criterion_passed P3.1 phase3': 1,
    'alloy_verify_criterion_passed P3.2 phase3': 0,
    'alloy_verify_criterion_duration_seconds P3.2 phase3': 0.25,
    'alloy_verify_criteria phase3 passed': 1,
    'alloy_verify_criteria phase3 failed': 1,
    'alloy_verify_criteria phase3 skipped': 1,
  });
  expect(Object.keys(values).filter((name) => name.includes('P3.3'))).toEqual([]);
});

test('a run passed if all that could be checked holds', async () => {
  expect(await listValues(endRun({ passes: true }))).toMatchObject({ alloy_verify_run_passed: 1 });
});

test('times to visibility are the median and the longest', async () => {
  const { verdict, finished } = endRun();
  const [first] = finished.tests;
  const evidence = [4, 1, 2].flatMap((seconds) =>
    (first?.evidence ?? []).map((one) => ({ ...one, elapsedMs: seconds * 1000 })),
  );
  expect(
    await listValues({ verdict, finished: { ...finished, tests: [{ ...first, evidence } as never] } }),
  ).toMatchObject({
    'alloy_verify_time_to_visibility_seconds logs 0.5': 2,
    'alloy_verify_time_to_visibility_seconds logs 1': 4,
  });
});

test('what was sent includes the telemetry of the run itself, and is absent where Alloy no longer answered', async () => {
  const values = await listValues(endRun());
  expect(values).toMatchObject({
    'alloy_verify_sent_items samples': 100 + Object.keys(values).length,
    'alloy_verify_sent_items spans': 25,
    'alloy_verify_sent_items log lines': 5,
  });
  const { verdict, finished } = endRun();
  const { sent: _, ...unknown } = verdict;
  const names = Object.keys(await listValues({ verdict: unknown, finished }));
  expect(names.filter((name) => name.includes('sent'))).toEqual([]);
});

test('every value carries what the run consisted of', async () => {
  const { verdict, finished } = endRun();
  const metrics = await (await createRunMetrics(verdict, finished, 'smoke', 1)).getMetricsAsJSON();
  for (const { labels } of metrics.flatMap(({ values }) => values)) {
    expect(labels).toMatchObject({ backend: 'mock', stack: 'native', alloy: 'binary', scope: 'smoke' });
  }
});
