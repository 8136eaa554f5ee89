/** The sender of the benchmark: `sender.ts URL spans|samples`, with the token from the environment. Prints {@link Sent}. */
import { randomBytes } from 'node:crypto';
import { compress } from 'snappyjs';
import { Pool } from 'undici';
import { newSpanId, newTraceId, type SpanId, type TraceId } from '../../otlp/ids.ts';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { type KeyValue, type Span, TracesData } from '../../otlp/schema.ts';
import { readCredentials } from '../auth/credentials.ts';

/** How many items were accepted, and in what time. */
export type Sent = { readonly items: number; readonly seconds: number };

const SPANS_PER_BODY = 1000;
const SPAN_BODIES = 200;
const SERIES = 2000;
const SAMPLE_BODIES = 300;
/** Concurrent requests: one keeps the mock busy while the next is on its way. */
const CONNECTIONS = 2;

type Load = { readonly path: string; readonly id: string; readonly bodies: Uint8Array[]; readonly perBody: number };

const { token, instanceIds } = readCredentials(process.env);
const [url = '', what = ''] = process.argv.slice(2);
const { path, id, bodies, perBody } = what === 'spans' ? buildSpanLoad() : buildSampleLoad();
const pool = new Pool(url, { connections: CONNECTIONS });
const headers = {
  authorization: `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`,
  'content-type': 'application/x-protobuf',
  ...(what === 'samples' && { 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' }),
};
const started = performance.now();
let next = 0;
await Promise.all(Array.from({ length: CONNECTIONS }, work));
const sent: Sent = { items: bodies.length * perBody, seconds: (performance.now() - started) / 1000 };
console.log(JSON.stringify(sent));
await pool.close();

async function work(): Promise<void> {
  for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
    const answer = await pool.request({ method: 'POST', path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`);
  }
}

function buildSpanLoad(): Load {
  const attributes: KeyValue[] = [
    { key: 'http.request.method', value: { stringValue: 'GET' } },
    { key: 'url.path', value: { stringValue: '/games/upcoming' } },
    { key: 'http.response.status_code', value: { intValue: 200n } },
    { key: 'server.address', value: { stringValue: 'api.example.internal' } },
    { key: 'network.protocol.version', value: { stringValue: '1.1' } },
  ];
  const start = BigInt(Date.now()) * 1_000_000n;
  const buildSpan = (traceId: TraceId, spanId: SpanId, parentSpanId: SpanId | ''): Span => ({
    traceId,
    spanId,
    traceState: '',
    parentSpanId,
    name: 'GET /games',
    kind: 2,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 5_000_000n,
    attributes,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
    flags: 0,
  });
  const buildTrace = (): Span[] => {
    const [traceId, root] = [newTraceId(), newSpanId()];
    return [buildSpan(traceId, root, ''), ...Array.from({ length: 9 }, () => buildSpan(traceId, newSpanId(), root))];
  };
  const resource = {
    attributes: [{ key: 'service.name', value: { stringValue: 'bench' } }],
    droppedAttributesCount: 0,
  };
  const scope = { name: 'bench', version: '1', attributes: [], droppedAttributesCount: 0 };
  const bodies = Array.from({ length: SPAN_BODIES }, () => {
    const spans = Array.from({ length: SPANS_PER_BODY / 10 }, buildTrace).flat();
    return TracesData.encode({
      resourceSpans: [{ resource, scopeSpans: [{ scope, spans, schemaUrl: '' }], schemaUrl: '' }],
    });
  });
  return { path: '/otlp/v1/traces', id: instanceIds.otlp, bodies, perBody: SPANS_PER_BODY };
}

function buildSampleLoad(): Load {
  const labels = Array.from({ length: SERIES }, (_, number) => [
    { name: '__name__', value: `bench_requests_${number % 40}_total` },
    { name: 'datname', value: randomBytes(6).toString('hex') },
    { name: 'environment', value: 'benchmark' },
    { name: 'instance', value: 'postgres' },
    { name: 'job', value: 'integrations/postgres_exporter' },
    { name: 'server', value: `10.0.0.${number % 250}:5432` },
  ]);
  const start = Date.now() - SAMPLE_BODIES * 1000;
  const bodies = Array.from({ length: SAMPLE_BODIES }, (_, round) =>
    compress(
      WriteRequest.encode({
        timeseries: labels.map((held, number) => ({
          labels: held,
          samples: [{ value: round * 10 + number, timestamp: BigInt(start + round * 1000) }],
        })),
      }),
    ),
  );
  return { path: '/api/prom/push', id: instanceIds.prometheus, bodies, perBody: SERIES };
}
