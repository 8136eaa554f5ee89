import { describe, expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { CheckedWay, CloudState } from '../run/cloud-problem.ts';
import type { Run } from '../run/run.ts';
import { CLOUD_VARIABLES, type CloudService, makeToken } from '../settings/cloud.ts';
import { useRun } from './run.ts';
import { countVariables, judgeVariables } from './variables.ts';

const { variables } = sampleRun({ origin: 'https://stack.example' });

test('the number of variables is told, and how many of them were made up', () => {
  const known = { ...sampleRun().variables, GRAFANA_CLOUD_API_KEY: makeToken() };
  useRun(sampleRun({ variables: known }));
  expect(countVariables()).toBe('9 variables are set and well-formed');
  useRun(sampleRun({ variables: known, madeUpVariables: CLOUD_VARIABLES }));
  expect(countVariables()).toBe('9 variables are set and well-formed; this run made up 9 of them');
});

test('a token of a form that nobody knows is mentioned, and is no problem', () => {
  useRun(sampleRun({ variables: { ...variables, GRAFANA_CLOUD_API_KEY: 'glc_ANewForm' } }));
  expect(judgeVariables().problems).toEqual([]);
  expect(countVariables()).toMatch(/well-formed; the token is of a form that is not known here/);
});

describe('as soon as the person has set one variable', () => {
  test('each that is missing is a problem, though the run has made one up', () => {
    const set = ['GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID', 'GRAFANA_CLOUD_API_KEY'];
    const madeUpVariables = CLOUD_VARIABLES.filter((name) => !set.includes(name));
    useRun(sampleRun({ variables, madeUpVariables }));
    const { problems } = judgeVariables();
    expect(problems).toEqual([
      expect.stringMatching(/ are not set: as soon as one of these variables is, all have to be$/),
    ]);
    for (const name of madeUpVariables) expect(problems[0]).toContain(name);
  });

  test('the one is named, where it is the only one', () => {
    const set = 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID';
    useRun(sampleRun({ variables, madeUpVariables: CLOUD_VARIABLES.filter((name) => name !== set) }));
    expect(judgeVariables().problems).toEqual([
      'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID is the only one of the 9 GRAFANA_CLOUD_* variables that is set: as soon as one is, all have to be',
    ]);
  });

  test('one that is made up alone is named alone', () => {
    useRun(sampleRun({ variables, madeUpVariables: ['GRAFANA_CLOUD_LOKI_ENDPOINT'] }));
    expect(judgeVariables().problems).toEqual([expect.stringMatching(/^GRAFANA_CLOUD_LOKI_ENDPOINT is not set: /)]);
  });

  test('none is missing where all were made up', () => {
    useRun(sampleRun({ variables, madeUpVariables: CLOUD_VARIABLES }));
    expect(judgeVariables().problems).toEqual([]);
  });
});

test('a name that is nearly that of a missing variable is told with it, and one beside the right one is not', () => {
  const misnamedVariables = [
    { name: 'GRAFANA_CLOUD_PROMETHEUS_ENDPONT', near: 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT' },
    { name: 'STAK', near: 'STACK' },
  ];
  const told = /^GRAFANA_CLOUD_PROMETHEUS_ENDPONT is set, and nothing reads it; GRAFANA_CLOUD_PROMETHEUS_ENDPOINT, /;
  useRun(sampleRun({ variables: { ...variables, GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: '' }, misnamedVariables }));
  expect(judgeVariables().problems).toEqual([
    'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT is not set',
    expect.stringMatching(told),
  ]);
  useRun(sampleRun({ variables, madeUpVariables: CLOUD_VARIABLES, misnamedVariables }));
  expect(judgeVariables().problems).toEqual([expect.stringMatching(told)]);
  useRun(sampleRun({ variables, misnamedVariables }));
  expect(judgeVariables().problems).toEqual([]);
});

const [PROMETHEUS, LOKI] = ['GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID', 'GRAFANA_CLOUD_LOKI_INSTANCE_ID'];
const ID = variables[PROMETHEUS] ?? '';

test('a problem of a variable that the person set is listed', () => {
  useRun(sampleRun({ variables: { ...variables, [LOKI]: 'x' } }));
  expect(judgeVariables().problems).toEqual([`${LOKI} is "x": an instance ID is a number`]);
  useRun(sampleRun({ variables }));
  expect(judgeVariables().problems).toEqual([]);
});

describe('an ID that two services have', () => {
  const useShared = (cloudState?: CloudState) =>
    useRun(sampleRun({ variables: { ...variables, [LOKI]: ID }, ...(cloudState && { cloudState }) }));
  const way = (service: CloudService, login: CheckedWay['login']): CheckedWay => ({
    service,
    does: 'write',
    scope: '',
    tokenVariable: 'GRAFANA_CLOUD_API_KEY',
    login,
  });

  test('is one of the two that is wrong, where no service has said which', () => {
    const unknown = { ways: [way('PROMETHEUS', 'accepted'), way('LOKI', 'unknown')], problems: [] };
    for (const state of [undefined, { ways: [], problems: [] }, unknown]) {
      useShared(state);
      expect(judgeVariables()).toEqual({
        problems: [
          expect.stringMatching(`^${PROMETHEUS} and ${LOKI} are the same, ${ID}, .*: one of the two is wrong$`),
        ],
        fix: 'Correct it in .env, or in the environment, which wins over .env',
      });
    }
  });

  test('is wrong where it is refused', () => {
    const about = { kind: "another service's ID", variable: LOKI, id: ID, owner: PROMETHEUS } as const;
    useShared({ ways: [way('PROMETHEUS', 'accepted'), way('LOKI', 'refused')], problems: [about] });
    expect(judgeVariables()).toEqual({
      problems: [`${LOKI} is ${ID}, which is the ID of another service: that of ${PROMETHEUS}`],
      fix: expect.stringMatching(`^Set ${LOKI} to what Grafana Cloud shows under your stack > Loki > Details`),
      about,
    });
  });

  test('is right where both take it, as one gateway for all may', () => {
    useShared({ ways: [way('PROMETHEUS', 'accepted'), way('LOKI', 'accepted')], problems: [] });
    expect(judgeVariables().problems).toEqual([]);
  });
});

test('a problem is to be corrected where the variable comes from, which is not .env on GitHub', () => {
  const advise = (variables: Record<string, string>, variableHomes: Run['variableHomes'] = {}) => {
    useRun(
      sampleRun({
        variables: { ...sampleRun({ origin: 'https://stack.example' }).variables, ...variables },
        variableHomes,
      }),
    );
    return judgeVariables().fix;
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
