import { describe, expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { readSettings, SettingsError } from './settings.ts';

describe('settings', () => {
  test('have the intervals of a local run when nothing is set', () => {
    expect(readSettings({})).toMatchObject({
      backend: 'mock',
      stack: undefined,
      intervals: { scrape: 500, scrapeTimeout: 500, otlpBatch: 200, remoteWriteDeadline: 100 },
    });
  });

  test('count a variable that is set to nothing as unset', () => {
    expect(readSettings({ STACK: '', ALLOY_SCRAPE_INTERVAL: '' })).toEqual(readSettings({}));
  });

  test('tell every problem in one message, and no secret', () => {
    const environment = {
      STACK: 'cloud',
      BACKEND: 'moc',
      ALLOY_SCRAPE_INTERVAL: '5 parsecs',
      ALLOY_CONFIG: 'no/such.alloy',
      GRAFANA_CLOUD_API_KEY: 'glc_secret',
    };
    expect(() => readSettings(environment)).toThrow(SettingsError);
    try {
      readSettings(environment);
    } catch (error) {
      const message = String(error);
      for (const name of ['STACK', 'BACKEND', 'ALLOY_SCRAPE_INTERVAL', 'ALLOY_CONFIG'])
        expect(message).toContain(`  ${name}: `);
      expect(message).not.toContain('glc_secret');
    }
  });
});

test.each([
  ['60s', 60_000],
  ['1m30s', 90_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  ['5', undefined],
  ['', undefined],
  ['-1s', undefined],
  ['5 parsecs', undefined],
])('the duration %j is %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
