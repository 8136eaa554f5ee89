import { expect, test } from 'vitest';
import type { Environment } from '../../settings/environment.ts';
import { planNative } from '../testing/plans.ts';
import { describeStack } from './fingerprint.ts';

function readFingerprint(environment: Environment, change: Partial<ReturnType<typeof planNative>> = {}): string {
  return describeStack({ ...planNative(['postgres'], environment), ...change }).fingerprint;
}

test('the same settings, program and code have the same fingerprint, whatever else is in the environment', () => {
  expect(readFingerprint({ HOME: '/a' })).toBe(readFingerprint({ HOME: '/b', TERM: 'dumb' }));
});

test('a run that needs fewer parts can use the same stack', () => {
  expect(readFingerprint({}, { parts: [], needs: [] })).toBe(readFingerprint({}));
});

test.each([
  ['interval', { ALLOY_SCRAPE_INTERVAL: '7s' }],
  ['token', { GRAFANA_CLOUD_API_KEY: 'glc_other' }],
  ['variable of the configuration', { ALLOY_LOG_LEVEL: 'debug' }],
  ['variable of the services', { OTEL_TRACES_SAMPLER: 'always_off' }],
])('another %s has another one', (_, environment) => {
  expect(readFingerprint(environment)).not.toBe(readFingerprint({}));
});

test('another program has another one', () => {
  const alloy = { kind: 'binary', command: [process.execPath] } as const;
  expect(readFingerprint({}, { alloy })).not.toBe(readFingerprint({}));
});
