/** A TraceQL query or parameter that has no answer: 400, the message as plain text. */
export class TraceqlError extends Error {
  override readonly name = 'TraceqlError';
}

/** The error for a part of TraceQL that the mock leaves to the real thing. */
export function notEvaluated(what: string): TraceqlError {
  return new TraceqlError(`the mock Grafana Cloud does not evaluate ${what}; a real Tempo does`);
}
