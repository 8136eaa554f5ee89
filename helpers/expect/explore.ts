import type { Milliseconds } from '../otlp/ids.ts';
import type { GrafanaLinks } from '../run/endpoints.ts';
import type { AskedQuery } from './question.ts';

/** What each data source's query has beside the text, in code mode; a range selector has no graph. */
const QUERIES: Readonly<Record<AskedQuery['service'], (query: string) => object>> = {
  prometheus: (expr) => ({ expr, editorMode: 'code', instant: true, range: !expr.endsWith(']') }),
  tempo: (query) => ({ query, queryType: 'traceql' }),
  loki: (expr) => ({ expr, editorMode: 'code', queryType: 'range' }),
};

/** The address at which Grafana's Explore makes this query over this time ("Explore URLs", schema version 1). */
export function linkToExplore(
  { url, dataSources }: GrafanaLinks,
  { service, query }: AskedQuery,
  { from, to }: { readonly from: Milliseconds; readonly to: Milliseconds },
): string {
  const uid = dataSources[service];
  const pane = {
    datasource: uid,
    queries: [{ refId: 'A', datasource: { type: service, uid }, ...QUERIES[service](query) }],
    range: { from: String(from), to: String(to) },
  };
  return `${url}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ run: pane }))}`;
}
