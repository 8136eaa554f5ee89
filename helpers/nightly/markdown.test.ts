import { expect, test } from 'vitest';
import { escapeMarkdown, formatBlock, formatTable } from './markdown.ts';

test('a text formats nothing, mentions nobody and refers to no issue', () => {
  expect(escapeMarkdown('a | b <img> [x](y) `c` *d* @someone fixes #12')).toBe(
    'a \\| b \\<img\\> \\[x\\](y) \\`c\\` \\*d\\* @&#8203;someone fixes #&#8203;12',
  );
});

test('a text stays in its line and within a limit', () => {
  expect(escapeMarkdown('one\ntwo\r\nthree\n')).toBe('one<br>two<br>three');
  expect(escapeMarkdown('x'.repeat(5000))).toBe(`${'x'.repeat(2000)} …`);
});

test('a fence in a text does not end its block', () => {
  expect(formatBlock('a\n````\nb')).toBe('`````text\na\n````\nb\n`````');
});

test('a table has a line for its header, one for the rule and one for each row', () => {
  expect(formatTable(['A', 'B'], [['1', '2']])).toBe('| A | B |\n| --- | --- |\n| 1 | 2 |');
});
