/** Each rule, on pipelines as a real Alloy describes them: it speaks where its cause is proven, and nowhere else. */
import { describe, expect, test } from 'vitest';
import { RULES } from './diagnose.ts';
import { alloyCases } from './testing/alloy-cases.ts';
import { backendCases } from './testing/backend-cases.ts';
import { deliveryCases } from './testing/delivery-cases.ts';
import { otlpCases } from './testing/otlp-cases.ts';
import { remoteWriteCases } from './testing/remote-write-cases.ts';
import { seenCases } from './testing/seen-cases.ts';
import { serviceCases } from './testing/service-cases.ts';
import { symptoms } from './testing/symptoms.ts';

const CASES = Object.entries({
  ...alloyCases,
  ...backendCases,
  ...deliveryCases,
  ...otlpCases,
  ...remoteWriteCases,
  ...seenCases,
  ...serviceCases,
});
const rules = [...new Set(Object.values(RULES).flat())];

test('every rule has a case in which it speaks and one in which it must not', () => {
  expect(rules.map(({ kind }) => kind).sort()).toEqual(CASES.map(([kind]) => kind).sort());
  for (const [, { silent }] of CASES) expect(Object.keys(silent).length).toBeGreaterThan(0);
});

describe.each(CASES)('%s', (kind, { speaks, finds, silent }) => {
  const find = (changes: typeof speaks) => rules.find((rule) => rule.kind === kind)?.find(symptoms(changes));

  test('speaks if the symptoms prove it', () => {
    expect(find(speaks)).toMatchObject({ kind, ...finds });
  });

  test.each(Object.entries(silent))('is silent if %s', (_, changes) => {
    expect(find(changes)).toBeUndefined();
  });
});
