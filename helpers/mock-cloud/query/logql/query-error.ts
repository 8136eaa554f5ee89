/** A LogQL query or parameter that has no answer: 400, the message as plain text. */
export class LogqlError extends Error {
  override readonly name = 'LogqlError';
}

/** The error for a part of LogQL that the mock leaves to the real thing. */
export function notEvaluated(what: string): LogqlError {
  return new LogqlError(`the mock Grafana Cloud does not evaluate ${what}; a real Loki does`);
}
