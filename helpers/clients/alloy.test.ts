/** The clients of Alloy, on recorded answers of Alloy 1.18. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readIntervals } from './alloy-intervals.ts';
import {
  readAlloyMetrics,
  readAlloyTotal,
  readAlloyTotals,
  readCounters,
  readReceiverCounts,
  readRunMetrics,
  readSentCounts,
} from './alloy-metrics.ts';
import { checkConfiguration } from './alloy-program.ts';
import { getPage } from './page.ts';
import { readCapture, startAnsweringServer } from './testing/answering-server.ts';

const captured = z
  .object({ 'GET /api/v0/web/components': z.unknown(), details: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readCapture('alloy-1.18/components-api.json')));

function startAlloy(metrics = readCapture('alloy-1.18/self-metrics.txt')) {
  return startAnsweringServer(({ path }) => {
    if (path === '/metrics') return { body: metrics, type: 'text/plain' };
    if (path === '/api/v0/web/components') return { body: JSON.stringify(captured['GET /api/v0/web/components']) };
    const detail = captured.details[path.split('/').at(-1) ?? ''];
    return detail === undefined ? undefined : { body: JSON.stringify(detail) };
  });
}

test('a metric is summed over its series, or over those with the given labels', async () => {
  await using alloy = await startAlloy();
  expect(await readAlloyTotal(alloy, 'prometheus_forwarded_samples_total')).toBe(2179);
  const labels = { component_id: 'prometheus.scrape.redis' };
  expect(await readAlloyTotal(alloy, 'prometheus_forwarded_samples_total', labels)).toBe(19);
});

test('a metric that Alloy does not have is 0', async () => {
  await using alloy = await startAlloy();
  expect(await readAlloyTotal(alloy, 'otelcol_exporter_sent_spans_total')).toBe(0);
});

test('the intervals are those that Alloy has evaluated, and its defaults where it leaves them out', async () => {
  await using alloy = await startAlloy();
  expect(await readIntervals(alloy)).toEqual({
    scrape: 2000,
    scrapeTimeout: 1000,
    otlpBatch: 10_000,
    remoteWriteDeadline: 5000,
  });
  expect(await readIntervals({ url: 'http://127.0.0.1:1' })).toEqual({});
});

test('what was sent is counted over both ways to the backend, beyond what was sent before', async () => {
  await using alloy = await startAlloy(
    [
      'prometheus_remote_storage_samples_total{url="a"} 100',
      'prometheus_remote_storage_samples_total{url="b"} 10',
      'otelcol_exporter_sent_metric_points_total{exporter="x"} 5',
      'otelcol_exporter_sent_spans_total{exporter="x"} 7',
      'otelcol_exporter_sent_log_records_total{exporter="x"} 3',
      'otelcol_exporter_send_failed_spans_total{exporter="x"} 90',
      '',
    ].join('\n'),
  );
  expect(await readSentCounts({ alloy })).toEqual({ samples: 115, spans: 7, logLines: 3 });
  const sent = (name: string, value: number) => ({ labels: { __name__: name }, value });
  const alloyBefore = [
    sent('prometheus_remote_storage_samples_total', 15),
    sent('otelcol_exporter_sent_spans_total', 2),
    sent('otelcol_exporter_sent_log_records_total', 3),
  ];
  expect(await readSentCounts({ alloy, alloyBefore })).toEqual({ samples: 100, spans: 5, logLines: 0 });
  const restarted = [...alloyBefore, sent('otelcol_exporter_sent_spans_total', 8)];
  expect(await readSentCounts({ alloy, alloyBefore: restarted })).toBeUndefined();
  expect(await readSentCounts({ alloy: { url: 'http://127.0.0.1:1' } })).toBeUndefined();
});

test('counters are those of the run, where Alloy ran before, and gauges are as they are', async () => {
  let page = 'a_total{x="1"} 5\nb_total 7\nc 3\nalloy_prometheus_relabel_metrics_written 4\nnever_total 0\n';
  await using alloy = await startAlloy();
  await using changing = await startAnsweringServer(() => ({ body: page }));
  const alloyBefore = await readCounters(changing);
  expect(alloyBefore.map(({ labels, value }) => [labels.__name__, value])).toEqual([
    ['a_total', 5],
    ['b_total', 7],
    ['alloy_prometheus_relabel_metrics_written', 4],
  ]);
  page = 'a_total{x="1"} 6\na_total{x="2"} 2\nb_total 1\nc 3\nalloy_prometheus_relabel_metrics_written 4\n';
  const now = await readRunMetrics({ alloy: changing, alloyBefore });
  // What has fallen was counted by an Alloy that was started again.
  expect(now.map(({ value }) => value)).toEqual([1, 2, 1, 3, 0]);
  expect(await readRunMetrics({ alloy })).toHaveLength((await readAlloyMetrics(alloy)).length);
});

test('several totals are read in one request', async () => {
  await using alloy = await startAlloy();
  expect(
    await readAlloyTotals(alloy, [/^prometheus_remote_storage_samples_pending$/, /^otelcol_exporter_sent_/]),
  ).toEqual([1099, 0]);
  expect(alloy.received).toHaveLength(1);
});

test('receiver counts are split by transport and signal', async () => {
  await using alloy = await startAlloy(
    [
      'otelcol_receiver_accepted_spans_total{transport="grpc"} 3',
      'otelcol_receiver_accepted_spans_total{transport="http"} 5',
      'otelcol_receiver_refused_log_records_total{transport="grpc"} 2\n',
    ].join('\n'),
  );
  expect(await readReceiverCounts(alloy, 'grpc')).toEqual({
    accepted: { spans: 3, metric_points: 0, log_records: 0 },
    refused: { spans: 0, metric_points: 0, log_records: 2 },
  });
});

test('a page is returned whatever its status, and a timeout is an error', async () => {
  await using alloy = await startAnsweringServer(({ path }) =>
    path === '/slow' ? 'never' : { status: 500, body: 'x' },
  );
  expect(await getPage(`${alloy.url}/-/healthy`)).toEqual({ status: 500, contentType: 'application/json', body: 'x' });
  await expect(getPage(`${alloy.url}/slow`, 100)).rejects.toThrow(/timeout/i);
});

test('the output of the program is returned with the path that the user knows, under the name of the command', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'alloy-program-'));
  try {
    const config = join(directory, 'config.alloy');
    writeFileSync(config, 'formatted');
    const ask = (script: string, question: 'validate' | 'fmt') =>
      checkConfiguration(
        { command: [process.execPath, '-e', script, '--'], config, configInside: '/etc/alloy/config.alloy' },
        question,
        failSkip,
      );
    const fail = 'process.stderr.write("Error: " + process.argv[2] + ":1:1: bad\\n"); process.exit(1)';
    expect(await ask(fail, 'validate')).toMatchObject({
      name: 'alloy validate',
      problems: [`Error: ${config}:1:1: bad`],
    });
    expect(await ask('', 'validate')).toMatchObject({ problems: [] });
    expect(await ask('process.stdout.write("formatted")', 'fmt')).toEqual({
      name: 'alloy fmt',
      command: 'npm run -s alloy -- fmt',
      problems: [],
    });
    expect(await ask('process.stdout.write("otherwise")', 'fmt')).toMatchObject({
      problems: [`${config} is not formatted as alloy fmt does`],
    });
    const embedded = { command: [process.execPath, '-e', '', '--'], config, isCommandEmbedded: true };
    expect((await checkConfiguration(embedded, 'validate', failSkip)).name).toBe(
      'alloy validate (embedded Alloy, not Grafana Alloy)',
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('what the embedded Alloy lacks is no problem of the configuration', async () => {
  const missing =
    'Error: x.alloy:1:1: component "loki.echo" is not implemented by the embedded Alloy: name one in ALLOY_BIN';
  const script = `process.stderr.write(${JSON.stringify(missing)}); process.exit(1)`;
  const command = [process.execPath, '-e', script, '--'];
  const check = (isCommandEmbedded: boolean) =>
    checkConfiguration({ command, config: 'x.alloy', isCommandEmbedded }, 'validate', failSkip);
  await expect(check(true)).rejects.toThrow(`skipped: the embedded Alloy can't check it: ${missing}`);
  expect((await check(false)).problems).toEqual([missing]);
});

test('without a program the check is skipped', async () => {
  await expect(checkConfiguration({ config: 'config.alloy' }, 'validate', failSkip)).rejects.toThrow(
    'skipped: this machine has no alloy program to check it with',
  );
});

function failSkip(reason: string): never {
  throw new Error(`skipped: ${reason}`);
}
