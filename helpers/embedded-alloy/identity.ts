/** The name of this program, wherever a person or a server could take it for Grafana Alloy. */
export const label = 'embedded Alloy, not Grafana Alloy';

/**
 * The version of this program. The version of Alloy that it follows is `alloyVersion` in `language/stdlib/stdlib.ts`.
 */
export const version = '0.1.0';

/** The `User-Agent` of all requests, so that no server log takes it for Grafana Alloy. */
export const userAgent = `alloy-verify-embedded/${version} (${process.platform}; ${label})`;

/**
 * The error message for a component, block or function that only a real Alloy has. `what` names it: `component "x"`.
 */
export function describeMissing(what: string): string {
  return `${what} is not implemented by the embedded Alloy; a real Alloy has it: name one in ALLOY_BIN`;
}

/**
 * The error for an argument that a real Alloy supports and the embedded one does not, where ignoring it would be wrong.
 * `what` names it with its component: `auth of otelcol.receiver.otlp`.
 */
export function createUnsupportedError(what: string): Error {
  return new Error(`the embedded Alloy does not implement ${what}: run this with a real Grafana Alloy (ALLOY_BIN)`);
}

/** The warning for an argument that is ignored because little depends on it. */
export function describeIgnored(what: string): string {
  return `the embedded Alloy, which is not Grafana Alloy, ignores ${what}: a real Grafana Alloy honours it`;
}
