import type { TraceId } from '../../otlp/ids.ts';
import { type TracesData, TracesData as TracesMessage } from '../../otlp/schema.ts';
import { NotEvaluatedError, QueryError } from '../query/language/query-error.ts';
import { parseTraceql } from '../query/traceql/parse.ts';
import { searchTraces } from '../query/traceql/search.ts';
import type { TraceStore } from '../store/traces.ts';
import { type Answer, answerJson, answerText } from './answer.ts';
import { BUILD_INFO } from './build-info.ts';
import { answerTags } from './tempo-tags.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 262_144;
const DEFAULT_SPANS_PER_SPANSET = 3;
const MAX_SPANS_PER_SPANSET = 100;
/** The latest time that a Date can hold, in milliseconds. */
const MAX_TIME = 8.64e15;

/**
 * Answers a path of Tempo's API below `/api/`: `search`, `v2/traces/ID`, `traces/ID`, `status/buildinfo` and those of
 * tags, always as JSON; undefined for any other.
 */
export function answerTempo(store: TraceStore, path: string, parameters: URLSearchParams): Answer | undefined {
  try {
    if (path === 'search') return answerSearch(store, parameters);
    if (path === 'status/buildinfo') return answerJson(200, BUILD_INFO);
    const tags = answerTags(store, path, parameters);
    if (tags !== undefined) return tags;
    const [, version, id] = /^(v2\/)?traces\/([^/]+)$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    return version === undefined ? answerTraceV1(store, parseTraceId(id)) : answerTraceV2(store, parseTraceId(id));
  } catch (error) {
    if (error instanceof NotEvaluatedError) return answerText(501, error.message);
    if (!(error instanceof QueryError)) throw error;
    return error.type === 'execution' ? answerText(500, error.message) : answerText(400, error.message);
  }
}

function answerSearch(store: TraceStore, parameters: URLSearchParams): Answer {
  const [start, end] = [readSeconds(parameters, 'start'), readSeconds(parameters, 'end')];
  if (start === undefined && end !== undefined) {
    throw new QueryError('error parsing date range: only one of start and end provided: must provide both or neither');
  }
  if (start !== undefined && start >= (end ?? 0)) {
    throw new QueryError(`http parameter start must be before end. received start=${start} end=${end ?? 0}`);
  }
  const spansPerSpanset = readWholeNumber(parameters, 'spss', 0) ?? DEFAULT_SPANS_PER_SPANSET;
  if (spansPerSpanset > MAX_SPANS_PER_SPANSET) {
    throw new QueryError(`spans per span set exceeds ${MAX_SPANS_PER_SPANSET}. received ${spansPerSpanset}`);
  }
  const limit = readWholeNumber(parameters, 'limit', 1) ?? DEFAULT_LIMIT;
  if (limit > MAX_LIMIT) throw new QueryError(`limit ${limit} exceeds max limit ${MAX_LIMIT}`);
  if (parameters.has('tags')) throw new NotEvaluatedError('a search by tags', 'Tempo');
  const answer = searchTraces(store, {
    query: parseTraceql(parameters.get('q') || '{}'),
    start: (start ?? 0) * 1000,
    end: end === undefined ? MAX_TIME : end * 1000,
    limit,
    spansPerSpanset,
  });
  return answerJson(200, answer);
}

/** An unknown ID is an empty trace in this version, and a 404 in the older one. */
function answerTraceV2(store: TraceStore, id: TraceId): Answer {
  const data = store.find(id);
  const trace = data === undefined ? {} : formatTrace(data);
  return answerJson(200, { trace, metrics: { inspectedBytes: String(store.countBytes(id)) } });
}

function answerTraceV1(store: TraceStore, id: TraceId): Answer {
  const data = store.find(id);
  if (data === undefined) return { status: 404 };
  return answerJson(200, { batches: formatTrace(data).resourceSpans });
}

/** Plain ProtoJSON: IDs in base64, enums by name. */
function formatTrace(data: TracesData): Record<string, unknown> {
  return TracesMessage.toJson(data, { ids: 'base64', enums: 'name' });
}

/** Parses a trace ID of up to 32 hexadecimal digits: leading zeros may be missing. */
function parseTraceId(written: string): TraceId {
  const wrong = /[^0-9a-fA-F]/.exec(written);
  if (wrong !== null) {
    throw new QueryError(
      `trace IDs can only contain hex characters: invalid character '${wrong[0]}' at position ${wrong.index + 1}`,
    );
  }
  if (written.length > 32) throw new QueryError("trace IDs can't be larger than 128 bits");
  return written.toLowerCase().padStart(32, '0') as TraceId;
}

function readSeconds(parameters: URLSearchParams, name: string): number | undefined {
  return readWholeNumber(parameters, name, 0);
}

function readWholeNumber(parameters: URLSearchParams, name: string, min: number): number | undefined {
  const written = parameters.get(name) ?? '';
  if (written === '') return undefined;
  if (!/^\d{1,10}$/.test(written)) {
    throw new QueryError(`invalid ${name}: strconv.ParseUint: parsing "${written}": invalid syntax`);
  }
  if (Number(written) < min) throw new QueryError(`invalid ${name}: must be a positive number`);
  return Number(written);
}
