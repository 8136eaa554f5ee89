import { expect, test } from 'vitest';
import { addLevel } from './detect-level.ts';

test.each([
  ['one long word', `a=1 ${'b'.repeat(200_000)} level=warn`],
  ['a quote that is never closed', `a="${'b'.repeat(200_000)} level=warn`],
])('the level of the longest line is found at once, also after %s', (_, line) => {
  const begun = performance.now();
  expect(addLevel([], [], line)).toEqual(['detected_level', 'warn']);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test.each([
  ['level=ERR', 'error'],
  ['msg="level=error" lvl=debug', 'debug'],
  ['time="12:00"level=info x', 'info'],
  ['a==b=level=warn', 'warn'],
  ['severity="warning" a=', 'warn'],
])('the line %s has the level %s', (line, level) => {
  expect(addLevel([], [], line)).toEqual(['detected_level', level]);
});
