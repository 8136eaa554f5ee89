import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askForConsent } from './ask.ts';

test.each([
  ['y\r', 'yes'],
  ['YES\r', 'yes'],
  ['\r', 'no'],
  ['nay\r', 'no'],
  ['\u0003', 'interrupted'],
  ['\u0004', 'ended'],
])('the keys %j are the answer %s', async (keys, answer) => {
  const input = new PassThrough();
  const asked = askForConsent('Sure? ', input, new PassThrough());
  input.write(keys);
  expect(await asked).toBe(answer);
});
