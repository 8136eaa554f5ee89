import { readBackendAccess } from '../clients/access.ts';
import type { Run } from '../run/run.ts';

/** A run for tests whose Alloy gives no answer: nothing listens at port 1 of loopback. */
export function runAt(variables: Record<string, string>): Run {
  return {
    id: 'run',
    stack: 'native',
    backend: 'mock',
    alloy: {
      kind: 'binary',
      version: '1',
      url: 'http://127.0.0.1:1',
      otlpGrpc: '127.0.0.1:1',
      otlpHttp: 'http://127.0.0.1:1',
      config: 'config.alloy',
    },
    variables,
    access: readBackendAccess(variables),
    intervals: { scrape: 1000, scrapeTimeout: 900, otlpBatch: 200, remoteWriteDeadline: 100 },
    dlqCheckInterval: 1,
    seriesWindow: 300,
    timings: {},
    startedAt: 0,
  };
}
