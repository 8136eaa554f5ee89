import type { KeyValue } from '../../../otlp/schema.ts';
import type { ComparisonField, Field, Intrinsic, Spansets } from './expression.ts';
import type { Static } from './static.ts';
import { KIND_NAMES, NIL, STATUS_NAMES, staticOf } from './static.ts';
import type { Trace, TraceSpan } from './trace.ts';
import { ROOT_NOT_RECEIVED } from './trace.ts';

const NUMERIC: readonly Static['type'][] = ['int', 'float', 'duration'];

/** The spans of a trace that a query finds; none where the trace is not found. */
export function matchingSpans(query: Spansets, trace: Trace): TraceSpan[] {
  if (query.kind === 'filter') {
    const { condition } = query;
    return trace.spans.filter((span) => condition === undefined || isTrue(fieldValue(condition, span, trace)));
  }
  const left = matchingSpans(query.left, trace);
  const right = matchingSpans(query.right, trace);
  const either = trace.spans.filter((span) => left.includes(span) || right.includes(span));
  switch (query.kind) {
    case 'and':
      return left.length > 0 && right.length > 0 ? either : [];
    case 'or':
      return either;
    case 'child': {
      const parents = new Set(left.map(({ span }) => span.spanId));
      return right.filter(({ span }) => span.parentSpanId !== '' && parents.has(span.parentSpanId));
    }
    case 'descendant': {
      const ancestors = new Set(left);
      return right.filter((span) => ancestorsOf(span, trace).some((held) => ancestors.has(held)));
    }
  }
}

/** The value of a field for a span: nil where the span does not have it. */
export function fieldValue(field: Field, span: TraceSpan, trace: Trace): Static {
  switch (field.kind) {
    case 'static':
      return field.value;
    case 'attribute': {
      const own = field.scope === 'resource' ? undefined : attributeOf(span.span.attributes, field.name);
      const shared = field.scope === 'span' ? undefined : attributeOf(span.resource, field.name);
      return own ?? shared ?? NIL;
    }
    case 'intrinsic':
      return intrinsicOf(field.name, span, trace);
    case 'comparison':
      return truth(compared(field, fieldValue(field.left, span, trace), fieldValue(field.right, span, trace)));
    case 'and':
      return truth(isTrue(fieldValue(field.left, span, trace)) && isTrue(fieldValue(field.right, span, trace)));
    case 'or':
      return truth(isTrue(fieldValue(field.left, span, trace)) || isTrue(fieldValue(field.right, span, trace)));
    case 'not':
      return truth(!isTrue(fieldValue(field.operand, span, trace)));
  }
}

export function isTrue(value: Static): boolean {
  return value.type === 'bool' && value.value;
}

function truth(value: boolean): Static {
  return { type: 'bool', value };
}

function attributeOf(attributes: readonly KeyValue[], name: string): Static | undefined {
  const found = attributes.find(({ key }) => key === name);
  return found === undefined ? undefined : staticOf(found.value);
}

function intrinsicOf(name: Intrinsic, { span }: TraceSpan, trace: Trace): Static {
  switch (name) {
    case 'name':
      return { type: 'string', value: span.name };
    case 'status':
      return { type: 'status', value: STATUS_NAMES[span.status?.code ?? 0] ?? 'unset' };
    case 'statusMessage':
      return { type: 'string', value: span.status?.message ?? '' };
    case 'kind':
      return { type: 'kind', value: KIND_NAMES[span.kind] ?? 'unspecified' };
    case 'duration':
      return { type: 'duration', value: span.endTimeUnixNano - span.startTimeUnixNano };
    case 'rootName':
      return { type: 'string', value: trace.root?.span.name ?? ROOT_NOT_RECEIVED };
    case 'rootServiceName':
      return { type: 'string', value: trace.root?.service ?? ROOT_NOT_RECEIVED };
    case 'traceDuration':
      return { type: 'duration', value: trace.end - trace.start };
    case 'span:id':
      return { type: 'string', value: span.spanId };
    case 'trace:id':
      return { type: 'string', value: trace.id };
  }
}

function ancestorsOf(start: TraceSpan, trace: Trace): TraceSpan[] {
  const found = new Set<TraceSpan>();
  let generation: readonly TraceSpan[] = [start];
  while (generation.length > 0) {
    const parents = generation.flatMap(({ span }) => trace.byId.get(span.parentSpanId) ?? []);
    generation = parents.filter((span) => !found.has(span));
    for (const span of generation) found.add(span);
  }
  return [...found];
}

/**
 * Values of different types are neither equal nor unequal, and what is missing is neither; numbers compare with numbers.
 * `nil` written out asks whether there is a value. Lists: any element, for `!=` and `!~` all.
 */
function compared(field: ComparisonField, left: Static, right: Static): boolean {
  const { operator } = field;
  if (left.type === 'list') {
    const negative = operator === '!=' || operator === '!~';
    return negative
      ? left.items.every((item) => compared(field, item, right))
      : left.items.some((item) => compared(field, item, right));
  }
  if (field.right.kind === 'static' && right.type === 'nil') {
    return operator === '=' ? left.type === 'nil' : operator === '!=' && left.type !== 'nil';
  }
  if (left.type === 'nil' || right.type === 'nil') return false;
  if (right.type === 'list') return false;
  const numbers = NUMERIC.includes(left.type) && NUMERIC.includes(right.type);
  if (!numbers && left.type !== right.type) return false;
  if (field.pattern !== undefined) {
    return left.type === 'string' && field.pattern(left.value) === (operator === '=~');
  }
  switch (operator) {
    case '=':
      return !(left.value < right.value) && !(left.value > right.value);
    case '!=':
      return left.value < right.value || left.value > right.value;
    case '>':
      return left.value > right.value;
    case '>=':
      return left.value >= right.value;
    case '<':
      return left.value < right.value;
    case '<=':
      return left.value <= right.value;
    default:
      return false;
  }
}
