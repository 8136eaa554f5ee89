import type { nameMetrics } from './metrics.ts';
import { createRandom, type Random } from './random.ts';

type Names = ReturnType<typeof nameMetrics>;

const LABELS = ['path', 'code', 'zone', 'job'];
const OVER_TIME = ['avg', 'min', 'max', 'sum', 'count', 'last', 'present'].map((name) => `${name}_over_time`);
const COUNTER_FUNCTIONS = ['rate', 'increase', 'irate', 'resets', 'changes'];
const GAUGE_FUNCTIONS = ['delta', 'idelta', 'changes', ...OVER_TIME];
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '>',
  '<',
  '>=',
  '<=',
  '> bool',
  '== bool',
  'and',
  'or',
  'unless',
];

/** Random PromQL questions about the data of {@link buildMetrics}; a few of them are invalid. */
export function buildPromqlQuestions(seed: number, count: number, names: Names): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => buildExpression(random, names, random.int(0, 3)));
}

function buildExpression(random: Random, names: Names, depth: number): string {
  const part = () => buildExpression(random, names, depth - 1);
  if (depth <= 0) return buildSelector(random, names);
  return random.pick([
    () => `${random.pick(['sum', 'avg', 'min', 'max', 'count'])}${buildGrouping(random)} (${part()})`,
    () => `${random.pick(COUNTER_FUNCTIONS)}(${names.counter}${buildMatchers(random)}[${pickRange(random)}])`,
    () => `${random.pick(GAUGE_FUNCTIONS)}(${names.gauge}${buildMatchers(random)}[${pickRange(random)}])`,
    () => `${random.pick(['abs', 'ceil', 'floor', 'scalar', 'absent', '-'])}(${part()})`,
    () => `${part()} ${random.pick(OPERATORS)} ${random.pick(['2', '0.5', '-1', '0'])}`,
    () => `(${part()}) ${random.pick(OPERATORS)} ${buildMatching(random)}(${part()})`,
    () => buildRare(random, names),
  ])();
}

function buildSelector(random: Random, { gauge, counter }: Names): string {
  const name = random.pick([gauge, counter]);
  if (random.chance(0.8)) return `${name}${buildMatchers(random)}`;
  return random.pick([`{__name__="${name}"}`, `{__name__=~"${gauge}|${counter}"}`, `{"${name}", path!="/a"}`]);
}

function buildMatchers(random: Random): string {
  if (random.chance(0.4)) return '';
  const operator = random.pick(['=', '!=', '=~', '!~']);
  return `{${random.pick(LABELS)}${operator}"${random.pick(['/a', '/b', '200', '5..', '.*', '.+', '', 'x', '/[ab]'])}"}`;
}

function buildGrouping(random: Random): string {
  if (random.chance(0.3)) return '';
  return ` ${random.pick(['by', 'without'])} (${random.pick(['path', 'code', 'zone', 'path, zone', '', 'nosuch'])})`;
}

function buildMatching(random: Random): string {
  if (random.chance(0.7)) return '';
  return `${random.pick(['on', 'ignoring'])} (${random.pick(['path', 'code', 'zone', 'path, code, zone'])}) `;
}

function buildRare(random: Random, { gauge }: Names): string {
  return random.pick([
    () => `${gauge}{__name__=~".+"}`,
    () => '1e400',
    () => `vector(${random.int(-2, 2)})`,
    () => `${gauge} and 1`,
    () => `{path=""}`,
    () => `rate(${gauge})`,
    () => `${gauge}{path=~"("}`,
    () => `sum(${gauge}`,
    () => `0x10 + 1_000`,
  ])();
}

function pickRange(random: Random): string {
  return random.pick(['5s', '10s', '12s', '30s', '1m', '1m10s', '5m']);
}
