import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { useRun } from './run.ts';
import { countVariables, listVariableProblems } from './variables.ts';

test('the number of variables is told, and how many of them were made up', () => {
  useRun(sampleRun());
  expect(countVariables()).toBe('9 variables are set and well-formed');
  useRun(sampleRun({ madeUpVariables: ['GRAFANA_CLOUD_API_KEY', 'GRAFANA_CLOUD_OTLP_ENDPOINT'] }));
  expect(countVariables()).toBe('9 variables are set and well-formed; this run made up 2 of them');
});

test('a problem of a variable that the person set is listed', () => {
  const { variables } = sampleRun({ origin: 'https://stack.example' });
  const wrong = { ...variables, GRAFANA_CLOUD_OTLP_INSTANCE_ID: variables.GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID ?? '' };
  useRun(sampleRun({ variables: wrong }));
  expect(listVariableProblems()).toEqual([expect.stringContaining('which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID')]);
  useRun(sampleRun({ variables }));
  expect(listVariableProblems()).toEqual([]);
});
