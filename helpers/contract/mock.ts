import { readCredentials } from '../mock-cloud/auth/credentials.ts';
import { startMockCloud } from '../mock-cloud/mock-cloud.ts';
import type { Backend } from './backend.ts';

/** Starts the mock Grafana Cloud on a free port. */
export async function startMock(): Promise<AsyncDisposable & { readonly backend: Backend }> {
  const credentials = readCredentials({ GRAFANA_CLOUD_API_KEY: 'glc_of_the_contract' });
  const mock = await startMockCloud({ credentials });
  const login = (service: 'otlp' | 'tempo' | 'loki' | 'prometheus') => {
    const pair = `${credentials.instanceIds[service]}:${credentials.token}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  };
  const { url } = mock;
  return {
    backend: {
      tempo: {
        write: `${url}/otlp/v1/traces`,
        query: `${url}/tempo`,
        writeHeaders: login('otlp'),
        headers: login('tempo'),
      },
      loki: { write: `${url}/loki/api/v1/push`, query: url, headers: login('loki') },
      prometheus: {
        write: `${url}/otlp/v1/metrics`,
        query: `${url}/api/prom`,
        writeHeaders: login('otlp'),
        headers: login('prometheus'),
      },
    },
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}
