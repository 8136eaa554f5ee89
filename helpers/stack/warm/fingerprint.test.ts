import { expect, test } from 'vitest';
import { readSettings } from '../../settings/settings.ts';
import type { AlloyProgram } from '../parts/alloy-program.ts';
import { fingerprintOf } from './fingerprint.ts';

const embedded: AlloyProgram = { kind: 'embedded', command: [process.execPath, 'main.ts'] };

function fingerprint(environment: Readonly<Record<string, string>>, program = embedded): string {
  return fingerprintOf(readSettings(environment), { stack: 'native', program }, environment);
}

test('the same settings, program and code have the same fingerprint, whatever else is in the environment', () => {
  expect(fingerprint({ HOME: '/a' })).toBe(fingerprint({ HOME: '/b', TERM: 'dumb' }));
});

test('another interval, token, variable of the configuration, or program has another one', () => {
  const plain = fingerprint({});
  expect(fingerprint({ ALLOY_SCRAPE_INTERVAL: '7s' })).not.toBe(plain);
  expect(fingerprint({ GRAFANA_CLOUD_API_KEY: 'glc_other' })).not.toBe(plain);
  expect(fingerprint({ ALLOY_LOG_LEVEL: 'debug' })).not.toBe(plain);
  expect(fingerprint({}, { kind: 'binary', command: [process.execPath] })).not.toBe(plain);
});
