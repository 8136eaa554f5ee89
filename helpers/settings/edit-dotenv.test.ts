import { expect, test } from 'vitest';
import { editDotenv } from './edit-dotenv.ts';

test.each([
  ['a new file', '', { A: '1' }, 'A=1\n'],
  ['a value that changes', '# mine\nA=0\nB=2\n', { A: '1' }, '# mine\nA=1\nB=2\n'],
  ['a new variable', 'B=2\n', { A: '1' }, 'B=2\nA=1\n'],
  ['no line end at the end', 'B=2', { A: '1' }, 'B=2\nA=1\n'],
  ['nothing to change', 'A="1" # mine\n', { A: '1' }, 'A="1" # mine\n'],
  ['an export', '  export A=0\n', { A: '1' }, '  export A=1\n'],
  ['lines of Windows', 'A=0\r\nB=2\r\n', { A: '1' }, 'A=1\r\nB=2\r\n'],
  ['the same variable twice', 'A=0\nA=2\n', { A: '1' }, 'A=1\nA=1\n'],
  ['a commented-out line', '#A=0\n', { A: '1' }, '#A=0\nA=1\n'],
  ['a name that begins with another', 'AB=0\nA=0\n', { A: '1' }, 'AB=0\nA=1\n'],
])('it changes those lines and keeps the rest: %s', (_, text, values, expected) => {
  expect(editDotenv(text, values).text).toBe(expected);
});

test('it tells each line that changes', () => {
  expect(editDotenv('A=0\nB=2\nC=3\n', { A: '1', B: '2', D: '4' }).changes).toEqual([
    { before: 'A=0', after: 'A=1' },
    { before: undefined, after: 'D=4' },
  ]);
});

test('it refuses a text in which a value of several lines holds what looks like a line', () => {
  expect(() => editDotenv('X="\nA=0\n"\n', { A: '1' })).toThrow('its value of X has several lines');
});
