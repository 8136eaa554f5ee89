/** The clients of the backend, on recorded answers of Tempo 3, Prometheus 3 and Loki 3. */
import { expect, test } from 'vitest';
import type { TraceId } from '../otlp/ids.ts';
import { queryLogs } from './loki.ts';
import { findSeries, queryInstant, queryRanges } from './prometheus.ts';
import { findTrace, searchTraces } from './tempo.ts';
import { readCapture, startAnsweringServer } from './testing/answering-server.ts';

const TRACE = '6cd472d3fbf692a81fdd7353690756db' as TraceId;

/** Serves one answer, and returns what the client read from it together with the request that it made. */
async function serve<T>(body: string, ask: (access: { url: string; user: string; password: string }) => Promise<T>) {
  await using server = await startAnsweringServer(() => ({ body }));
  const result = await ask({ url: server.url, user: 'u', password: 'p' });
  return { result, request: server.received[0] };
}

test('Prometheus: an instant vector is read with labels, time and value', async () => {
  const { result, request } = await serve(readCapture('query-apis/prometheus-query-scrape.json'), (access) =>
    queryInstant(access, 'pg_stat_database_xact_commit'),
  );
  expect(request?.path).toBe('/api/v1/query');
  expect(request?.parameters.get('query')).toBe('pg_stat_database_xact_commit');
  expect(result).toEqual([
    {
      labels: {
        __name__: 'pg_stat_database_xact_commit',
        datid: '16385',
        datname: 'game_scheduler',
        instance: 'postgres',
        job: 'integrations/postgres_exporter',
      },
      time: 1795340348.969,
      value: 5546,
    },
  ]);
});

test('Prometheus: infos next to the data are ignored', async () => {
  const { result } = await serve(readCapture('query-apis/prometheus-query-rate.json'), (access) =>
    queryInstant(access, 'rate(x[5m])'),
  );
  expect(result).toMatchObject([{ value: 26.389516666666665 }]);
});

test('Prometheus: scalars and infinities are read, and ranges are refused', async () => {
  const scalar = (value: string) => `{"status":"success","data":{"resultType":"scalar","result":[1,"${value}"]}}`;
  const ask = (body: string) => serve(body, (access) => queryInstant(access, 'x'));
  expect((await ask(scalar('-Inf'))).result).toEqual([{ labels: {}, time: 1, value: Number.NEGATIVE_INFINITY }]);
  expect((await ask(scalar('+Inf'))).result).toMatchObject([{ value: Number.POSITIVE_INFINITY }]);
  await expect(ask('{"status":"success","data":{"resultType":"matrix","result":[]}}')).rejects.toThrow(
    'x gives ranges',
  );
});

test('Prometheus: the samples of a range selector are read, and a vector is refused', async () => {
  const body =
    '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"job":"j"},"values":[[1,"0"],[2.5,"NaN"]]}]}}';
  const { result } = await serve(body, (access) => queryRanges(access, 'up[5m]'));
  expect(result).toEqual([
    {
      labels: { job: 'j' },
      samples: [
        { time: 1, value: 0 },
        { time: 2.5, value: Number.NaN },
      ],
    },
  ]);
  await expect(
    serve(readCapture('query-apis/prometheus-query-rate.json'), (access) => queryRanges(access, 'x')),
  ).rejects.toThrow('x is not a range selector');
});

test('Prometheus: series are listed over the given window', async () => {
  const { result, request } = await serve(readCapture('query-apis/prometheus-series.json'), (access) =>
    findSeries(access, '{job=~".+"}', 300),
  );
  expect(request?.path).toBe('/api/v1/series');
  expect(request?.parameters.get('match[]')).toBe('{job=~".+"}');
  const [start, end] = ['start', 'end'].map((name) => Number(request?.parameters.get(name)));
  expect((end ?? 0) - (start ?? 0)).toBeCloseTo(360);
  expect(result).toContainEqual({ __name__: 'redis_up', instance: '127.0.0.1:56379', job: 'integrations/redis' });
});

test('Tempo: spans are read with their resource, and an unknown trace has none', async () => {
  const { result, request } = await serve(readCapture('query-apis/tempo-trace-v2.json'), (access) =>
    findTrace(access, TRACE),
  );
  expect(request?.path).toBe(`/api/v2/traces/${TRACE}`);
  expect(result.length).toBeGreaterThan(0);
  expect(result[0]?.span.traceId).toBe(TRACE);
  expect(result[0]?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'api-service' } });
  expect((await serve('{"trace":{},"metrics":{}}', (access) => findTrace(access, TRACE))).result).toEqual([]);
});

test('Tempo: the IDs of a search get back the leading zeros that it leaves out', async () => {
  const { result, request } = await serve(readCapture('query-apis/tempo-search.json'), (access) =>
    searchTraces(access, '{name="x"}'),
  );
  expect(request?.parameters.get('q')).toBe('{name="x"}');
  expect(result).toContain(TRACE);
  const short = await serve('{"traces":[{"traceID":"abc"}]}', (access) => searchTraces(access, '{}'));
  expect(short.result).toEqual(['abc'.padStart(32, '0')]);
  expect((await serve('{}', (access) => searchTraces(access, '{}'))).result).toEqual([]);
});

/** The seconds between start and end of a request, and its limit. */
function readWindow(parameters: URLSearchParams | undefined, unit: number) {
  const [start = 0, end = 0] = ['start', 'end'].map((name) => Number(parameters?.get(name)) / unit);
  return {
    seconds: Math.round(end - start),
    isNow: Math.abs(end - 60 - Date.now() / 1000) < 300,
    limit: parameters?.get('limit'),
  };
}

test('without a window, the last hour and the next minute are searched, for up to 50 traces and 1,000 lines', async () => {
  const streams = '{"status":"success","data":{"resultType":"streams","result":[]}}';
  const logs = await serve(streams, (access) => queryLogs(access, '{}'));
  expect(readWindow(logs.request?.parameters, 1e9)).toEqual({ seconds: 3660, isNow: true, limit: '1000' });
  const recent = await serve(streams, (access) => queryLogs(access, '{}', 300));
  expect(readWindow(recent.request?.parameters, 1e9)).toMatchObject({ seconds: 360, isNow: true });
  const traces = await serve('{}', (access) => searchTraces(access, '{}'));
  expect(readWindow(traces.request?.parameters, 1)).toEqual({ seconds: 3660, isNow: true, limit: '50' });
  const series = await serve('{"status":"success","data":[]}', (access) => findSeries(access, '{}'));
  expect(readWindow(series.request?.parameters, 1)).toMatchObject({ seconds: 3660, isNow: true });
});

test('Loki: lines are read with labels, structured metadata and time in nanoseconds', async () => {
  const { result, request } = await serve(readCapture('query-apis/loki-query-range.json'), (access) =>
    queryLogs(access, '{service_name="api-service"}'),
  );
  expect(request?.path).toBe('/loki/api/v1/query_range');
  expect(request?.parameters.get('query')).toBe('{service_name="api-service"}');
  expect(result[0]).toMatchObject({
    labels: { service_name: 'api-service', trace_id: 'af74dbd407b76bc022146f0be4093f51' },
    time: 1795340543834795298n,
  });
});
