/** A query that can't be answered: `bad_data` if the query or a parameter is wrong, `execution` if the data are. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly type: 'bad_data' | 'execution';
  constructor(message: string, type: 'bad_data' | 'execution' = 'bad_data') {
    super(message);
    this.type = type;
  }
}

/** A query that uses a part of the language that only the real `program` evaluates: it is answered with 501. */
export class NotEvaluatedError extends QueryError {
  constructor(what: string, program: 'Prometheus' | 'Loki' | 'Tempo') {
    super(`the mock Grafana Cloud does not evaluate ${what}; a real ${program} does`);
  }
}
