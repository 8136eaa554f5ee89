import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Run } from '../run/run.ts';
import { useRun } from './run.ts';
import { adviseOnVariables, countVariables, listVariableProblems } from './variables.ts';

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

test('a problem is to be corrected where the variable comes from, which is not .env on GitHub', () => {
  const advise = (variables: Record<string, string>, variableHomes: Run['variableHomes'] = {}) => {
    useRun(
      sampleRun({
        variables: { ...sampleRun({ origin: 'https://stack.example' }).variables, ...variables },
        variableHomes,
      }),
    );
    return adviseOnVariables();
  };
  const [token, id] = ['GRAFANA_CLOUD_API_KEY', 'GRAFANA_CLOUD_LOKI_INSTANCE_ID'];
  const github = { [token]: 'repository secret', [id]: 'repository variable' } as const;
  expect(advise({ [id]: 'x' }, github)).toMatch(/^Correct it among the repository's variables/);
  expect(advise({ [token]: 'x' }, github)).toMatch(/^Correct it among the repository's secrets/);
  expect(advise({ [token]: 'x', [id]: 'x' }, github)).toMatch(/tokens among the repository's secrets, the rest/);
  expect(advise({ [id]: 'x' }, { [id]: 'dotenv' })).toBe('Correct it in .env');
  expect(advise({ [id]: 'x' }, { [id]: 'environment' })).toBe('Correct it in the environment, which wins over .env');
  expect(advise({ [id]: 'x' })).toBe('Correct it in .env, or in the environment, which wins over .env');
});
