import { createRandom, type Random } from './random.ts';

/** The traces of a data set as an OTLP export in JSON, and the labels of what is in it: `t3` for a trace, `t3/2` for a span. */
export type TraceData = {
  readonly body: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly traces: number;
};

const TRACES = 80;
const NANOS_PER_MILLI = 1_000_000n;
export const NAMES = ['GET /a', 'GET /b', 'query', 'publish', ''];
export const TEXTS = ['a', 'b', 'ab', 'A', '', 'two\nlines', 'é'];
export const INTS = [-3, 0, 1, 2, 200, 500];
export const FLOATS = [-1.5, 0, 0.5, 1, 2.5, 200];
const DURATIONS = [0, 1, 10, 250, 1500];

type Value = string | number | boolean | readonly Value[];
/** A double, also where its value is whole. */
type Double = { readonly double: number };

/** Builds random traces: with every type of attribute, without roots, with several, and with spans cut off from theirs. */
export function buildTraces(seed: number, baseMs: number): TraceData {
  const random = createRandom(seed);
  const labels = new Map<string, string>();
  const resourceSpans: object[] = [];
  for (let trace = 0; trace < TRACES; trace++) {
    const traceId = toHex(random, 32);
    labels.set(traceId.replace(/^0+/, ''), `t${trace}`);
    const count = random.int(1, 7);
    const ids = Array.from({ length: count }, () => toHex(random, 16));
    const isRootless = random.chance(0.15);
    const start = BigInt(baseMs + trace) * NANOS_PER_MILLI;
    const spans = ids.map((spanId, index) => {
      labels.set(spanId, `t${trace}/${index}`);
      const isRoot = index === 0 ? !isRootless : random.chance(0.08);
      const isCutOff = (index === 0 && !isRoot) || random.chance(0.1);
      const parentSpanId = isRoot ? '' : isCutOff ? toHex(random, 16) : (ids[random.int(0, index - 1)] ?? '');
      return buildSpan(random, { traceId, spanId, parentSpanId }, start + BigInt(index) * NANOS_PER_MILLI);
    });
    const split = random.int(0, count);
    for (const held of [spans.slice(0, split), spans.slice(split)]) {
      const resource = { attributes: buildResource(random) };
      if (held.length > 0) resourceSpans.push({ resource, scopeSpans: [{ spans: held }] });
    }
  }
  return { body: JSON.stringify({ resourceSpans }), labels, traces: TRACES };
}

type Ids = { readonly traceId: string; readonly spanId: string; readonly parentSpanId: string };

function buildSpan(random: Random, ids: Ids, start: bigint): object {
  const values: [string, Value | Double][] = [];
  const add = (probability: number, key: string, value: () => Value | Double) => {
    if (random.chance(probability)) values.push([key, value()]);
  };
  add(0.6, 's', () => random.pick(TEXTS));
  add(0.6, 'i', () => random.pick(INTS));
  add(0.6, 'f', () => ({ double: random.pick(FLOATS) }));
  add(0.5, 'b', () => random.chance(0.5));
  // One key with values of several types.
  add(0.5, 'v', () => random.pick<Value | Double>([1, 'a', true, { double: 1.5 }, ['a', 'b']]));
  add(0.4, 'ls', () => random.pick<Value>([[], ['a'], ['a', 'b'], ['b', 'ab', '']]));
  add(0.4, 'li', () => random.pick<Value>([[1], [1, 2, 200], [0, 500]]));
  add(0.2, 'mixed', () => ['a', 1]);
  add(0.5, 'zone', () => random.pick(['x', 'y']));
  // Tempo keeps these in columns of their own.
  add(0.4, 'http.method', () => random.pick<Value>(['GET', 'POST', 5]));
  add(0.4, 'http.status_code', () => random.pick<Value>([200, 500, '200']));
  const end = start + BigInt(random.pick(DURATIONS)) * NANOS_PER_MILLI;
  return {
    ...ids,
    name: random.pick(NAMES),
    kind: random.int(0, 5),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes: toKeyValues(values),
    ...(random.chance(0.7) && { status: { code: random.int(0, 2), message: random.pick(['', 'a', 'it broke']) } }),
  };
}

function buildResource(random: Random): object[] {
  const values: [string, Value][] = [];
  if (random.chance(0.8)) values.push(['service.name', random.pick(['api', 'bot', 'db'])]);
  if (random.chance(0.5)) values.push(['zone', random.pick(['x', 'y', 'z'])]);
  if (random.chance(0.4)) values.push(['i', random.pick(INTS)]);
  if (random.chance(0.3)) values.push(['k8s.pod.name', random.pick(['p-1', 'p-2'])]);
  return toKeyValues(values);
}

function toKeyValues(values: readonly (readonly [string, Value | Double])[]): object[] {
  return values.map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: Value | Double): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  return 'double' in value ? { doubleValue: value.double } : { arrayValue: { values: value.map(toAnyValue) } };
}

/** Hexadecimal digits of which the first is not zero. */
function toHex(random: Random, digits: number): string {
  return Array.from({ length: digits }, (_, index) => random.int(index === 0 ? 1 : 0, 15).toString(16)).join('');
}
