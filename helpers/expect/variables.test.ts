import { describe, expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { CheckedWay, CloudState } from '../run/cloud-problem.ts';
import type { Run } from '../run/run.ts';
import type { CloudService } from '../settings/cloud.ts';
import { useRun } from './run.ts';
import { countVariables, judgeVariables } from './variables.ts';

test('the number of variables is told, and how many of them were made up', () => {
  useRun(sampleRun());
  expect(countVariables()).toBe('9 variables are set and well-formed');
  useRun(sampleRun({ madeUpVariables: ['GRAFANA_CLOUD_API_KEY', 'GRAFANA_CLOUD_OTLP_ENDPOINT'] }));
  expect(countVariables()).toBe('9 variables are set and well-formed; this run made up 2 of them');
});

const { variables } = sampleRun({ origin: 'https://stack.example' });
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
