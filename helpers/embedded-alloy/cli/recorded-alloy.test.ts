import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSourceFile } from '../language/syntax/source.ts';
import { formatFile } from './format.ts';
import { type CommandResult, validateFiles } from './validate.ts';

type Recorded = { readonly exit: number; readonly stdout: string; readonly stderr: string };
type Case = { readonly name: string; readonly config: string; readonly validate: Recorded; readonly fmt: Recorded };

const captures = new URL('../../../fixtures/captures/alloy-1.18/validate-fmt.json', import.meta.url);
const cases: readonly Case[] = JSON.parse(readFileSync(captures, 'utf8'));

/** Cases that can't agree, each with the reason. */
const disagreements: Readonly<Record<string, string>> = {};

const options = { stability: 'generally-available', communityComponents: false } as const;

function recorded({ exitCode, stdout, stderr }: CommandResult): Recorded {
  return { exit: exitCode, stdout, stderr };
}

for (const { name, config, validate, fmt } of cases) {
  const expected = name in disagreements ? test.fails : test;
  expected(`validate and fmt answer ${name} as the recorded Alloy does`, async () => {
    const file = createSourceFile('case.alloy', config);
    expect(recorded(await validateFiles([file], options))).toEqual(validate);
    expect(recorded(formatFile(file))).toEqual(fmt);
  });
}

test('at most five recorded cases are listed as disagreeing', () => {
  const named = Object.keys(disagreements);
  console.log(
    `validate and fmt agree with the recorded Alloy in ${cases.length - named.length} of ${cases.length} cases`,
  );
  expect(named.length).toBeLessThanOrEqual(5);
});
