import { readSettings } from '../settings/settings.ts';
import { findOnPath } from '../setup/programs.mjs';
import { findTempoReceiver } from '../stack/backend/find-tempo-receiver.ts';
import type { ServiceAccess, ServiceName } from './backend.ts';
import { startProgram } from './programs.ts';

/** A real service to compare with, or why there is none. */
export type RealService = AsyncDisposable & ({ readonly access: ServiceAccess } | { readonly missing: string });

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
    const findWriteUrl = {
      tempo: async () => {
        const receiver =
          lgtm.tempoOtlp === undefined ? await findTempoReceiver({ url: query, ...login }) : trim(lgtm.tempoOtlp);
        return `${receiver}/v1/traces`;
      },
      loki: () => `${query}/loki/api/v1/push`,
      prometheus: () => `${query}/api/v1/otlp/v1/metrics`,
    };
    return { access: { write: await findWriteUrl[service](), query, login }, [Symbol.asyncDispose]: async () => {} };
  }
  const file = findOnPath(service, path);
  if (file !== undefined) return startProgram(service, file);
  const missing = `${VARIABLES[service]} is not set, and ${service} is not on the PATH`;
  return { missing, [Symbol.asyncDispose]: async () => {} };
}

function trim(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
}
