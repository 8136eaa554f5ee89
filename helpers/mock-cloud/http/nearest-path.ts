/** The paths of a hosted stack that receive, and those that answer questions. */
const WRITE_PATHS = ['/otlp/v1/traces', '/otlp/v1/metrics', '/otlp/v1/logs', '/api/prom/push', '/loki/api/v1/push'];
const QUERY_PATHS = [
  '/api/prom/api/v1/query',
  '/api/prom/api/v1/query_range',
  '/api/prom/api/v1/series',
  '/api/prom/api/v1/labels',
  '/loki/api/v1/query_range',
  '/loki/api/v1/series',
  '/loki/api/v1/labels',
  '/tempo/api/search',
  '/tempo/api/v2/search/tags',
  '/tempo/api/v2/traces/ID',
];
const MAX_LENGTH = 120;

/** The path that a request to an unknown one most probably meant: a POST wrote, anything else asked. */
export function findNearestPath(method: string, path: string): string {
  const written = path.slice(0, MAX_LENGTH);
  const [first = '', ...others] = method === 'POST' ? WRITE_PATHS : QUERY_PATHS;
  const distance = (known: string) => measureDistance(written, known);
  return others.reduce((nearest, known) => (distance(known) < distance(nearest) ? known : nearest), first);
}

/** How many characters have to be inserted, removed or replaced to turn one text into the other (Levenshtein). */
function measureDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
