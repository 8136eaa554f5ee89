import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { queryInstant } from '../clients/prometheus.ts';
import { searchTraces } from '../clients/tempo.ts';
import { ROOT } from '../settings/settings.ts';
import { createRunMetrics } from './run-metrics.ts';
import { sendRunTelemetry } from './send-run-telemetry.ts';
import { readPromqlNames } from './testing/read-promql.ts';
import { endRun } from './testing/sample-run.ts';
import { startPipeline, type VerifiedPipeline } from './testing/verified-pipeline.ts';

const source = z.object({ type: z.string(), uid: z.string() });
const dashboardSchema = z.object({
  title: z.string().min(1),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  schemaVersion: z.number().min(39),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), query: z.unknown(), datasource: source.optional() })),
  }),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.string(),
      title: z.string().min(1),
      datasource: source,
      gridPos: z.object({ x: z.number().min(0), y: z.number().min(0), w: z.number().min(1), h: z.number().min(1) }),
      targets: z
        .array(
          z.object({
            refId: z.string(),
            datasource: source,
            expr: z.string().optional(),
            query: z.string().optional(),
          }),
        )
        .min(1),
      fieldConfig: z.object({ defaults: z.object({}), overrides: z.array(z.unknown()) }),
    }),
  ),
});
const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })).min(1) })).min(1),
});

const readText = (name: string) => readFileSync(join(ROOT, 'grafana-alloy', name), 'utf8');
const text = readText('dashboard.json');
const { panels, templating } = dashboardSchema.parse(JSON.parse(text));
const variables = templating.list.map(({ name }) => name);
const rules = rulesSchema.parse(parse(readText('alert-rules.yaml'))).groups.flatMap((group) => group.rules);

/** What Grafana puts in the place of variables. */
const VALUES: Readonly<Record<string, string>> = {
  __interval: '1d',
  __range: '30d',
  backend: '.*',
  'backend:pipe': '.*',
  scope: 'all',
};
function fillIn(query: string): string {
  return query.replace(/\$(?:\{([\w:]+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const value = VALUES[braced ?? bare ?? ''];
    if (value === undefined) throw new Error(`${query} uses a variable that has no value`);
    return value;
  });
}
const questions = panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })));
const expressions = questions.flatMap(({ title, expr }) =>
  expr === undefined ? [] : [[title, fillIn(expr)] as const],
);
const searches = questions.flatMap(({ title, query }) =>
  query === undefined ? [] : [[title, fillIn(query)] as const],
);

/** The labels that every series gets from the resource it was sent under. */
const RESOURCE_LABELS = ['job', 'instance'];

test('the dashboard and the alerts name only metrics and labels that a run sends, with the values that these have', async () => {
  const { verdict, finished } = endRun();
  const metrics = await (await createRunMetrics(verdict, finished, 'all', 1)).getMetricsAsJSON();
  const names = metrics.map(({ name }) => name);
  const labels = metrics.flatMap(({ values }) => values.flatMap((value) => Object.keys(value.labels)));
  const used = [...expressions.map(([, expr]) => expr), ...rules.map(({ expr }) => expr)].map(readPromqlNames);
  expect(used.length).toBeGreaterThan(10);
  expect(names).toEqual(expect.arrayContaining(used.flatMap((one) => one.metrics)));
  expect([...labels, ...RESOURCE_LABELS]).toEqual(expect.arrayContaining(used.flatMap((one) => one.labels)));
  // What no panel shows is only paid for.
  expect(used.flatMap((one) => one.metrics)).toEqual(expect.arrayContaining(names));
});

test('the names in parentheses and in braces of an expression are read, and a broken one is refused', () => {
  expect(readPromqlNames('sum by (a) (m{b="x",c=~"y"}[1d]) and on (d) n')).toEqual({
    metrics: ['m', 'n'],
    labels: ['a', 'b', 'c', 'd'],
  });
  expect(() => readPromqlNames('sum by (a) (m')).toThrow();
});

describe('the dashboard can be imported', () => {
  test('data sources are variables, so that it works in any Grafana', () => {
    const sources = [...panels.map(({ datasource }) => datasource), ...questions.map(({ datasource }) => datasource)];
    expect(sources.filter(({ type, uid }) => uid !== `\${${type}}`)).toEqual([]);
    expect(templating.list.filter(({ type }) => type === 'datasource').map(({ name, query }) => [name, query])).toEqual(
      [
        ['prometheus', 'prometheus'],
        ['tempo', 'tempo'],
      ],
    );
  });

  test('every variable that it uses is declared or one of Grafana’s own', () => {
    const used = [...text.matchAll(/\$\{?(\w+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('__'));
    expect(variables).toEqual(expect.arrayContaining(used));
  });

  test('panels have IDs of their own, and lie side by side within 24 columns', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  test('the links to a trace hold a question that Explore can read', () => {
    const links = [...text.matchAll(/"url": "\/explore\?schemaVersion=1&panes=([^"]+)"/g)].map(
      ([, panes = '']) => panes,
    );
    expect(links.length).toBeGreaterThan(0);
    for (const panes of links) {
      const question = z.object({
        a: z.object({
          datasource: z.string().regex(/^\$\{tempo\}$/),
          queries: z.array(z.object({ query: z.string() })).length(1),
        }),
      });
      const { a } = question.parse(JSON.parse(decodeURIComponent(panes)));
      expect(a.queries[0]?.query).toMatch(
        /^\{resource\.service\.instance\.id="\$\{[\w.]+\}" && name="verification run"\}$/,
      );
    }
  });
});

describe('on what two runs have sent', () => {
  let pipeline: VerifiedPipeline;
  const hour = 3_600_000;
  const send = async (id: string, passes: boolean, startedAt: number) => {
    const { verdict, finished } = endRun({ id, passes, startedAt, backend: 'cloud', alloy: pipeline.alloy });
    expect((await sendRunTelemetry(verdict, finished, 'all')).ownTelemetry).toHaveProperty('traceId');
  };
  const ask = async (expression: string) => await queryInstant(pipeline.access.prometheus, expression);
  const askForAlerts = async () =>
    Object.fromEntries(await Promise.all(rules.map(async ({ alert, expr }) => [alert, await ask(expr)] as const)));

  beforeAll(async () => {
    pipeline = await startPipeline();
  }, 60_000);
  afterAll(() => pipeline[Symbol.asyncDispose]());

  test('the alert about missing nights fires before the first, and not after it; the other follows the newest', async () => {
    expect(await askForAlerts()).toMatchObject({
      AlloyVerifyNightlyMissing: [{ value: 1 }],
      AlloyVerifyNightlyFailed: [],
    });
    await send('first', false, Date.now() - hour);
    expect(await askForAlerts()).toMatchObject({
      AlloyVerifyNightlyMissing: [],
      AlloyVerifyNightlyFailed: [{ labels: { instance: 'first' } }],
    });
    await send('second', true, Date.now());
    expect(await askForAlerts()).toEqual({ AlloyVerifyNightlyMissing: [], AlloyVerifyNightlyFailed: [] });
  });

  test.each(expressions)('%s: %s has an answer', async (_, expression) => {
    expect(await ask(expression)).not.toEqual([]);
  });

  test.each(searches)('%s: %s finds both runs', async (_, query) => {
    expect(await searchTraces(pipeline.access.tempo, query)).toHaveLength(2);
  });

  test('the newest run is the last one, and the worst of a day decides on its colour', async () => {
    const read = (title: string) => expressions.find(([panel]) => panel === title)?.[1] ?? '';
    expect(await ask(read('Last run'))).toMatchObject([{ labels: { instance: 'second' }, value: 1 }]);
    expect((await ask(read('Runs that passed')))[0]?.value).toBe(0.5);
    expect((await ask(read('Criteria that failed in the last run')))[0]?.value).toBe(0);
    const criteria = await ask(read('Criteria'));
    expect(criteria.map(({ labels, value }) => [labels.criterion, value]).sort()).toEqual([
      ['P3.1', 1],
      ['P3.2', 0],
    ]);
  });
});
