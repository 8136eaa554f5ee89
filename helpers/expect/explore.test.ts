import { expect, test } from 'vitest';
import { findGrafanaAccess, linkHostedGrafana } from '../clients/grafana.ts';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { Observation } from '../findings/evidence.ts';
import type { TraceId } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import type { Question } from './question.ts';
import { useRun } from './run.ts';
import { logql, metric, otlpMetric, rate, samples, series, serviceMetric, trace, traceql } from './telemetry.ts';
import { waitFor } from './wait.ts';

/** What `GET /api/datasources` answers on Grafana Cloud, as far as a run reads it. */
const DATA_SOURCES = [
  { uid: 'grafanacloud-prom', type: 'prometheus', name: 'grafanacloud-games-prom', isDefault: true },
  { uid: 'grafanacloud-usage', type: 'prometheus', name: 'grafanacloud-usage' },
  { uid: 'grafanacloud-traces', type: 'tempo', name: 'grafanacloud-games-traces' },
  { uid: 'grafanacloud-logs', type: 'loki', name: 'grafanacloud-games-logs' },
];
const EMPTY: Readonly<Record<string, string>> = {
  '/api/v1/query': '{"status":"success","data":{"resultType":"vector","result":[]}}',
  '/api/v1/series': '{"status":"success","data":[]}',
  '/api/search': '{"traces":[]}',
  '/loki/api/v1/query_range': '{"status":"success","data":{"resultType":"streams","result":[]}}',
};
const ID = '0af7651916cd43dd8448eb211c80319c' as TraceId;
const STARTED = Date.parse('2026-11-26T00:00:00Z');

/** Asks once, through a real Grafana, whose data sources have nothing. */
async function failAt(ask: () => Asked, changes: Partial<Run> = {}) {
  await using server = await startAnsweringServer(({ path }) => {
    if (path === '/api/datasources') return { body: JSON.stringify(DATA_SOURCES) };
    if (/\/api\/v2\/traces\//.test(path)) return { body: '{}' };
    const body = Object.keys(EMPTY).find((end) => path.endsWith(end));
    return body === undefined ? undefined : { body: EMPTY[body] ?? '' };
  });
  const { access, links } = await findGrafanaAccess(new URL(`${server.url}/`), 'glsa_x');
  useRun(sampleRun({ origin: server.url, access, grafana: links, startedAt: STARTED, ...changes }));
  const { findNearest: _, ...question } = ask();
  const error = await waitFor({ ...question, deadline: 0 }, { kind: 'any', of: 'value' }, async () => {
    await question.ask();
    return { holds: false, seen: { kind: 'nothing' }, value: undefined };
  }).catch((thrown: unknown) => thrown);
  if (!(error instanceof CriterionFailed)) throw error;
  return { evidence: error.evidence as Observation, url: server.url, received: server.received };
}

/** The pane of a link to Explore. */
function decode(link = '') {
  const { origin, pathname, searchParams } = new URL(link);
  expect(searchParams.get('schemaVersion')).toBe('1');
  const panes = JSON.parse(searchParams.get('panes') ?? '{}');
  expect(Object.keys(panes)).toHaveLength(1);
  return { origin, pathname, pane: Object.values(panes)[0] as Record<string, unknown> };
}

type Asked = Question & { readonly ask: () => Promise<unknown> };

const seriesMark = { verify_run: 'run-1' };

test.each<[string, () => Asked, object]>([
  [
    'a scraped metric, with the mark of the run',
    () => metric('pg_up', { job: 'a "b" & {c}' }),
    { expr: 'pg_up{job="a \\"b\\" & {c}",verify_run="run-1"}', range: true },
  ],
  ['a rate', () => rate(metric('x_total', {}), '5s'), { expr: 'rate(x_total{verify_run="run-1"}[5s])', range: true }],
  ['a range', () => samples('up', {}, 5), { expr: 'up{verify_run="run-1"}[5s]', range: false }],
  ['series', () => series({ job: 'x' }), { expr: '{job="x",verify_run="run-1"}' }],
  ['a metric over OTLP', () => otlpMetric('m', 's'), { expr: 'm{service_name="s",instance="run-1"}' }],
])('of %s the link decodes to the PromQL that was asked, at the data source of Prometheus', async (_, ask, query) => {
  const { evidence, url, received } = await failAt(ask, { seriesMark });
  const { origin, pathname, pane } = decode(evidence.explore);
  expect({ origin, pathname }).toEqual({ origin: url, pathname: '/explore' });
  const uid = 'grafanacloud-prom';
  expect(pane).toMatchObject({
    datasource: uid,
    queries: [{ refId: 'A', datasource: { type: 'prometheus', uid }, instant: true, ...query }],
  });
  const [{ expr }] = pane.queries as [{ expr: string }];
  const parameters = received.map((request) => request.parameters.get('query') ?? request.parameters.get('match[]'));
  expect(parameters).toContain(expr);
});

test('of a metric of a service the link has each alternative that was asked', async () => {
  const { evidence, received } = await failAt(() => serviceMetric('a|b', 's', { 'x|y': '1' }));
  const [{ expr }] = decode(evidence.explore).pane.queries as [{ expr: string }];
  const asked = received.flatMap(({ parameters }) => parameters.get('query') ?? []);
  expect(asked).toHaveLength(2);
  // A person looks at it over the time of the run, and the run at the newest samples of its own.
  expect(expr).toBe(asked.map((query) => query.replace(/last_over_time\((.*)\[\d+s\]\)/, '$1')).join(' or '));
});

test.each<[string, () => Asked, string, object]>([
  ['a search', () => traceql('{name="a \\"b\\""}'), 'traces', { query: '{name="a \\"b\\""}', queryType: 'traceql' }],
  ['a trace', () => trace(ID), 'traces', { query: ID, queryType: 'traceql' }],
  ['log lines', () => logql('{a="b"} |= "c d"'), 'logs', { expr: '{a="b"} |= "c d"', queryType: 'range' }],
])('of %s the link has its query, at its data source', async (_, ask, kind, query) => {
  const { evidence } = await failAt(ask);
  const uid = `grafanacloud-${kind}`;
  expect(decode(evidence.explore).pane).toMatchObject({
    datasource: uid,
    queries: [{ datasource: { uid }, ...query }],
  });
});

test('the time is that of the run until now', async () => {
  const before = Date.now();
  const { evidence } = await failAt(() => traceql('{}'));
  const { from, to } = decode(evidence.explore).pane.range as { from: string; to: string };
  expect(from).toBe(String(STARTED));
  expect(Number(to)).toBeGreaterThanOrEqual(before);
  expect(Number(to)).toBeLessThanOrEqual(Date.now());
});

test('a Grafana of Grafana Cloud is linked to without being asked, and a login in its URL is left out', async () => {
  const grafana = linkHostedGrafana(new URL('https://u:hunter2@games.grafana.net/'));
  const { evidence } = await failAt(() => logql('{}'), { grafana });
  const { origin, pane } = decode(evidence.explore);
  expect(origin).toBe('https://games.grafana.net');
  expect(pane.datasource).toBe('grafanacloud-logs');
  expect(evidence.explore).not.toContain('hunter2');
});

test('without a Grafana there is no link', async () => {
  await using server = await startAnsweringServer(() => ({ body: EMPTY['/api/search'] ?? '' }));
  useRun(sampleRun({ origin: server.url }));
  const question = { ...traceql('{}'), deadline: 0 };
  const failed = await waitFor(question, { kind: 'any', of: 'trace' }, async () => ({
    holds: false,
    seen: { kind: 'nothing' },
    value: undefined,
  })).catch((error: unknown) => error);
  expect((failed as CriterionFailed).evidence).not.toHaveProperty('explore');
});
