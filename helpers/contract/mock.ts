import { readCredentials } from '../mock-cloud/auth/credentials.ts';
import { startMockCloud } from '../mock-cloud/mock-cloud.ts';
import type { ServiceAccess, ServiceName } from './backend.ts';

/** A running mock Grafana Cloud, and how each of its services is reached. */
export type StartedMock = AsyncDisposable & { readonly access: Readonly<Record<ServiceName, ServiceAccess>> };

/** Starts the mock Grafana Cloud on a free port. */
export async function startMock(): Promise<StartedMock> {
  const credentials = readCredentials({ GRAFANA_CLOUD_API_KEY: 'glc_of_the_contract' });
  const mock = await startMockCloud({ credentials });
  const login = (service: ServiceName | 'otlp') => ({
    user: credentials.instanceIds[service],
    password: credentials.token,
  });
  const { url } = mock;
  return {
    access: {
      tempo: {
        write: `${url}/otlp/v1/traces`,
        query: `${url}/tempo`,
        writeLogin: login('otlp'),
        login: login('tempo'),
      },
      loki: { write: `${url}/loki/api/v1/push`, query: url, login: login('loki') },
      prometheus: {
        write: `${url}/otlp/v1/metrics`,
        query: `${url}/api/prom`,
        writeLogin: login('otlp'),
        login: login('prometheus'),
      },
    },
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}
