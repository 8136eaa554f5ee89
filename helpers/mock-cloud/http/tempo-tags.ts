import type { AnyValue, KeyValue, Span } from '../../otlp/schema.ts';
import { QueryError } from '../query/language/query-error.ts';
import { parseTraceql } from '../query/traceql/parse.ts';
import { searchTraces } from '../query/traceql/search.ts';
import type { TraceStore } from '../store/traces.ts';
import { type Answer, answerJson } from './answer.ts';

const SCOPES = ['resource', 'span', 'event', 'link', 'instrumentation'] as const;
type Scope = (typeof SCOPES)[number];
/** A span with the attributes of each scope, and whether it is the root of its trace. */
type Seen = {
  readonly span: Span;
  readonly isRoot: boolean;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly attributes: Readonly<Record<Scope, readonly KeyValue[]>>;
};
type TypedValue = { readonly type: 'string' | 'int' | 'float' | 'bool' | 'keyword'; readonly value: string };

const INTRINSICS = [
  'duration',
  'event:name',
  'event:timeSinceStart',
  'instrumentation:name',
  'instrumentation:version',
  'kind',
  'link:spanID',
  'link:traceID',
  'name',
  'rootName',
  'rootServiceName',
  'span:duration',
  'span:id',
  'span:kind',
  'span:name',
  'span:parentID',
  'span:status',
  'span:statusMessage',
  'status',
  'statusMessage',
  'trace:duration',
  'trace:id',
  'trace:rootName',
  'trace:rootService',
  'traceDuration',
];
const STATUSES = ['ok', 'error', 'unset'];
const KINDS = ['client', 'server', 'producer', 'consumer', 'internal', 'unspecified'];

/** The newest traces that are read for an answer; Tempo has a limit as well. */
const MAX_TRACES = 2000;
/** The latest time that a Date can hold, in milliseconds. */
const MAX_TIME = 8.64e15;

/**
 * Answers Tempo's `search/tags`, `v2/search/tags`, `search/tag/NAME/values` and `v2/search/tag/NAME/values`, in order of
 * their names and values; undefined for any other path.
 */
export function answerTags(store: TraceStore, path: string, parameters: URLSearchParams): Answer | undefined {
  const match = /^(v2\/)?search\/(?:tags|tag\/([^/]+)\/values)$/.exec(path);
  if (match === null) return undefined;
  const [, version, name] = match;
  const limit = Number(parameters.get('limit')) || Number.POSITIVE_INFINITY;
  if (name === undefined) {
    return version === undefined ? answerTagsV1(store, parameters, limit) : answerTagsV2(store, parameters, limit);
  }
  const tag = decodeURIComponent(name);
  return version === undefined
    ? answerValuesV1(store, tag, parameters, limit)
    : answerValuesV2(store, tag, parameters, limit);
}

function answerTagsV1(store: TraceStore, parameters: URLSearchParams, limit: number): Answer {
  const tagNames = listTags(listSpans(store, parameters), readScopes(parameters));
  return answerJson(200, { tagNames: tagNames.slice(0, limit), metrics: {} });
}

function answerTagsV2(store: TraceStore, parameters: URLSearchParams, limit: number): Answer {
  const spans = listSpans(store, parameters);
  const written = parameters.get('scope') || 'none';
  const chosen = written === 'intrinsic' ? [] : readScopes(parameters);
  const scopes = chosen
    .map((scope) => ({ name: scope as string, tags: listTags(spans, [scope]).slice(0, limit) }))
    .filter(({ tags }) => tags.length > 0);
  if (written === 'intrinsic' || written === 'none') scopes.push({ name: 'intrinsic', tags: INTRINSICS });
  return answerJson(200, { scopes, metrics: {} });
}

function answerValuesV1(store: TraceStore, tag: string, parameters: URLSearchParams, limit: number): Answer {
  const spans = listSpans(store, parameters);
  const values =
    tag === 'name' ? spans.map(({ span }) => span.name) : listValues(spans, SCOPES, tag).map(({ value }) => value);
  return answerJson(200, { tagValues: [...new Set(values)].sort().slice(0, limit), metrics: {} });
}

/** As in protobuf's JSON, an empty value is left out. */
function answerValuesV2(store: TraceStore, tag: string, parameters: URLSearchParams, limit: number): Answer {
  const values = findValues(tag, () => listSpans(store, parameters));
  const distinct = new Map(values.map((value) => [JSON.stringify(value), value]));
  const tagValues = [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
  return answerJson(200, {
    tagValues: tagValues.map(([, { type, value }]) => ({ type, ...(value !== '' && { value }) })),
    metrics: {},
  });
}

function findValues(tag: string, spans: () => readonly Seen[]): readonly TypedValue[] {
  const [, scope, name] = /^(resource|span|event|link|instrumentation|)\.(.+)$/s.exec(tag) ?? [];
  if (name !== undefined) return listValues(spans(), scope === '' ? SCOPES : [scope as Scope], name);
  if (!INTRINSICS.includes(tag)) {
    const problem = `parse error at line 1, col 2: unknown identifier: ${tag}`;
    throw new QueryError(`please provide a valid tagName: failed to parse identifier ${tag}: ${problem}`);
  }
  if (tag === 'status' || tag === 'span:status') return STATUSES.map((value) => ({ type: 'keyword', value }));
  if (tag === 'kind' || tag === 'span:kind') return KINDS.map((value) => ({ type: 'keyword', value }));
  return spans().flatMap((seen) => readIntrinsic(tag, seen).map((value) => ({ type: 'string' as const, value })));
}

/** The texts of an intrinsic; those of numbers and IDs are not listed. */
function readIntrinsic(tag: string, { span, isRoot, scopeName, scopeVersion, attributes }: Seen): string[] {
  switch (tag) {
    case 'name':
    case 'span:name':
      return [span.name];
    case 'statusMessage':
    case 'span:statusMessage':
      return [span.status?.message ?? ''];
    case 'rootName':
    case 'trace:rootName':
      return isRoot ? [span.name] : [];
    case 'rootServiceName':
    case 'trace:rootService':
      return isRoot ? attributes.resource.filter(({ key }) => key === 'service.name').flatMap(readTexts) : [];
    case 'instrumentation:name':
      return [scopeName];
    case 'instrumentation:version':
      return [scopeVersion];
    case 'event:name':
      return span.events.map(({ name }) => name);
    default:
      return [];
  }
}

function readTexts({ value }: KeyValue): string[] {
  return describeValue(value).map((described) => described.value);
}

function listTags(spans: readonly Seen[], scopes: readonly Scope[]): string[] {
  const keys = spans.flatMap(({ attributes }) => scopes.flatMap((scope) => attributes[scope].map(({ key }) => key)));
  return [...new Set(keys)].sort();
}

function listValues(spans: readonly Seen[], scopes: readonly Scope[], name: string): TypedValue[] {
  const found = spans.flatMap(({ attributes }) => scopes.flatMap((scope) => attributes[scope]));
  return found.filter(({ key }) => key === name).flatMap(({ value }) => describeValue(value));
}

/** A list has the values of its elements, a map none. */
function describeValue(value: AnyValue | undefined): TypedValue[] {
  if (value?.stringValue !== undefined) return [{ type: 'string', value: value.stringValue }];
  if (value?.intValue !== undefined) return [{ type: 'int', value: String(value.intValue) }];
  if (value?.doubleValue !== undefined) return [{ type: 'float', value: String(value.doubleValue) }];
  if (value?.boolValue !== undefined) return [{ type: 'bool', value: String(value.boolValue) }];
  return value?.arrayValue?.values.flatMap(describeValue) ?? [];
}

function readScopes(parameters: URLSearchParams): readonly Scope[] {
  const written = parameters.get('scope') || 'none';
  if (written === 'none') return SCOPES;
  const scope = SCOPES.find((known) => known === written);
  if (scope === undefined) throw new QueryError(`invalid scope: ${written}`);
  return [scope];
}

/** The spans of the newest traces of the range; of those only the ones that `q` matches, if it is a query. */
function listSpans(store: TraceStore, parameters: URLSearchParams): Seen[] {
  const { start, end } = readRange(parameters);
  const matched = findMatched(store, parameters.get('q') ?? '', start, end);
  const seen: Seen[] = [];
  for (const id of store.findBetween(start, end, []).slice(0, MAX_TRACES)) {
    for (const { resource, scopeSpans } of store.find(id)?.resourceSpans ?? []) {
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) {
          if (matched !== undefined && !matched.has(span.spanId)) continue;
          const attributes = {
            resource: resource?.attributes ?? [],
            span: span.attributes,
            event: span.events.flatMap((event) => event.attributes),
            link: span.links.flatMap((link) => link.attributes),
            instrumentation: scope?.attributes ?? [],
          };
          const isRoot = span.parentSpanId === '';
          seen.push({ span, isRoot, scopeName: scope?.name ?? '', scopeVersion: scope?.version ?? '', attributes });
        }
      }
    }
  }
  return seen;
}

/** Tempo ignores a query that it can't read, because people's tools ask while a query is being typed. */
function findMatched(store: TraceStore, q: string, start: number, end: number): ReadonlySet<string> | undefined {
  if (/^\s*(\{\s*\}\s*)?$/.test(q)) return undefined;
  try {
    const found = searchTraces(store, { query: parseTraceql(q), start, end, limit: MAX_TRACES, spansPerSpanset: 0 });
    const { traces = [] } = found as { traces?: { spanSets?: { spans?: { spanID?: string }[] }[] }[] };
    const spans = traces.flatMap(({ spanSets = [] }) => spanSets.flatMap((set) => set.spans ?? []));
    return new Set(spans.map(({ spanID = '' }) => spanID));
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

/** In milliseconds since the epoch. */
function readRange(parameters: URLSearchParams): { readonly start: number; readonly end: number } {
  const [start, end] = [readSeconds(parameters, 'start'), readSeconds(parameters, 'end')];
  if ((start === undefined) !== (end === undefined)) {
    throw new QueryError('error parsing date range: only one of start and end provided: must provide both or neither');
  }
  return { start: (start ?? 0) * 1000, end: end === undefined ? MAX_TIME : end * 1000 };
}

function readSeconds(parameters: URLSearchParams, name: string): number | undefined {
  const written = parameters.get(name) ?? '';
  return /^\d{1,10}$/.test(written) && written !== '0' ? Number(written) : undefined;
}
