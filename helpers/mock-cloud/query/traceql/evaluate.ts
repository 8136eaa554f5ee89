import { findConditions } from './conditions.ts';
import type { Aggregate, Field, Query, Spansets } from './expression.ts';
import { type FetchedSpan, fetchSpans, findValue } from './fetch.ts';
import { compareOrder, operate } from './operate.ts';
import { evaluate } from './simplify.ts';
import { isTrue, type Scalar, toNumber } from './static.ts';
import { relateSpans } from './structure.ts';
import type { Trace } from './trace.ts';

/** The spans of a trace that match a query; none if the trace does not match. */
export function findMatchingSpans(query: Query, trace: Trace): readonly FetchedSpan[] {
  let spans: readonly FetchedSpan[] = fetchSpans(findConditions(query), trace);
  for (const stage of query) {
    if (spans.length === 0) return [];
    if (stage.kind === 'aggregate') spans = passesAggregate(stage, spans) ? spans : [];
    else if (stage.kind !== 'select') spans = filterSpans(stage, spans);
  }
  return spans;
}

function filterSpans(spansets: Spansets, spans: readonly FetchedSpan[]): readonly FetchedSpan[] {
  if (spansets.kind === 'filter') return spans.filter((span) => isTrue(evaluateFor(span, spansets.condition)));
  const left = filterSpans(spansets.left, spans);
  const right = filterSpans(spansets.right, spans);
  const { operator } = spansets;
  if (operator !== '&&' && operator !== '||') return relateSpans(operator, left, right);
  if (operator === '&&' && (left.length === 0 || right.length === 0)) return [];
  return spans.filter((span) => left.includes(span) || right.includes(span));
}

function evaluateFor(span: FetchedSpan, field: Field) {
  return evaluate(field, (attribute) => findValue(span, attribute));
}

function passesAggregate({ name, field, operator, value }: Aggregate, spans: readonly FetchedSpan[]): boolean {
  const scalar = field === undefined ? createInt(spans.length) : aggregate(name, listValues(field, spans));
  return scalar !== undefined && isTrue(operate(operator, scalar, value));
}

function listValues(field: Field, spans: readonly FetchedSpan[]): Scalar[] {
  return spans
    .map((span) => evaluateFor(span, field))
    .filter((value): value is Scalar => value.type !== 'nil' && value.type !== 'list');
}

function aggregate(name: Aggregate['name'], values: readonly Scalar[]): Scalar | undefined {
  const [first] = values;
  if (first === undefined || name === 'count') return undefined;
  if (name === 'min') return values.reduce((a, b) => (compareOrder(b, a) < 0 ? b : a));
  if (name === 'max') return values.reduce((a, b) => (compareOrder(b, a) > 0 ? b : a));
  const sum = addValues(values.filter(({ type }) => type === first.type));
  if (name === 'sum') return sum;
  if (sum.type === 'duration') return { type: 'duration', value: sum.value / BigInt(values.length) };
  // Tempo 3.0 takes the sum of integers for an unsigned one.
  const total = sum.type === 'int' ? Number(BigInt.asUintN(64, sum.value)) : toNumber(sum);
  return { type: 'float', value: total / values.length };
}

function addValues(values: readonly Scalar[]): Scalar {
  return values.reduce((sum, value) => {
    if (sum.type === 'float') return { type: 'float', value: sum.value + toNumber(value) };
    if (sum.type === 'int' && value.type === 'int') return { type: 'int', value: sum.value + value.value };
    if (sum.type === 'duration' && value.type === 'duration')
      return { type: 'duration', value: sum.value + value.value };
    return sum;
  });
}

function createInt(value: number): Scalar {
  return { type: 'int', value: BigInt(value) };
}
