import type { RefusalBook } from '../auth/refused-logins.ts';
import type { Backend } from '../backend.ts';

/** The mock's own `/metrics`, in the Prometheus text format. prom-client is loaded with the first page. */
export async function metricsPage(backend: Backend, refusals: RefusalBook): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const { counters, memory } = backend;
  const counter = (
    name: string,
    help: string,
    labelNames: string[],
    values: Iterable<readonly [readonly string[], number]>,
  ) => {
    const metric = new Counter({ name, help, labelNames, registers: [registry] });
    for (const [labels, value] of values) {
      metric.inc(Object.fromEntries(labelNames.map((label, index) => [label, labels[index] ?? ''])), value);
    }
  };
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value);

  const bySignal = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([signal, value]) => [[signal], value] as const);
  counter(
    'mock_received_total',
    'Spans, samples and log records that arrived.',
    ['signal'],
    bySignal(counters.received),
  );
  counter('mock_dropped_total', 'Dropped to stay under the memory limit.', ['signal'], bySignal(counters.dropped));
  counter(
    'mock_dropped_bytes_total',
    'Bytes dropped to stay under the memory limit.',
    [],
    [[[], counters.droppedBytes]],
  );
  counter(
    'mock_discarded_total',
    'Samples and series that were not taken.',
    ['reason'],
    [...counters.discarded].map(([reason, value]) => [[reason], value]),
  );
  const refused = Map.groupBy(refusals.list(), ({ service, reason }) => JSON.stringify([service, reason]));
  counter(
    'mock_refused_logins_total',
    'Requests without the right instance ID and token.',
    ['service', 'reason'],
    [...refused].map(([key, records]) => [JSON.parse(key), records.reduce((sum, { count }) => sum + count, 0)]),
  );
  counter(
    'mock_http_requests_total',
    'Requests answered.',
    ['service', 'status'],
    [...counters.requests].map(([key, value]) => [key.split(' '), value]),
  );
  counter(
    'mock_grpc_requests_total',
    'Calls answered over gRPC.',
    ['service', 'code'],
    [...counters.rpcs].map(([key, value]) => [key.split(' '), value]),
  );
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', process.memoryUsage.rss());
  gauge('mock_stored_bytes', 'Bytes that the stores hold.', memory.bytes());
  gauge('mock_limit_bytes', 'Bytes that the stores may hold.', memory.limit);
  gauge('mock_stored_series', 'Series held.', backend.series.size());
  gauge('mock_stored_traces', 'Traces held.', backend.traces.size());
  return registry.metrics();
}
