import { readFileSync } from 'node:fs';

/** How the mock cloud receives OTLP over gRPC: a real Alloy sends a login over TLS only. */
export type MockGrpc = 'none' | 'clear text' | 'tls';

/** What the text of a configuration says about the stack that it needs. */
export type Configuration = {
  /** The variables that it reads. */
  readonly variables: readonly string[];
  /** Whether it marks scraped series with {@link SERIES_MARK}. */
  readonly marksSeries: boolean;
  /** How it wants to export over gRPC: with TLS, unless it says that there is none. */
  readonly grpc: MockGrpc;
};

/** The label and the variable of the mark on scraped series; `config.alloy` joins the two. */
export const SERIES_MARK = { label: 'verify_run', variable: 'ALLOY_VERIFY_RUN_ID' };

/** Reads the configuration at this path. */
export function readConfiguration(path: string): Configuration {
  const text = readFileSync(path, 'utf8');
  const exportsOverGrpc = /^\s*otelcol\.exporter\.otlp\s+"/m.test(text);
  const isInsecure = /^\s*insecure\s*=\s*true/m.test(text);
  return {
    variables: [...new Set([...text.matchAll(/\benv\(\s*"([^"]+)"/g)].map(([, name]) => name ?? ''))],
    marksSeries: text.includes(SERIES_MARK.variable),
    grpc: exportsOverGrpc ? (isInsecure ? 'clear text' : 'tls') : 'none',
  };
}
