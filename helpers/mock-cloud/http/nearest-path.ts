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

/**
 * The path that a request to an unknown one most probably meant: the one whose segments are most alike. A POST usually writes and
 * anything else asks, so that a path of the other kind counts as one segment further away.
 */
export function findNearestPath(method: string, path: string): string {
  const segments = path.slice(0, MAX_LENGTH).split('/');
  const [likely, unlikely] = method === 'POST' ? [WRITE_PATHS, QUERY_PATHS] : [QUERY_PATHS, WRITE_PATHS];
  const measure = (known: string) => measureDistance(segments, known.split('/'), compareSegments);
  const measured = [
    ...likely.map((known) => ({ known, distance: measure(known) })),
    ...unlikely.map((known) => ({ known, distance: measure(known) + 1 })),
  ];
  const none = { known: '/', distance: Number.POSITIVE_INFINITY };
  return measured.reduce((nearest, other) => (other.distance < nearest.distance ? other : nearest), none).known;
}

/** From 0 for the same segment to 1 for another one, of which less than half is the same. */
function compareSegments(from: string, to: string): number {
  const distance =
    measureDistance([...from], [...to], (a, b) => (a === b ? 0 : 1)) / Math.max(from.length, to.length, 1);
  return distance < 0.5 ? distance : 1;
}

/** How many items have to be inserted, removed or replaced to turn one list into the other (Levenshtein). */
function measureDistance<T>(from: readonly T[], to: readonly T[], replace: (from: T, to: T) => number): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  from.forEach((item, line) => {
    const next = [line + 1];
    to.forEach((other, column) => {
      const replaced = (row[column] ?? 0) + replace(item, other);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    });
    row = next;
  });
  return row[to.length] ?? 0;
}
