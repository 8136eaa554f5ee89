import { type Answer, ask, type ServiceAccess } from './backend.ts';
import { DATASET_MS, type Dataset } from './dataset.ts';
import { nameMetrics } from './metrics.ts';

/**
 * An answer in a form that is the same for equal results, whatever the time of the data set and the program: statuses of
 * errors, and results by the labels and offsets of what was written. What only the mock does not evaluate has the status 501,
 * and so agrees with no real program.
 */
export type CompactAnswer = string;

const MARGIN_S = 5;
const NANOS_PER_MILLI = 1_000_000n;
/** More than a data set has, and what the programs allow. */
const MAX_TRACES = '100000';
const MAX_SPANS = '100';
const MAX_LINES = '5000';
const STEP_S = 5;

/** Searches traces: `t0:1,2 t3:0` are the found traces with the found spans of each. */
export async function searchTraces(tempo: ServiceAccess, data: Dataset, q: string): Promise<CompactAnswer> {
  const base = data.baseMs / 1000;
  const answer = await ask(tempo, '/api/search', {
    q,
    start: String(base - MARGIN_S),
    end: String(base + MARGIN_S),
    limit: MAX_TRACES,
    spss: MAX_SPANS,
  });
  if (answer.status !== 200) return String(answer.status);
  const { traces = [] } = JSON.parse(answer.text) as { traces?: FoundTrace[] };
  const { labels } = data.traces;
  const found = traces.flatMap(({ traceID, spanSets = [] }) => {
    const trace = labels.get(traceID.replace(/^0+/, ''));
    // A shared backend has other traces too.
    if (trace === undefined) return [];
    const spans = spanSets.flatMap((set) => set.spans ?? []).map(({ spanID }) => labels.get(spanID)?.split('/')[1]);
    return [`${trace}:${spans.sort().join(',')}`];
  });
  return found.sort().join(' ');
}
type FoundTrace = { traceID: string; spanSets?: { spans?: { spanID: string }[] }[] };

/** Asks for lines: `3 17{"__error__":"…"}` are their offsets, and labels that were not written; `-name` for ones that are gone. */
export async function findLines(loki: ServiceAccess, data: Dataset, query: string): Promise<CompactAnswer> {
  const time = (offset: number) => String(BigInt(data.baseMs + offset) * NANOS_PER_MILLI);
  const range = { start: time(0), end: time(DATASET_MS), limit: MAX_LINES };
  const answer = await ask(loki, '/loki/api/v1/query_range', { query, ...range });
  if (answer.status !== 200) return String(answer.status);
  const { data: found } = JSON.parse(answer.text) as { data: { result: FoundStream[] } };
  // A shared backend has other lines too.
  const own = found.result.filter(({ stream }) => stream.dataset === String(data.baseMs));
  const lines = own.flatMap(({ stream, values }) =>
    values.map(([at, line]) => {
      const offset = Number(BigInt(at) / NANOS_PER_MILLI) - data.baseMs;
      return { offset, difference: describeLine(data, offset, line, stream) };
    }),
  );
  lines.sort((a, b) => a.offset - b.offset);
  return lines.map(({ offset, difference }) => `${offset}${difference}`).join(' ');
}
type FoundStream = { stream: Record<string, string>; values: [time: string, line: string][] };

/** How a line differs from the one that was written. `detected_level` is of what receives a line, not of the query. */
function describeLine(data: Dataset, offset: number, line: string, labels: Record<string, string>): string {
  const written = data.logs.written.get(offset);
  const { detected_level: _, ...held } = labels;
  const added = Object.entries(held).filter(([name, value]) => written?.labels[name] !== value);
  const gone = Object.keys(written?.labels ?? {}).filter((name) => held[name] === undefined);
  const parts = [
    ...(line === written?.line ? [] : [JSON.stringify(line)]),
    ...(added.length === 0 ? [] : [JSON.stringify(Object.fromEntries(added.sort()))]),
    ...gone.sort().map((name) => `-${name}`),
  ];
  return parts.join('');
}

/** Asks for values at two times and over the whole data set, as JSON with times as offsets and 12 digits of each value. */
export async function evaluateMetrics(prometheus: ServiceAccess, data: Dataset, query: string): Promise<CompactAnswer> {
  const base = data.baseMs / 1000;
  const end = base + DATASET_MS / 1000;
  const instant = await ask(prometheus, '/api/v1/query', { query, time: String(base + 31) });
  if (instant.status !== 200) return String(instant.status);
  const range = { start: String(base), end: String(end), step: String(STEP_S) };
  const matrix = await ask(prometheus, '/api/v1/query_range', { query, ...range });
  return [instant, matrix].map((answer) => compactResult(answer, data)).join(' ');
}

function compactResult(answer: Answer, data: Dataset): string {
  if (answer.status !== 200) return String(answer.status);
  const { resultType, result } = (JSON.parse(answer.text) as { data: { resultType: string; result: unknown } }).data;
  const { gauge, counter } = nameMetrics(data.baseMs);
  const series = resultType === 'scalar' ? [{ metric: {}, value: result as Sample }] : (result as FoundSeries[]);
  const compact = series.map(({ metric, value, values = value === undefined ? [] : [value] }) => {
    const labels = JSON.stringify(Object.entries(metric).sort())
      .replaceAll(gauge, 'gauge')
      .replaceAll(counter, 'counter');
    return `${labels}${compactSamples(values, data.baseMs / 1000)}`;
  });
  return `${resultType} ${compact.sort().join(' ')}`;
}
type Sample = [time: number, value: string];
type FoundSeries = { metric: Record<string, string>; value?: Sample; values?: Sample[] };

/** `5=1 10=1` is `5..10=1`: neighbours with one value are a range. */
function compactSamples(samples: readonly Sample[], base: number): string {
  const runs: { first: number; last: number; value: string }[] = [];
  for (const [time, text] of samples) {
    const value = Number.isFinite(Number(text)) ? String(Number(Number(text).toPrecision(12))) : text;
    const run = runs.at(-1);
    const offset = time - base;
    if (run?.value === value && offset === run.last + STEP_S) run.last = offset;
    else runs.push({ first: offset, last: offset, value });
  }
  return runs.map(({ first, last, value }) => `${first === last ? first : `${first}..${last}`}=${value}`).join(',');
}
