import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCloudAccess } from '../clients/access.ts';
import { readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { startPassingServer } from '../clients/testing/passing-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Run } from '../run/run.ts';
import type { Stack } from '../run/stack.ts';
import { aimAtMock, completeCloudVariables } from '../settings/alloy-environment.ts';
import { startNativeParts } from '../stack/testing/plans.ts';
import { findOtherBackend } from './other-backend.ts';

const TOKEN = { GRAFANA_CLOUD_API_KEY: 'glc_canary-4f1e' };
const directory = mkdtempSync(join(tmpdir(), 'other-backend-'));
let stack: Stack;
let other: Stack;

beforeAll(async () => {
  [stack, other] = await Promise.all([
    startNativeParts(['mock-cloud', 'alloy'], TOKEN),
    startNativeParts(['mock-cloud'], TOKEN),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([stack?.stop(), other?.stop()]);
  rmSync(directory, { recursive: true });
});

let runs = 0;

/** A run on the Alloy of this stack that asks the backend at `asked`. */
function runOn({ endpoints: { alloy } }: Stack, asked: string, changes: Partial<Run> = {}): Run {
  if (alloy === undefined) throw new Error('no Alloy');
  const variables = aimAtMock(completeCloudVariables(TOKEN, asked), asked);
  return sampleRun({
    id: `run-${runs++}`,
    stack: 'external',
    alloy: { ...alloy, kind: 'external', version: '', config: '' },
    variables,
    access: readCloudAccess(variables),
    ...changes,
  });
}

function urlOf({ endpoints: { mockCloud } }: Stack): string {
  if (mockCloud === undefined) throw new Error('no mock cloud');
  return mockCloud.url;
}

describe('an Alloy sends to another backend than the one that is asked', { timeout: 60_000 }, () => {
  test('where nothing of what it delivers is there: both addresses are told', async () => {
    const [sentTo, url] = [urlOf(stack), urlOf(other)];
    expect(await findOtherBackend(runOn(stack, url))).toEqual({
      signals: ['traces', 'logs', 'metrics', 'scraped samples'],
      sendsTo: [`${sentTo}/otlp`, `${sentTo}/api/prom/push`],
      asked: [
        { service: 'tempo', url: `${url}/tempo`, variable: 'GRAFANA_CLOUD_TEMPO_ENDPOINT' },
        { service: 'loki', url, variable: 'GRAFANA_CLOUD_LOKI_ENDPOINT' },
        { service: 'prometheus', url: `${url}/api/prom`, variable: 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT' },
      ],
    });
  });

  test('for the one service whose address leads there', async () => {
    const run = runOn(stack, urlOf(stack));
    const url = `${urlOf(other)}/tempo`;
    const tempo = { ...run.access.tempo, url, variables: { url: 'GRAFANA_CLOUD_TEMPO_QUERY_URL', login: [] } };
    expect(await findOtherBackend({ ...run, access: { ...run.access, tempo } })).toMatchObject({
      signals: ['traces'],
      asked: [{ service: 'tempo', url, variable: 'GRAFANA_CLOUD_TEMPO_QUERY_URL' }],
    });
  });

  test('for the same addresses with the instance IDs of another stack: these are told as well', async () => {
    // A front to both: what is asked with other IDs is in the other one.
    await using front = await startPassingServer(urlOf(other), () => undefined);
    const run = runOn(stack, front.url);
    const written = runOn(stack, urlOf(stack)).variables;
    const variables = { ...run.variables, GRAFANA_CLOUD_OTLP_ENDPOINT: written.GRAFANA_CLOUD_OTLP_ENDPOINT ?? '' };
    const prometheus = runOn(stack, urlOf(stack)).access.prometheus;
    const access = { ...run.access, prometheus };
    const found = await findOtherBackend({
      ...run,
      access,
      variables: { ...variables, GRAFANA_CLOUD_OTLP_INSTANCE_ID: '7' },
    });
    expect(found).toMatchObject({
      signals: ['traces', 'logs'],
      sendsTo: [`${urlOf(stack)}/otlp (instance ID ${written.GRAFANA_CLOUD_OTLP_INSTANCE_ID})`],
      asked: [
        { service: 'tempo', url: `${front.url}/tempo`, user: run.access.tempo.user },
        { service: 'loki', url: front.url, user: run.access.loki.user },
      ],
    });
  });

  test('where it sends no marked data, and nothing that anybody scrapes is there', async () => {
    const config = join(directory, 'config.alloy');
    writeFileSync(
      config,
      `prometheus.scrape "x" {
  targets = [{__address__ = "127.0.0.1:1"}]
  forward_to = [prometheus.remote_write.x.receiver]
  scrape_interval = "1s"
  scrape_timeout = "1s"
}
prometheus.remote_write "x" {
  endpoint {
    url = sys.env("GRAFANA_CLOUD_PROMETHEUS_ENDPOINT")
    basic_auth {
      username = sys.env("GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID")
      password = sys.env("GRAFANA_CLOUD_API_KEY")
    }
  }
}
`,
    );
    const scraping = await startNativeParts(['mock-cloud', 'alloy'], { ...TOKEN, ALLOY_CONFIG: config });
    try {
      const intervals = { ...sampleRun().intervals, scrape: 1000, remoteWriteDeadline: 5000 };
      expect(await findOtherBackend(runOn(scraping, urlOf(other), { intervals }))).toMatchObject({
        signals: ['scraped samples'],
        sendsTo: [`${urlOf(scraping)}/api/prom/push`],
      });
      // Those of another Alloy look the same.
      expect(await findOtherBackend(runOn(scraping, urlOf(stack), { intervals }))).toBeUndefined();
    } finally {
      await scraping.stop();
    }
  });
});

describe('it does not', { timeout: 60_000 }, () => {
  test('where the addresses are the same: nothing is sent to find out', async () => {
    await using receiver = await startAnsweringServer(() => ({ body: '{}' }));
    const run = runOn(stack, urlOf(stack));
    expect(await findOtherBackend({ ...run, alloy: { ...run.alloy, otlpHttp: receiver.url } })).toBeUndefined();
    expect(receiver.received).toEqual([]);
  });

  test('where one address leads to the other', async () => {
    await using relay = await startPassingServer(urlOf(stack), () => undefined);
    expect(await findOtherBackend(runOn(stack, relay.url))).toBeUndefined();
  });

  test('where the one that is asked gives no answer', async () => {
    expect(await findOtherBackend(runOn(stack, 'http://127.0.0.1:1'))).toBeUndefined();
  });

  test('on a stack that the run has started', async () => {
    expect(await findOtherBackend(runOn(stack, urlOf(other), { stack: 'native' }))).toBeUndefined();
  });

  test('where what it sends over OTLP is refused: that is another fault', async () => {
    const refused = await startNativeParts(['mock-cloud', 'alloy'], {
      ...TOKEN,
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239',
    });
    try {
      const found = await findOtherBackend(runOn(refused, urlOf(stack)));
      expect(found).toBeUndefined();
    } finally {
      await refused.stop();
    }
  });

  test('where Alloy reports no addresses', async () => {
    await using alloy = await startAnsweringServer(({ path }) =>
      path === '/metrics' ? { body: readCapture('alloy-1.18/self-metrics.txt') } : { body: '[]' },
    );
    const run = runOn(stack, urlOf(other));
    expect(await findOtherBackend({ ...run, alloy: { ...run.alloy, url: alloy.url } })).toBeUndefined();
  });
});
