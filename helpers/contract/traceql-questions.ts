import { createRandom, type Random } from './random.ts';
import { FLOATS, INTS, NAMES, TEXTS } from './traces.ts';

const COMPARISONS = ['=', '!=', '>', '>=', '<', '<='];
const SPANSET_OPERATORS = ['&&', '||', '>', '>>', '<', '<<', '~', '!>', '!>>', '!<', '!<<', '!~'];
const UNION_OPERATORS = ['&>', '&<', '&~'];
const ATTRIBUTES = ['s', 'i', 'f', 'b', 'v', 'ls', 'li', 'mixed', 'zone', 'nosuch', 'http.method', 'http.status_code'];
const RESOURCE_ATTRIBUTES = ['service.name', 'zone', 'i', 'k8s.pod.name', 'nosuch'];
const DURATIONS = ['1ms', '10ms', '250ms', '1s', '1s500ms', '1.5s', '0s'];

/** Random TraceQL questions about the data of {@link buildTraces}; a few of them are invalid. */
export function buildTraceqlQuestions(seed: number, count: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => buildQuestion(random));
}

function buildQuestion(random: Random): string {
  const spansets = random.chance(0.35) ? buildSpansets(random, 2) : buildFilter(random);
  if (random.chance(0.88)) return spansets;
  const aggregate = () =>
    `${random.pick(['avg', 'min', 'max', 'sum'])}(${random.pick(['duration', 'span.i', 'span.f', '.i'])})`;
  return `${spansets} | ${random.pick([
    () => `count() ${random.pick(COMPARISONS)} ${random.int(0, 4)}`,
    () => `${aggregate()} ${random.pick(COMPARISONS)} ${random.pick(['1', '2.5', '10ms', '-1'])}`,
    () => `select(${random.pick(['span.s', '.i', 'resource.zone'])})`,
    () => buildFilter(random),
  ])()}`;
}

function buildSpansets(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.3)) return buildFilter(random);
  const operator = random.chance(0.9) ? random.pick(SPANSET_OPERATORS) : random.pick(UNION_OPERATORS);
  const joined = `${buildSpansets(random, depth - 1)} ${operator} ${buildSpansets(random, depth - 1)}`;
  return random.chance(0.2) ? `(${joined})` : joined;
}

function buildFilter(random: Random): string {
  return random.chance(0.04) ? '{}' : `{ ${buildCondition(random, random.int(0, 3))} }`;
}

function buildCondition(random: Random, depth: number): string {
  if (depth === 0) return buildComparison(random);
  const side = () => buildCondition(random, depth - 1);
  return random.pick([
    () => `${side()} && ${side()}`,
    () => `${side()} || ${side()}`,
    () => `(${side()})`,
    () => `!(${side()})`,
    () => `${side()} && (${side()})`,
    () => buildComparison(random),
  ])();
}

function buildComparison(random: Random): string {
  return random.pick([
    () => buildTextComparison(random),
    () => buildNumberComparison(random),
    () => buildIntrinsicComparison(random),
    () => buildIntrinsicComparison(random),
    () => `${pickAttribute(random)} ${random.pick(COMPARISONS)} ${pickLiteral(random)}`,
    () => `${pickAttribute(random)} ${random.pick(['=', '!='])} ${pickLiteral(random)}`,
    () => `${pickAttribute(random)} ${random.pick(['=', '!='])} nil`,
    () => `nil ${random.pick(['=', '!='])} ${pickAttribute(random)}`,
    () => `${pickLiteral(random)} ${random.pick(COMPARISONS)} ${pickAttribute(random)}`,
    () => `${pickAttribute(random)} ${random.pick(COMPARISONS)} ${pickAttribute(random)}`,
    () =>
      `${pickAttribute(random)} ${random.pick(['+', '-', '*'])} ${random.int(0, 3)} ${random.pick(COMPARISONS)} ${random.pick(INTS)}`,
    () => buildRare(random),
  ])();
}

function buildTextComparison(random: Random): string {
  const attribute = random.pick([
    'span.s',
    '.s',
    'resource.service.name',
    '.service.name',
    'span.zone',
    '.zone',
    'resource.zone',
    'span.ls',
  ]);
  if (random.chance(0.3))
    return `${attribute} ${random.pick(['=~', '!~'])} ${quote(random.pick(['a', 'a.*', '.*b', '', '.+', 'x|y', 'two.lines', '[a-b]+']))}`;
  return `${attribute} ${random.pick(['=', '!=', '=', '!=', '>', '<'])} ${quote(random.pick([...TEXTS, 'x', 'y', 'api', 'bot']))}`;
}

function buildNumberComparison(random: Random): string {
  const attribute = random.pick(['span.i', '.i', 'resource.i', 'span.f', 'span.li', 'span.v', 'span.http.status_code']);
  return `${attribute} ${random.pick(COMPARISONS)} ${random.pick([...INTS, ...FLOATS.map(toFloat), '200ns'])}`;
}

function buildIntrinsicComparison(random: Random): string {
  const equality = random.pick(['=', '!=']);
  return random.pick([
    () => `${random.pick(['name', 'span:name'])} ${equality} ${quote(random.pick(NAMES))}`,
    () => `name ${random.pick(['=~', '!~'])} ${quote(random.pick(['GET.*', '.*', 'q.+']))}`,
    () => `kind ${equality} ${random.pick(['server', 'client', 'internal', 'producer', 'consumer', 'unspecified'])}`,
    () => `status ${equality} ${random.pick(['ok', 'error', 'unset'])}`,
    () => `statusMessage ${equality} ${quote(random.pick(['', 'a', 'it broke']))}`,
    () => `duration ${random.pick(COMPARISONS)} ${random.pick(DURATIONS)}`,
    () => `duration ${random.pick(COMPARISONS)} ${random.pick(['1000000', '1e6', '1.5'])}`,
    () => `traceDuration ${random.pick(COMPARISONS)} ${random.pick(DURATIONS)}`,
    () => `rootName ${equality} ${quote(random.pick(NAMES))}`,
    () => `rootServiceName ${equality} ${quote(random.pick(['api', 'bot', '']))}`,
    () => `nestedSetParent ${random.pick(['< 0', '= -1', '>= 0', '> 0'])}`,
  ])();
}

/** What few people write, invalid questions among it. */
function buildRare(random: Random): string {
  return random.pick([
    () => 'true',
    () => 'false',
    () => `${random.pick(['span.b', '.b'])} = ${random.pick(['true', 'false'])}`,
    () => `(${random.pick(['span.b', '.b'])} && ${random.pick(['true', 'false'])})`,
    () => `.i ^ 2 > 3`,
    () => `-span.i ${random.pick(COMPARISONS)} ${random.pick(INTS)}`,
    () => `name ${random.pick(['=', '>', '=~'])} ${pickLiteral(random)}`,
    () => `kind ${random.pick(COMPARISONS)} server`,
    () => `${random.pick(['name', 'duration', 'kind'])} = nil`,
    () => `span."s" = .s`,
    () => `"a\\tb" = span.s`,
    () => `span.s = \`a\``,
    () => `service.name = "api"`,
    () => `span.s =~ "("`,
  ])();
}

function pickAttribute(random: Random): string {
  if (random.chance(0.2)) return `resource.${random.pick(RESOURCE_ATTRIBUTES)}`;
  return `${random.pick(['span.', 'span.', '.'])}${random.pick(ATTRIBUTES)}`;
}

function pickLiteral(random: Random): string {
  return random.pick([
    () => quote(random.pick([...TEXTS, 'x', 'GET', '200'])),
    () => String(random.pick(INTS)),
    () => toFloat(random.pick(FLOATS)),
    () => random.pick(['true', 'false']),
  ])();
}

function toFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
