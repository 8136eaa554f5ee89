import type { RefusedLogins } from '../auth/refused-logins.ts';
import type { Backend } from '../store/backend.ts';

/** The mock's own `/metrics`, in the Prometheus text format. prom-client is loaded when the first page is rendered. */
export async function renderMetricsPage(backend: Backend, refusedLogins: RefusedLogins): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const { counters, memory } = backend;
  const addCounter = (
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
  const addGauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value);

  const listBySignal = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([signal, value]) => [[signal], value] as const);
  addCounter(
    'mock_received_total',
    'Spans, samples and log records that arrived.',
    ['signal'],
    listBySignal(counters.received),
  );
  addCounter(
    'mock_dropped_total',
    'Dropped to stay below the memory limit.',
    ['signal'],
    listBySignal(counters.dropped),
  );
  addCounter(
    'mock_dropped_bytes_total',
    'Bytes dropped to stay below the memory limit.',
    [],
    [[[], counters.droppedBytes]],
  );
  addCounter(
    'mock_discarded_total',
    'Samples and series that were not stored.',
    ['reason'],
    [...counters.discarded].map(([reason, value]) => [[reason], value]),
  );
  const refused = Map.groupBy(refusedLogins.list(), ({ service, reason }) => JSON.stringify([service, reason]));
  addCounter(
    'mock_refused_logins_total',
    'Requests without the right instance ID and token.',
    ['service', 'reason'],
    [...refused].map(([key, records]) => [JSON.parse(key), records.reduce((sum, { count }) => sum + count, 0)]),
  );
  addCounter(
    'mock_http_requests_total',
    'HTTP requests answered.',
    ['service', 'status'],
    [...counters.requests].map(([key, value]) => [key.split(' '), value]),
  );
  addCounter(
    'mock_grpc_requests_total',
    'gRPC calls that ended.',
    ['service', 'code'],
    [...counters.rpcs].map(([key, value]) => [key.split(' '), value]),
  );
  addGauge('process_resident_memory_bytes', 'Resident memory size in bytes.', process.memoryUsage.rss());
  addGauge('mock_stored_bytes', 'Bytes in the stores.', memory.bytes());
  addGauge('mock_limit_bytes', 'Maximum bytes in the stores.', memory.limit);
  addGauge('mock_stored_series', 'Series in the store.', backend.series.size());
  addGauge('mock_stored_traces', 'Traces in the store.', backend.traces.size());
  return registry.metrics();
}
