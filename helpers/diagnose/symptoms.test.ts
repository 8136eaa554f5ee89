import { expect, test } from 'vitest';
import { post } from '../emit/otlp-http.ts';
import { localCloudVariables } from '../settings/alloy-environment.ts';
import { startNative } from '../stack/native/native.ts';
import { diagnose } from './diagnose.ts';
import { gather } from './evidence.ts';
import { runAt } from './testing.ts';

const variables = { GRAFANA_CLOUD_API_KEY: 'glc_test', GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' };

test('the evidence holds what the mock refused, and that Alloy gives no answer', async () => {
  const variablesAt = (url: string) => localCloudVariables(variables, url);
  await using stack = await startNative({ parts: ['cloud'], cloudEnvironment: variablesAt });
  const url = stack.endpoints.cloud?.url ?? '';
  const login = Buffer.from('2847239:glc_test').toString('base64');
  const { status } = await post(`${url}/otlp/v1/traces`, '{}', {
    'content-type': 'application/json',
    authorization: `Basic ${login}`,
  });
  expect(status).toBe(401);

  const run = { ...runAt(variablesAt(url)), mockUrl: url };
  const evidence = await gather(run, '', []);
  expect(evidence.refusals).toMatchObject([{ service: 'otlp', user: '2847239', count: 1 }]);
  expect(evidence.alloyAnswers).toBe(false);
  expect(await diagnose(run, 'otlp')).toMatchObject({ cause: expect.stringContaining('Alloy gives no answer') });
});
