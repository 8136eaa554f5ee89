/** A query that has no answer: `bad_data` where it is wrong (400), `execution` where its data are (422). */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly type: 'bad_data' | 'execution';
  constructor(type: 'bad_data' | 'execution', message: string) {
    super(message);
    this.type = type;
  }
}

/** The error for a part of PromQL that the mock leaves to the real thing. */
export function notEvaluated(what: string): QueryError {
  return new QueryError('bad_data', `the mock Grafana Cloud does not evaluate ${what}; a real Prometheus does`);
}
