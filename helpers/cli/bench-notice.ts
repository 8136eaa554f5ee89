import { setTimeout as sleep } from 'node:timers/promises';
import { readCloudAccess } from '../clients/access.ts';
import { findTrace } from '../clients/tempo.ts';
import { post } from '../emit/otlp-http.ts';
import { newSpan, resource, traces } from '../emit/telemetry.ts';
import { poll } from '../expect/poll.ts';
import { TracesData } from '../otlp/schema.ts';
import { completeCloudVariables } from '../settings/alloy-environment.ts';
import { makeToken } from '../settings/cloud.ts';
import { readSettings } from '../settings/settings.ts';
import { chooseStack } from '../stack/choose.ts';
import { startNative } from '../stack/native/native.ts';

const DATA = 60;
const MAX_DELAY_MS = 3000;

/**
 * Measures the time from a trace's being in the mock, which is when its push was answered, to its being noticed by the
 * polling of the criteria that has been looking for it. The traces come at random within three seconds. Returns a line.
 */
export async function measureNotice(): Promise<string[]> {
  const cloud = { GRAFANA_CLOUD_API_KEY: makeToken() };
  const cloudVariables = (origin: string) => completeCloudVariables(cloud, origin);
  const plan = await chooseStack({ ...readSettings(), stack: 'native' }, ['mock-cloud'], { reuse: false });
  if (plan.stack !== 'native') throw new TypeError('STACK=native is a native stack');
  await using stack = await startNative({ plan, runId: 'bench', cloudVariables });
  const variables = cloudVariables(stack.endpoints.mockCloud?.url ?? '');
  const delays = await Promise.all(Array.from({ length: DATA }, () => noticeOne(variables)));
  const sorted = delays.sort((a, b) => a - b);
  const at = (share: number) => `${sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(0)} ms`;
  return [`median ${at(0.5)}, 95 % within ${at(0.95)}, at most ${at(1)}`];
}

async function noticeOne(variables: Readonly<Record<string, string>>): Promise<number> {
  const span = newSpan({ name: 'noticed' });
  const { tempo } = readCloudAccess(variables);
  const noticed = poll(async () => {
    const spans = await findTrace(tempo, span.traceId);
    return { holds: spans.length > 0, seen: { kind: 'nothing' }, value: performance.now() };
  }, 2 * MAX_DELAY_MS);
  await sleep(Math.random() * MAX_DELAY_MS);
  const login = `${variables.GRAFANA_CLOUD_OTLP_INSTANCE_ID}:${variables.GRAFANA_CLOUD_API_KEY}`;
  await post(
    `${variables.GRAFANA_CLOUD_OTLP_ENDPOINT}/v1/traces`,
    TracesData.encode(traces(resource('bench', 'bench'), [span])),
    { 'content-type': 'application/x-protobuf', authorization: `Basic ${Buffer.from(login).toString('base64')}` },
  );
  const arrived = performance.now();
  const { value } = await noticed;
  if (value === undefined) throw new Error('a trace was pushed and not found');
  return Math.max(0, value - arrived);
}
