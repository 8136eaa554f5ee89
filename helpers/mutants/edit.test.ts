import { expect, test } from 'vitest';
import { applyEdits, cut, EditRefused, swap } from './edit.ts';

const text = 'a = 1\nb = 2\na = 3\n';

test('an edit replaces what occurs as often as it says', () => {
  expect(applyEdits(text, [swap('b = 2', 'b = $&'), cut('a = ', 2)])).toBe('1\nb = $&\n3\n');
  expect(applyEdits(text, [])).toBe(text);
});

test('an edit that applies nowhere, or more often than it says, is refused and names its text', () => {
  for (const edit of [swap('c', ''), swap('a = ', 'x'), swap('b', 'x', 2), swap('', 'x')]) {
    expect(() => applyEdits(text, [edit])).toThrow(EditRefused);
  }
  expect(() => applyEdits(text, [swap('a = ', 'x')])).toThrow('expected 1 × "a = " in the file, and found it 2 ×');
});

test('an edit sees what those before it have made of the text', () => {
  expect(applyEdits(text, [swap('b = 2', 'c = 2'), swap('c = 2', 'd = 4')])).toBe('a = 1\nd = 4\na = 3\n');
});
