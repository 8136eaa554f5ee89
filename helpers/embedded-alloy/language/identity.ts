/**
 * The error for something that a real Alloy does and this engine does not, where going on without it would be wrong.
 * `what` is a whole clause: `otelcol.receiver.otlp with auth`.
 */
export function unsupported(what: string): Error {
  return new Error(`the embedded engine does not implement ${what}: run this with a real Grafana Alloy (ALLOY_BIN)`);
}

/** The warning for something that changes little when it is left out. */
export function ignored(what: string): string {
  return `the embedded engine, which is not Grafana Alloy, ignores ${what}: a real Grafana Alloy honours it`;
}
