import { expect, test } from 'vitest';
import { toLine, toLines, toPlain } from './plain-text.ts';

test.each([
  ['plain, with ✓ and é', 'plain, with ✓ and é'],
  ['  indented', '  indented'],
  ['a\r\nb\nc\rd\u2028e\u0085f\u0000g\th', 'a b c d e f g h'],
  ['\u001b[31mred\u001b[0m \u009b31mred \u001b]0;title\u0007x', 'red red x'],
  ['a\u202eb', 'a b'],
  ['x\n::warning file=a::pwn', 'x : :warning file=a::pwn'],
  ['  ::stop-commands::t', '  : :stop-commands::t'],
  ['x ##[error]y', 'x ## [error]y'],
  ['connect ECONNREFUSED ::1:5432, std::vec::Vec', 'connect ECONNREFUSED ::1:5432, std::vec::Vec'],
])('%j is one harmless line', (text, line) => {
  expect(toLine(text)).toBe(line);
});

test('line ends are kept where they are wanted, and nothing else', () => {
  expect(toLines('a\r\n::error::b\u001b[2J\rc')).toBe('a\n: :error::b\nc');
});

test('every text of a value is plain', () => {
  expect(toPlain({ a: ['\u001b[1mx'], n: 1, u: undefined })).toEqual({ a: ['x'], n: 1, u: undefined });
});
