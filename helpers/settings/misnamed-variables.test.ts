import { describe, expect, test } from 'vitest';
import { CLOUD_VARIABLES } from './cloud.ts';
import { findMisnamed } from './misnamed-variables.ts';
import { readSettings } from './settings.ts';

const KNOWN = [
  'STACK',
  'CI',
  'API_URL',
  'API_IMAGE',
  'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT',
  'GRAFANA_CLOUD_LOKI_ENDPOINT',
];

describe('a variable that nothing reads', () => {
  test.each([
    ['STAK', 'STACK'],
    ['STACKS', 'STACK'],
    ['GRAFANA_CLOUD_PROMETHEUS_ENDPONT', 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT'],
    ['GRAFANA_CLUOD_LOKI_ENDPOINT', 'GRAFANA_CLOUD_LOKI_ENDPOINT'],
    ['API_IMAGES', 'API_IMAGE'],
  ])('is near one that is read: %s', (name, near) => {
    expect(findMisnamed([name], KNOWN)).toEqual([{ name, near }]);
  });

  test.each([
    ['GRAFANA_CLOUD_API_TOKEN', 'GRAFANA_CLOUD_API_KEY'],
    ['GRAFANA_CLOUD_TOKEN', 'GRAFANA_CLOUD_API_KEY'],
    ['GRAFANA_CLOUD_PROM_URL', 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT'],
    ['GRAFANA_CLOUD_LOGS_USERNAME', 'GRAFANA_CLOUD_LOKI_INSTANCE_ID'],
    ['GRAFANA_CLOUD_LOKI_USER_ID', 'GRAFANA_CLOUD_LOKI_INSTANCE_ID'],
    ['GRAFANA_CLOUD_METRICS_INSTANCE_ID', 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
  ])('means one that is read: %s', (name, near) => {
    expect(findMisnamed([name], [...KNOWN, ...CLOUD_VARIABLES])).toEqual([{ name, near }]);
    // Beside that one, it is for another tool.
    expect(findMisnamed([name, near], [...KNOWN, ...CLOUD_VARIABLES])).toEqual([]);
  });

  test.each(['HOME', 'PATH', 'C', 'C1', 'MY_IMAGE', 'STARK_X', 'stack', ...KNOWN])('is near none: %s', (name) => {
    expect(findMisnamed([name], KNOWN)).toEqual([]);
  });
});

test('the settings tell of the variables that are set and are nearly called as one that is read', () => {
  const { misnamed } = readSettings({
    STAK: 'native',
    GRAFANA_CLOUD_LOKI_INSTANCE: '1',
    POSTGRES_IMAG: 'x',
    HOME: '/',
  });
  expect(misnamed).toEqual([
    { name: 'STAK', near: 'STACK' },
    { name: 'GRAFANA_CLOUD_LOKI_INSTANCE', near: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID' },
    { name: 'POSTGRES_IMAG', near: 'POSTGRES_IMAGE' },
  ]);
  expect(readSettings({ GRAFANA_CLOUD_PROMETHEUS_ENDPONT: 'x' }).misnamed).toHaveLength(1);
  expect(readSettings({ STAK: '' }).misnamed).toEqual([]);
});
