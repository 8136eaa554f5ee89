/** What this program calls itself wherever a person or a server could take it for Grafana Alloy. */
export const label = 'embedded Alloy, not Grafana Alloy';

/** Its own version; the version of Alloy that it follows is `alloyVersion` of the standard library. */
export const version = '0.1.0';

/** The `User-Agent` of every request that it sends, so that no server's log mistakes it for a real Alloy. */
export const userAgent = `alloy-verify-embedded/${version} (${process.platform}; ${label})`;

/** The error for a part of the language or a component that only a real Alloy has. `what` names it: `component "x"`. */
export function describeMissing(what: string): string {
  return `${what} is not implemented by the embedded Alloy; a real Alloy has it: name one in ALLOY_BIN`;
}

/**
 * The error for an argument that a real Alloy honours and the embedded one does not, where going on without it would be
 * wrong. `what` names it with its component: `auth of otelcol.receiver.otlp`.
 */
export function unsupportedError(what: string): Error {
  return new Error(`the embedded Alloy does not implement ${what}: run this with a real Grafana Alloy (ALLOY_BIN)`);
}

/** The warning for an argument that can be left out without much harm. */
export function describeIgnored(what: string): string {
  return `the embedded Alloy, which is not Grafana Alloy, ignores ${what}: a real Grafana Alloy honours it`;
}
