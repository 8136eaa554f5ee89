import { readSettings } from '../settings/settings.ts';
import type { ServiceAccess, ServiceName } from './backend.ts';
import { findProgram, startProgram } from './programs.ts';

/** A real service to compare with, or why there is none. */
export type RealService = AsyncDisposable & { readonly access?: ServiceAccess; readonly missing?: string };

const OTLP_PORT = '4318';
const VARIABLES: Readonly<Record<ServiceName, string>> = {
  tempo: 'TEMPO_URL',
  loki: 'LOKI_URL',
  prometheus: 'PROMETHEUS_URL',
};

/** Finds a real service: where TEMPO_URL, LOKI_URL or PROMETHEUS_URL says, else by starting the program on the PATH. */
export async function findRealService(service: ServiceName): Promise<RealService> {
  const { lgtm, path } = readSettings();
  const url = lgtm[service];
  if (url !== undefined) {
    const query = trim(url);
    const login = {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      ...(lgtm.tenant !== undefined && { tenant: lgtm.tenant }),
    };
    const write = {
      tempo: `${trim(lgtm.tempoOtlp ?? withPort(url, OTLP_PORT))}/v1/traces`,
      loki: `${query}/loki/api/v1/push`,
      prometheus: `${query}/api/v1/otlp/v1/metrics`,
    };
    return { access: { write: write[service], query, login }, [Symbol.asyncDispose]: async () => {} };
  }
  const file = findProgram(service, path);
  if (file !== undefined) return startProgram(service, file);
  const missing = `${VARIABLES[service]} is not set, and ${service} is not on the PATH`;
  return { missing, [Symbol.asyncDispose]: async () => {} };
}

function trim(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
}

function withPort(url: URL, port: string): URL {
  const moved = new URL(url);
  moved.port = port;
  moved.pathname = '/';
  return moved;
}
