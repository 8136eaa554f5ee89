import type { KeyValue, Span } from '../../../otlp/schema.ts';
import { QueryError } from '../language/query-error.ts';
import type { Condition, FetchRequest } from './conditions.ts';
import type { Attribute, BinaryOperator, IntrinsicName } from './expression.ts';
import { operate } from './operate.ts';
import {
  combineScalars,
  isTrue,
  KIND_NAMES,
  NIL,
  readScalars,
  type Scalar,
  STATUS_NAMES,
  type Static,
} from './static.ts';
import type { Trace, TraceSpan } from './trace.ts';

/** A value that was read of a span. */
export type Entry = {
  readonly scope: 'span' | 'resource' | 'intrinsic';
  readonly name: string;
  readonly value: Static;
};

/** A span with what was read of it: the engine knows nothing else. */
export type FetchedSpan = { readonly span: TraceSpan; readonly entries: readonly Entry[] };

/** The entries that a column gives for a span; undefined if it has no row that meets its conditions. */
type Row = readonly Entry[] | undefined;
type Level = 'span' | 'resource';

const TRACE_INTRINSICS: readonly string[] = ['rootName', 'rootServiceName', 'traceDuration', 'trace:id'];
const IDS: readonly string[] = ['span:id', 'span:parentID', 'trace:id'];
/** The attributes that Tempo 3 stores in columns of their own by default, and the type of each. */
const DEDICATED_COLUMNS: Readonly<Record<Level, ReadonlyMap<string, 'string' | 'int'>>> = {
  resource: new Map([
    ['k8s.cluster.name', 'string'],
    ['k8s.namespace.name', 'string'],
    ['k8s.pod.name', 'string'],
    ['k8s.container.name', 'string'],
  ]),
  span: new Map([
    ['http.request.method', 'string'],
    ['http.response.status_code', 'int'],
    ['url.path', 'string'],
    ['url.route', 'string'],
    ['server.address', 'string'],
    ['server.port', 'int'],
    ['http.method', 'string'],
    ['http.url', 'string'],
    ['http.route', 'string'],
    ['http.status_code', 'int'],
  ]),
};
/** How Tempo marks that an attribute is missing where a query reads that too. */
const MISSING: Static = { type: 'string', value: 'nil' };

/**
 * The storage pass: the spans of a trace that may match, with the values that the conditions select. It follows Tempo 3's
 * blocks (vParquet5), because what they leave out changes answers: values of another type than the literal's, values that no
 * condition selects, and spans that meet none of the conditions, or, where all are required, not all.
 */
export function fetchSpans(request: FetchRequest, trace: Trace): FetchedSpan[] {
  const { conditions } = request;
  const isOfTrace = ({ attribute }: Condition) =>
    attribute.scope === 'intrinsic' && TRACE_INTRINSICS.includes(attribute.name);
  const ofTrace = conditions.filter(isOfTrace);
  const ofResource = conditions.filter(({ attribute }) => attribute.scope === 'resource' || attribute.scope === 'any');
  const ofSpan = conditions.filter((held) => held.attribute.scope !== 'resource' && !isOfTrace(held));
  const isMixed = conditions.some(({ attribute }) => attribute.scope === 'any');
  const requiresAll = request.requiresAll && !isMixed;
  const hasConditions = conditions.length > 0 || request.allSpans || request.relations.size > 0;
  const mustMatch = hasConditions && ofTrace.length === 0;

  const traceRows = ofTrace.map((condition) => readTraceIntrinsic(condition, trace));
  const traceEntries = collectRows(traceRows, requiresAll);
  if (traceEntries === undefined) return [];
  return trace.spans.flatMap((span): FetchedSpan[] => {
    const spanEntries = collectRows(readSpanRows(span, ofSpan, requiresAll), requiresAll);
    const resourceEntries = collectRows(readAttributeRows('resource', span, ofResource, requiresAll), requiresAll);
    if (spanEntries === undefined || resourceEntries === undefined) return [];
    const matched = countMatches(spanEntries);
    const isNumbered = request.relations.size > 0 && isNumberedFor(span, request);
    if (requiresAll && matched < countNames(ofSpan)) return [];
    if (requiresAll && resourceEntries.length < countNames(ofResource)) return [];
    const hasMatch = matched > 0 || resourceEntries.some(({ value }) => value.type !== 'nil');
    if (mustMatch && !hasMatch && !request.allSpans && !isNumbered) return [];
    return [{ span, entries: [...spanEntries, ...resourceEntries, ...traceEntries] }];
  });
}

/** The value of an attribute as far as it was read. A leading dot finds the span's before the resource's. */
export function findValue({ entries }: FetchedSpan, { scope, name }: Attribute): Static {
  const found = entries.find((entry) => entry.name === name && (scope === 'any' || entry.scope === scope));
  if (found !== undefined) return found.value;
  // These are 0 where they were not read.
  const isNumber = scope === 'intrinsic' && name.startsWith('nestedSet');
  return isNumber ? { type: 'int', value: 0n } : NIL;
}

/** Reads attributes that a query only shows. */
export function readShown(span: TraceSpan, trace: Trace, attributes: readonly Attribute[]): Entry[] {
  const request = { requiresAll: false, relations: new Set<never>(), allSpans: true, shown: [] };
  const conditions = attributes.map((attribute): Condition => ({ attribute, operator: 'any' }));
  return fetchSpans({ ...request, conditions }, { ...trace, spans: [span] }).flatMap(({ entries }) => [...entries]);
}

function isNumberedFor({ nestedSet: { left, right, parent } }: TraceSpan, { relations }: FetchRequest): boolean {
  const hasLeft = left > 0 && (relations.has('child') || relations.has('descendant'));
  const hasRight = right > 0 && relations.has('descendant');
  return hasLeft || hasRight || (parent !== 0 && (relations.has('child') || relations.has('sibling')));
}

/** How many conditions are met: Tempo counts an ID and the numbers of the nested set once more. */
function countMatches(entries: readonly Entry[]): number {
  const held = entries.filter(({ value }) => value.type !== 'nil');
  const isIntrinsic = ({ scope, name }: Entry, start: string) => scope === 'intrinsic' && name.startsWith(start);
  const hasId = held.some((entry) => isIntrinsic(entry, 'span:id'));
  const hasNumber = held.some(
    (entry) => isIntrinsic(entry, 'nestedSet') && 'value' in entry.value && entry.value.value !== 0n,
  );
  return held.length + Number(hasId) + Number(hasNumber);
}

function countNames(conditions: readonly Condition[]): number {
  return new Set(conditions.map(({ attribute }) => attribute.name)).size;
}

function collectRows(rows: readonly Row[], requiresAll: boolean): Entry[] | undefined {
  if (requiresAll && rows.includes(undefined)) return undefined;
  return rows.flatMap((row) => row ?? []);
}

function readSpanRows(span: TraceSpan, conditions: readonly Condition[], requiresAll: boolean): Row[] {
  const ofAttributes = conditions.filter(({ attribute }) => attribute.scope !== 'intrinsic');
  const intrinsics = Map.groupBy(
    conditions.filter(({ attribute }) => attribute.scope === 'intrinsic'),
    ({ attribute }) => attribute.name as IntrinsicName,
  );
  const rows = readAttributeRows('span', span, ofAttributes, requiresAll);
  for (const [name, held] of intrinsics) {
    const value = readSpanIntrinsic(name, span);
    rows.push(held.some((condition) => accepts(condition, value)) ? [{ scope: 'intrinsic', name, value }] : undefined);
  }
  return rows;
}

function readTraceIntrinsic(condition: Condition, trace: Trace): Row {
  const { name } = condition.attribute;
  const value = getTraceValue(name as IntrinsicName, trace);
  return accepts(condition, value) ? [{ scope: 'intrinsic', name, value }] : undefined;
}

function getTraceValue(name: IntrinsicName, { id, root, start, end }: Trace): Scalar {
  if (name === 'traceDuration') return { type: 'duration', value: end - start };
  if (name === 'trace:id') return { type: 'string', value: id.replace(/^0+/, '') };
  return { type: 'string', value: (name === 'rootName' ? root?.span.name : root?.service) ?? '' };
}

function readSpanIntrinsic(name: IntrinsicName, { span, nestedSet }: TraceSpan): Scalar {
  switch (name) {
    case 'status':
      return { type: 'status', value: STATUS_NAMES[span.status?.code ?? 0] ?? 'unset' };
    case 'kind':
      return { type: 'kind', value: KIND_NAMES[span.kind] ?? 'unspecified' };
    case 'duration':
      return { type: 'duration', value: span.endTimeUnixNano - span.startTimeUnixNano };
    case 'span:childCount':
      return { type: 'int', value: BigInt(nestedSet.childCount) };
    case 'nestedSetLeft':
      return { type: 'int', value: BigInt(nestedSet.left) };
    case 'nestedSetRight':
      return { type: 'int', value: BigInt(nestedSet.right) };
    case 'nestedSetParent':
      return { type: 'int', value: BigInt(nestedSet.parent) };
    default:
      return { type: 'string', value: readSpanText(name, span) };
  }
}

function readSpanText(name: IntrinsicName, span: Span): string {
  if (name === 'name') return span.name;
  if (name === 'statusMessage') return span.status?.message ?? '';
  return (name === 'span:id' ? span.spanId : span.parentSpanId).padStart(16, '0');
}

/** The columns with attributes: dedicated ones, and the generic ones of each type. */
function readAttributeRows(
  level: Level,
  { span, resource, service }: TraceSpan,
  conditions: readonly Condition[],
  requiresAll: boolean,
): Row[] {
  if (conditions.length === 0) return [];
  const attributes = level === 'span' ? span.attributes : resource;
  const isService = ({ key, value }: KeyValue) =>
    level === 'resource' && key === 'service.name' && value?.stringValue !== undefined;
  const stored = attributes
    .filter((held) => !isService(held))
    .map(({ key, value }) => ({ key, values: readScalars(value) }));
  const isDedicated = ({ key, values }: { readonly key: string; readonly values: readonly Scalar[] }) => {
    const type = DEDICATED_COLUMNS[level].get(key);
    return type !== undefined && values.length === 1 && values[0]?.type === type;
  };
  const generic = stored.filter((held) => !isDedicated(held));

  const rows: Row[] = [];
  const ofGeneric: Condition[] = [];
  const ofColumn = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const { name } = condition.attribute;
    const type = level === 'resource' && name === 'service.name' ? 'string' : DEDICATED_COLUMNS[level].get(name);
    const isOfColumn = type !== undefined && (!('operand' in condition) || getItemType(condition.operand) === type);
    // Each comparison of a service's name is a column of its own; those of another attribute share one.
    if (isOfColumn && name === 'service.name' && 'operand' in condition) {
      const value = readColumn(name);
      rows.push(value !== undefined && accepts(condition, value) ? [{ scope: level, name, value }] : undefined);
    } else if (isOfColumn && condition.operator !== 'not exists')
      ofColumn.set(name, [...(ofColumn.get(name) ?? []), condition]);
    else if (isOfColumn)
      rows.push(readColumn(name) === undefined ? [{ scope: level, name, value: MISSING }] : undefined);
    else if (condition.operator !== 'not exists') ofGeneric.push(condition);
    else rows.push(generic.some(({ key }) => key === name) ? undefined : [{ scope: level, name, value: MISSING }]);
  }
  for (const [name, held] of ofColumn) {
    const value = readColumn(name);
    const isRead = held.some((condition) => accepts(condition, value));
    rows.push(isRead ? [{ scope: level, name, value: value ?? MISSING }] : undefined);
  }
  // What the generic columns give comes first, and is found first.
  const isGenericRead = ofGeneric.some((condition) => listTypes(condition).length > 0);
  return isGenericRead ? [readGeneric(level, generic, ofGeneric, requiresAll), ...rows] : rows;

  function readColumn(name: string): Scalar | undefined {
    if (level === 'resource' && name === 'service.name') return { type: 'string', value: service };
    return stored.find((held) => held.key === name && isDedicated(held))?.values[0];
  }
}

/** All conditions share the columns of their type: a value is read if any of them selects it, whatever its name. */
function readGeneric(
  level: Level,
  stored: readonly { readonly key: string; readonly values: readonly Scalar[] }[],
  conditions: readonly Condition[],
  requiresAll: boolean,
): Row {
  const names = new Set(conditions.map(({ attribute }) => attribute.name));
  const types = new Set(conditions.flatMap(listTypes));
  const entries = stored
    .filter(({ key }) => names.has(key))
    .map(({ key, values }): Entry => {
      const read = values.filter((value) =>
        conditions.some((condition) => listTypes(condition).includes(value.type) && accepts(condition, value)),
      );
      return { scope: level, name: key, value: combineScalars(read) };
    })
    .filter(({ value }) => value.type !== 'nil' || !requiresAll || types.size > 1);
  return entries.length > 0 ? entries : undefined;
}

const GENERIC_TYPES: readonly Scalar['type'][] = ['string', 'int', 'float', 'bool'];

/** The types of columns that a condition reads: the literal's own, or all without one. */
function listTypes(condition: Condition): readonly Scalar['type'][] {
  return 'operand' in condition
    ? GENERIC_TYPES.filter((type) => type === getItemType(condition.operand))
    : GENERIC_TYPES;
}

function getItemType(value: Static): Static['type'] | undefined {
  return value.type === 'list' ? value.items[0]?.type : value.type;
}

/** Whether a condition selects a value, undefined for none, of a column. */
function accepts(condition: Condition, value: Scalar | undefined): boolean {
  if (condition.operator === 'any') return true;
  if (value === undefined) return false;
  if (!('operand' in condition)) return condition.operator === 'exists';
  const { attribute, operator, operand } = condition;
  if (attribute.scope === 'intrinsic' && IDS.includes(attribute.name)) return acceptsId(operator, operand, value);
  const isFraction = operand.type === 'float' && !Number.isInteger(operand.value);
  if (value.type === 'duration' && isFraction && operator === '=') return true;
  if (operator !== 'match none') return isTrue(operate(operator, value, operand));
  // A text that one of the expressions does not match is read; the engine then requires it of all.
  return operand.type === 'list' && operand.items.some((item) => isTrue(operate('!~', value, item)));
}

/** IDs compare as bytes; what is no ID is no condition. */
function acceptsId(operator: BinaryOperator, operand: Static, value: Scalar): boolean {
  const written = operand.type === 'list' ? operand.items : operand.type === 'nil' ? [] : [operand];
  const ids = written.map((item) => String(item.value));
  if (!ids.every((id) => /^[0-9a-fA-F]*$/.test(id))) return true;
  if (!['=', '!=', 'in', 'not in'].includes(operator)) {
    throw new QueryError(`operator not supported for IDs: ${operator}`, 'execution');
  }
  const digits = (id: string) => id.toLowerCase().replace(/^0+/, '');
  const isFound = ids.some((id) => digits(id) === digits(String(value.value)));
  return isFound === (operator === '=' || operator === 'in');
}
