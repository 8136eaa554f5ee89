import { queryLogs } from '../clients/loki.ts';
import { findSeries, queryInstant, queryRanges } from '../clients/prometheus.ts';
import { findTrace, searchTraces } from '../clients/tempo.ts';
import { newTraceId, type TraceId } from '../otlp/ids.ts';
import type { ServiceAccess, ServiceName } from './backend.ts';
import type { Dataset } from './dataset.ts';
import { nameMetrics } from './metrics.ts';

/** Their order is of no meaning. */
function sortByKey<T extends { readonly key: string }>(attributes: readonly T[]): T[] {
  return attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** What the clients that judge a run read from a service about a data set, in an order that does not depend on the service. */
export const CLIENT_QUESTIONS: Readonly<
  Record<ServiceName, (access: ServiceAccess, data: Dataset) => Promise<unknown>>
> = {
  async tempo({ query: url, login }, { traces }) {
    const access = { url, ...login };
    const [known = ''] = [...traces.labels.keys()].filter((id) => traces.labels.get(id) === 't0');
    const spans = await findTrace(access, known.padStart(32, '0') as TraceId);
    const found = await searchTraces(access, '{ resource.service.name = "api" && span.i = 200 }');
    return {
      spans: spans
        .map(({ resource, span }) => [
          sortByKey(resource.attributes),
          span.spanId,
          span.parentSpanId,
          span.name,
          span.kind,
          sortByKey(span.attributes),
        ])
        .map((span) => JSON.stringify(span, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
        .sort(),
      unknown: await findTrace(access, newTraceId()),
      found: found.flatMap((id) => traces.labels.get(id.replace(/^0+/, '')) ?? []).sort(),
    };
  },
  async loki({ query: url, login }, { baseMs }) {
    const access = { url, ...login };
    const lines = await queryLogs(access, '{service_name="api"} |= "GET" | env="prod"');
    // A shared service may have other lines, and which level a line has is for what receives it to say.
    return lines
      .map(({ labels: { detected_level: _, ...labels }, time, line }) => ({ labels, time: String(time), line }))
      .filter(({ labels }) => labels.dataset === String(baseMs))
      .sort((a, b) => (a.time < b.time ? -1 : 1));
  },
  async prometheus({ query: url, login }, { baseMs }) {
    const access = { url, ...login };
    const { gauge, counter } = nameMetrics(baseMs);
    const byLabels = <T extends { readonly labels: object }>(series: readonly T[]) =>
      series.toSorted((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
    const sums = await queryInstant(access, `sum by (path) (last_over_time(${counter}[1h]))`);
    return {
      sums: byLabels(sums).map(({ labels, value }) => ({ labels, value })),
      samples: byLabels(await queryRanges(access, `${gauge}{zone="x"}[1h]`)),
      series: byLabels((await findSeries(access, gauge)).map((labels) => ({ labels }))),
    };
  },
};
