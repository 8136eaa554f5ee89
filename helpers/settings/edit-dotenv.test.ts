import { expect, test } from 'vitest';
import { editDotenv } from './edit-dotenv.ts';

test.each([
  ['a new file', '', { A: '1' }, 'A=1\n'],
  ['a value that changes', '# mine\nA=0\nB=2\n', { A: '1' }, '# mine\nA=1\nB=2\n'],
  ['a new variable', 'B=2\n', { A: '1' }, 'B=2\nA=1\n'],
  ['no line end at the end', 'B=2', { A: '1' }, 'B=2\nA=1\n'],
  ['nothing to change', 'A="1" # mine\n', { A: '1' }, 'A="1" # mine\n'],
  ['a comment behind the value', 'A=0 # mine\nB=2\n', { A: '1' }, 'A=1 # mine\nB=2\n'],
  ['one behind a quoted value with a #', 'A="0 # a"\t # mine\r\n', { A: '1' }, 'A=1\t # mine\r\n'],
  ['one where no value stands', 'A= # mine', { A: '1' }, 'A=1 # mine'],
  ['one with quotes in it', "A=0 # it's mine, isn't it\n", { A: '1' }, "A=1 # it's mine, isn't it\n"],
  ['a # that docker compose takes as part of the value', 'A=0#mine\n', { A: '1' }, 'A=1\n'],
  ['an export', '  export A=0\n', { A: '1' }, '  export A=1\n'],
  ['lines of Windows', 'A=0\r\nB=2\r\n', { A: '1' }, 'A=1\r\nB=2\r\n'],
  ['lines of both kinds', 'A=0\nB=2\r\nC=3\n', { A: '1', D: '4' }, 'A=1\nB=2\r\nC=3\nD=4\n'],
  ['a byte order mark before it', '\uFEFFA=0\n', { A: '1' }, '\uFEFFA=1\n'],
  ['a byte order mark alone', '\uFEFF', { A: '1' }, '\uFEFFA=1\n'],
  ['the same variable twice', 'A=0\nA=2\n', { A: '1' }, 'A=1\nA=1\n'],
  ['a commented-out line', '#A=0\n', { A: '1' }, '#A=0\nA=1\n'],
  ['a name that begins with another', 'AB=0\nA=0\n', { A: '1' }, 'AB=0\nA=1\n'],
])('it changes those lines and keeps the rest: %s', (_, text, values, expected) => {
  expect(editDotenv(Buffer.from(text), values).file.toString()).toBe(expected);
});

test('it tells each line that changes', () => {
  expect(editDotenv(Buffer.from('A=0\nB=2\nC=3\n'), { A: '1', B: '2', D: '4' }).changes).toEqual([
    { name: 'A', before: '0', after: 'A=1' },
    { name: 'D', before: undefined, after: 'D=4' },
  ]);
});

test('it keeps bytes that are not UTF-8', () => {
  const file = Buffer.from('# \u00fc\nB=\u00e4\nA=0\n', 'latin1');
  expect(editDotenv(file, { A: '1' }).file).toEqual(Buffer.from('# \u00fc\nB=\u00e4\nA=1\n', 'latin1'));
});

test('it refuses a text in which a value of several lines holds what looks like a line', () => {
  expect(() => editDotenv(Buffer.from('X="\nA=0\n"\n'), { A: '1' })).toThrow('its value of X has several lines');
});
