import type { KeyValue } from '../../../otlp/schema.ts';
import type { ComparisonField, Field, Intrinsic, Spansets } from './expression.ts';
import { KIND_NAMES, NIL, readStatic, STATUS_NAMES, type Static } from './static.ts';
import { ROOT_NOT_RECEIVED, type Trace, type TraceSpan } from './trace.ts';

const NUMERIC: readonly Static['type'][] = ['int', 'float', 'duration'];

/** The spans of a trace that match a query; none if the trace does not match. */
export function findMatchingSpans(query: Spansets, trace: Trace): TraceSpan[] {
  if (query.kind === 'filter') {
    const { condition } = query;
    return trace.spans.filter((span) => condition === undefined || isTrue(evaluateField(condition, span, trace)));
  }
  const left = findMatchingSpans(query.left, trace);
  const right = findMatchingSpans(query.right, trace);
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
      return right.filter((span) => findAncestors(span, trace).some((held) => ancestors.has(held)));
    }
  }
}

/** The value of a field for a span: nil if the span does not have it. */
export function evaluateField(field: Field, span: TraceSpan, trace: Trace): Static {
  switch (field.kind) {
    case 'static':
      return field.value;
    case 'attribute': {
      const own = field.scope === 'resource' ? undefined : readAttribute(span.span.attributes, field.name);
      const shared = field.scope === 'span' ? undefined : readAttribute(span.resource, field.name);
      return own ?? shared ?? NIL;
    }
    case 'intrinsic':
      return readIntrinsic(field.name, span, trace);
    case 'comparison':
      return createBool(
        compareValues(field, evaluateField(field.left, span, trace), evaluateField(field.right, span, trace)),
      );
    case 'and':
      return createBool(
        isTrue(evaluateField(field.left, span, trace)) && isTrue(evaluateField(field.right, span, trace)),
      );
    case 'or':
      return createBool(
        isTrue(evaluateField(field.left, span, trace)) || isTrue(evaluateField(field.right, span, trace)),
      );
    case 'not':
      return createBool(!isTrue(evaluateField(field.operand, span, trace)));
  }
}

export function isTrue(value: Static): boolean {
  return value.type === 'bool' && value.value;
}

function createBool(value: boolean): Static {
  return { type: 'bool', value };
}

function readAttribute(attributes: readonly KeyValue[], name: string): Static | undefined {
  const found = attributes.find(({ key }) => key === name);
  return found === undefined ? undefined : readStatic(found.value);
}

function readIntrinsic(name: Intrinsic, { span }: TraceSpan, trace: Trace): Static {
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

function findAncestors(start: TraceSpan, trace: Trace): TraceSpan[] {
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
 * Compares two values. Values of different types, and missing ones, are neither equal nor unequal; all types of numbers
 * compare with each other. A literal `nil` tests whether there is a value. Of a list any element must match; for `!=` and
 * `!~`, all of them.
 */
function compareValues(field: ComparisonField, left: Static, right: Static): boolean {
  const { operator } = field;
  if (left.type === 'list') {
    const isNegative = operator === '!=' || operator === '!~';
    return isNegative
      ? left.items.every((item) => compareValues(field, item, right))
      : left.items.some((item) => compareValues(field, item, right));
  }
  if (field.right.kind === 'static' && right.type === 'nil') {
    return operator === '=' ? left.type === 'nil' : operator === '!=' && left.type !== 'nil';
  }
  if (left.type === 'nil' || right.type === 'nil') return false;
  if (right.type === 'list') return false;
  const areNumbers = NUMERIC.includes(left.type) && NUMERIC.includes(right.type);
  if (!areNumbers && left.type !== right.type) return false;
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
