import type { TraceId } from '../../otlp/ids.ts';
import type { TracesData } from '../../otlp/schema.ts';
import { TracesData as TracesMessage } from '../../otlp/schema.ts';
import { parseTraceql } from '../query/traceql/parse.ts';
import { TraceqlError } from '../query/traceql/query-error.ts';
import { searchAnswer } from '../query/traceql/search.ts';
import type { TraceStore } from '../store/traces.ts';
import type { Answer } from './answer.ts';
import { json, text } from './answer.ts';

const DEFAULT_LIMIT = 20;
const DEFAULT_SPANS_PER_SPANSET = 3;
/** The largest time that a Date holds, in milliseconds. */
const FAR_AHEAD = 8.64e15;

/**
 * Answers one path of Tempo's API below `/api/`: `search`, `v2/traces/ID` and `traces/ID`, always as JSON; undefined for
 * any other.
 */
export function answerTempo(store: TraceStore, path: string, parameters: URLSearchParams): Answer | undefined {
  try {
    if (path === 'search') return search(store, parameters);
    const [, version, id] = /^(v2\/)?traces\/([^/]+)$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    return version === undefined ? traceV1(store, traceId(id)) : traceV2(store, traceId(id));
  } catch (error) {
    if (error instanceof TraceqlError) return text(400, error.message);
    throw error;
  }
}

function search(store: TraceStore, parameters: URLSearchParams): Answer {
  const [start, end] = [seconds(parameters, 'start'), seconds(parameters, 'end')];
  if (start !== undefined && end !== undefined && start >= end) {
    throw new TraceqlError(
      `invalid start: http parameter start must be before end. received start=${start} end=${end}`,
    );
  }
  if (parameters.has('tags'))
    throw new TraceqlError('the mock Grafana Cloud searches by q only; a real Tempo takes tags');
  const answer = searchAnswer(store, {
    query: parseTraceql(parameters.get('q') || '{}'),
    start: (start ?? 0) * 1000,
    end: end === undefined ? FAR_AHEAD : end * 1000,
    limit: whole(parameters, 'limit', 1) ?? DEFAULT_LIMIT,
    spansPerSpanset: whole(parameters, 'spss', 0) ?? DEFAULT_SPANS_PER_SPANSET,
  });
  return json(200, answer);
}

/** An unknown ID is an empty trace here, and 404 in the older API. */
function traceV2(store: TraceStore, id: TraceId): Answer {
  const data = store.byId(id);
  const trace = data === undefined ? {} : protoJson(data);
  return json(200, { trace, metrics: { inspectedBytes: String(store.bytesOf(id)) } });
}

function traceV1(store: TraceStore, id: TraceId): Answer {
  const data = store.byId(id);
  if (data === undefined) return { status: 404 };
  return json(200, { batches: protoJson(data).resourceSpans });
}

/** Plain ProtoJSON: IDs in base64, enums by name. */
function protoJson(data: TracesData): Record<string, unknown> {
  return TracesMessage.toJson(data, { ids: 'base64', enums: 'name' });
}

/** A trace ID of up to 32 hexadecimal digits, leading zeros left out as one likes. */
function traceId(written: string): TraceId {
  const wrong = /[^0-9a-fA-F]/.exec(written);
  if (wrong !== null) {
    throw new TraceqlError(
      `trace IDs can only contain hex characters: invalid character '${wrong[0]}' at position ${wrong.index + 1}`,
    );
  }
  if (written.length > 32) throw new TraceqlError("trace IDs can't be larger than 128 bits");
  return written.toLowerCase().padStart(32, '0') as TraceId;
}

function seconds(parameters: URLSearchParams, name: string): number | undefined {
  return whole(parameters, name, 0);
}

function whole(parameters: URLSearchParams, name: string, least: number): number | undefined {
  const written = parameters.get(name) ?? '';
  if (written === '') return undefined;
  if (!/^\d{1,10}$/.test(written)) {
    throw new TraceqlError(`invalid ${name}: strconv.ParseUint: parsing "${written}": invalid syntax`);
  }
  if (Number(written) < least) throw new TraceqlError(`invalid ${name}: must be a positive number`);
  return Number(written);
}
