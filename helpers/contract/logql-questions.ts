import { DURATIONS, ENVIRONMENTS, JOBS, NUMBERS, SIZES, WORDS } from './logs.ts';
import { createRandom, type Random } from './random.ts';

const COMPARISONS = ['=', '==', '!=', '>', '>=', '<', '<='];
const MATCHES = ['=', '!=', '=~', '!~'];
const EXPRESSIONS = [
  'd.*',
  '.*d',
  '.+',
  '.*',
  '',
  'prod',
  'prod|dev',
  '(prod|test)',
  '^d',
  'd$',
  'p.*d',
  '(?i)prod',
  '[dp].*',
  'e',
  '.*e.*',
  'pro.',
  'dev|.*st',
  'p(ro)?d',
  '\\w+',
  'te.+',
  '.+d',
];
const LINE_EXPRESSIONS = [
  ...EXPRESSIONS,
  'GET.*200',
  '^GET',
  '\\d+',
  'broke$',
  'error|ready',
  'é',
  'games.+500',
  '(?i)ERROR',
];
const PATTERNS = ['GET <_> 200', 'GET <_>', '<_> broke', '<_>', 'ready', '<_>/<_> <_>', 'GET /games 200<_>'];
const LABELS = ['env', 'n', 'took', 'size', 'trace_id', 'job', 'region', 'nosuch'];

/** Random LogQL questions about the data of {@link buildLogs}; a few of them are invalid. */
export function buildLogqlQuestions(seed: number, count: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const stages = Array.from({ length: random.int(0, 3) }, () => buildStage(random));
    return [buildSelector(random), ...stages].join(' ');
  });
}

function buildSelector(random: Random): string {
  const matcher = () =>
    `${random.pick(['job', 'region', 'service_name', 'env'])}${random.pick(MATCHES)}${quote(random.pick([...JOBS, 'eu-1', 'db.*', '.+', 'a.*|bot', '']))}`;
  const first = random.chance(0.95) ? 'service_name=~".+"' : matcher();
  return `{${[first, ...(random.chance(0.4) ? [matcher()] : [])].join(', ')}}`;
}

function buildStage(random: Random): string {
  return random.chance(0.45) ? buildLineFilter(random) : `| ${buildLabelFilter(random, random.int(0, 2))}`;
}

function buildLineFilter(random: Random): string {
  const text = () => quote(random.pick([...WORDS, 'GET', '200', 'e', 'nosuch']));
  const expression = () => quote(random.pick(LINE_EXPRESSIONS));
  return random.pick([
    () => `|= ${text()}`,
    () => `!= ${text()}`,
    () => `|~ ${expression()}`,
    () => `!~ ${expression()}`,
    () => `${random.pick(['|=', '!='])} ${text()} or ${text()}`,
    () => `${random.pick(['|~', '!~'])} ${expression()} or ${expression()}`,
    () => `${random.pick(['|>', '!>'])} ${quote(random.pick(PATTERNS))}`,
  ])();
}

function buildLabelFilter(random: Random, depth: number): string {
  if (depth === 0) return buildComparison(random);
  const side = () => buildLabelFilter(random, depth - 1);
  return random.pick([
    () => `${side()} and ${side()}`,
    () => `${side()} or ${side()}`,
    () => `${side()}, ${side()}`,
    () => `(${side()})`,
    () => buildComparison(random),
  ])();
}

function buildComparison(random: Random): string {
  const label = random.pick(LABELS);
  return random.pick([
    () => `${label}${random.pick(['=', '!='])}${quote(random.pick([...ENVIRONMENTS, ...NUMBERS, 'trace-1', '']))}`,
    () => `env${random.pick(['=~', '!~'])}${quote(random.pick(EXPRESSIONS))}`,
    () => `${label}${random.pick(['=~', '!~'])}${quote(random.pick(EXPRESSIONS))}`,
    () => `${random.pick(['n', label])} ${random.pick(COMPARISONS)} ${random.pick(['5', '5.5', '-1', '1000', '0'])}`,
    () =>
      `${random.pick(['took', label])} ${random.pick(COMPARISONS)} ${random.pick([...DURATIONS.filter((text) => /^\d.*[sm]$/.test(text)), '1h'])}`,
    () =>
      `${random.pick(['size', label])} ${random.pick(COMPARISONS)} ${random.pick([...SIZES.filter((text) => /^[\d.]+[A-Z]/i.test(text)), '5B'])}`,
    () => `${label} ${random.pick(['=~', '>', '=='])} ${quote('(')}`,
  ])();
}

function quote(text: string): string {
  return JSON.stringify(text);
}
