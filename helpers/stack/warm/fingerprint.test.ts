import { expect, test } from 'vitest';
import { projectFiles } from '../../images/project-files.ts';
import type { Environment } from '../../settings/environment.ts';
import { planNative } from '../testing/plans.ts';
import { CODE, describeStack } from './fingerprint.ts';

function readFingerprint(environment: Environment, change: Partial<ReturnType<typeof planNative>> = {}): string {
  return describeStack({ ...planNative(['postgres'], environment), ...change }).fingerprint;
}

test('the same settings, program and code have the same fingerprint, whatever else is in the environment', () => {
  expect(readFingerprint({ HOME: '/a' })).toBe(
    readFingerprint({ HOME: '/b', TERM: 'dumb', OTEL_SERVICE_NAME: 'other' }),
  );
});

test('a run that needs fewer parts can use the same stack', () => {
  expect(readFingerprint({}, { parts: [], needs: [] })).toBe(readFingerprint({}));
});

test.each([
  ['interval', { ALLOY_SCRAPE_INTERVAL: '7s' }],
  ['token', { GRAFANA_CLOUD_API_KEY: 'glc_other' }],
  ['variable of the configuration', { ALLOY_LOG_LEVEL: 'debug' }],
  ['variable of the services', { OTEL_BSP_SCHEDULE_DELAY: '50' }],
])('another %s has another one', (_, environment) => {
  expect(readFingerprint(environment)).not.toBe(readFingerprint({}));
});

test('another program has another one', () => {
  const alloy = { kind: 'binary', command: [process.execPath] } as const;
  expect(readFingerprint({}, { alloy })).not.toBe(readFingerprint({}));
});

test('another address that the gateway sends to has another one', () => {
  const service = { url: 'http://127.0.0.1:3200', user: '', password: '' };
  const readWith = (traces: string) =>
    readFingerprint({}, { gateway: { tempo: service, prometheus: service, loki: service, traces } });
  expect(readWith('http://127.0.0.1:4318')).not.toBe(readWith('http://127.0.0.1:14318'));
});

test('the code is all that the programs of a stack import', async () => {
  const programs = ['helpers/embedded-alloy/cli/main.ts', 'helpers/lgtm-gateway/main.ts', 'helpers/mock-cloud/main.ts'];
  const files = (await projectFiles([...programs, 'fixtures/services'])).filter((path) =>
    /^(helpers|fixtures)\//.test(path),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((path) => !CODE.some((folder) => path.startsWith(`${folder}/`)))).toEqual([]);
});
