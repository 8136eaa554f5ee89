import { expect, test } from 'vitest';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import type { Run } from '../../run/run.ts';
import { readSettings } from '../../settings/settings.ts';
import { listOtherVariables } from './compare-with-settings.ts';

const config = readSettings({}).alloyConfig;
const mock = sampleRun({ alloy: { ...sampleRun().alloy, kind: 'embedded', command: ['/node'], config } });
const binary: Run = { ...mock, alloy: { ...mock.alloy, kind: 'binary', command: ['/opt/alloy'] } };
const containers: Run = { ...mock, stack: 'containers', alloy: { ...mock.alloy, kind: 'container' } };
const service = { url: 'http://h:1/a', user: '', password: '', tenant: 't' };
const lgtm: Run = { ...mock, backend: 'lgtm', access: { tempo: service, prometheus: service, loki: service } };

test.each<[string, Run, Record<string, string>]>([
  ['nothing', mock, {}],
  ['its own kind of stack', mock, { STACK: 'native', ALLOY: 'embedded', BACKEND: 'mock' }],
  ['its containers', containers, { STACK: 'containers', ALLOY: 'container' }],
  ['the embedded Alloy beside a program', mock, { ALLOY: 'embedded', ALLOY_BIN: '/opt/alloy' }],
  ['containers beside a program', containers, { STACK: 'containers', ALLOY_BIN: '/opt/alloy' }],
  ['its program', binary, { ALLOY: 'binary', ALLOY_BIN: '/opt/alloy' }],
  ['its configuration', mock, { ALLOY_CONFIG: config }],
  ['its API', { ...mock, api: { url: 'http://h:1' } }, { API_URL: 'http://h:1/' }],
  ['its Tempo, with a login', lgtm, { TEMPO_URL: 'http://u:p@h:1/a/', BACKEND_TENANT: 't' }],
  ['a query URL of Grafana Cloud, which a mock has none of', mock, { GRAFANA_CLOUD_TEMPO_QUERY_URL: 'http://h' }],
])('a warm stack is what is meant by %s', (_, run, environment) => {
  expect(listOtherVariables(run, readSettings(environment))).toEqual([]);
});

test.each<[string, Run, Record<string, string>]>([
  ['STACK', mock, { STACK: 'containers' }],
  ['STACK', containers, { STACK: 'native' }],
  ['ALLOY', mock, { ALLOY: 'container' }],
  ['ALLOY', containers, { ALLOY: 'embedded' }],
  ['ALLOY_BIN', mock, { ALLOY_BIN: '/opt/alloy' }],
  ['ALLOY_BIN', containers, { ALLOY_BIN: '/opt/alloy' }],
  ['ALLOY_BIN', binary, { ALLOY_BIN: '/opt/other/alloy' }],
  ['ALLOY_CONFIG', mock, { ALLOY_CONFIG: 'package.json' }],
  ['DATABASE_URL', mock, { DATABASE_URL: 'postgresql://u:p@h/x' }],
  ['API_URL', { ...mock, api: { url: 'http://h:1' } }, { API_URL: 'http://h:2' }],
  ['BACKEND', mock, { BACKEND: 'cloud' }],
  ['TEMPO_URL', mock, { TEMPO_URL: 'http://h:1/a' }],
  ['LOKI_URL', lgtm, { LOKI_URL: 'http://h:1/b' }],
  ['BACKEND_TENANT', lgtm, { TEMPO_URL: 'http://h:1/a', BACKEND_TENANT: 'other' }],
  ['GRAFANA_CLOUD_LOKI_QUERY_URL', lgtm, { GRAFANA_CLOUD_LOKI_QUERY_URL: 'http://h:2' }],
  ['GRAFANA_URL', lgtm, { GRAFANA_URL: 'http://h:3' }],
  ['GRAFANA_CLOUD_OTLP_INSTANCE_ID', mock, { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1' }],
])('%s means another one than the warm stack', (variable, run, environment) => {
  expect(listOtherVariables(run, readSettings(environment))).toEqual([variable]);
});
