import { expect, test } from 'vitest';
import { parse } from './parse.ts';
import { format } from './print.ts';
import { createSourceFile } from './source.ts';

function formatted(text: string): string {
  const file = createSourceFile('case.alloy', text);
  return format(file, parse(file));
}

// Recorded from `alloy fmt` 1.18.
test.each([
  ['a {\n x = 1 /* one */\n long_name = 2 // two\n}\n', 'a {\n\tx         = 1 /* one */\n\tlong_name = 2 // two\n}\n'],
  ['a {\n// only a comment\n}\n', 'a {\n\t// only a comment\n}\n'],
  ['a { /* in */ }\n', 'a { /* in */ }\n'],
  ['x = [\n1, // one\n2,\n// last\n]\n', 'x = [\n\t1, // one\n\t2,\n\t// last\n]\n'],
  ['x = f(\n1, 2,\n3)\n', 'x = f(\n\t1, 2,\n\t3)\n'],
  ['x = {\na = [\n1],\nbb = 2,\nccc = 3,\n}\n', 'x = {\n\ta = [\n\t\t1],\n\tbb  = 2,\n\tccc = 3,\n}\n'],
  ['// tr  \nx = 1   \n', '// tr  \nx = 1\n'],
  ['x = {"" = 1, "a\\"b" = 2}\n', 'x = {"" = 1, "a\\\\\\"b" = 2}\n'],
  ['a {\n\n\n x = 1\n\n\n\n y = 2\n}\nb { }\n// end\n\n\n', 'a {\n\tx = 1\n\n\ty = 2\n}\n\nb { }\n// end\n'],
  ['x = [ // c\n 1]\n', 'x = [ // c\n\t1]\n'],
  ['a.b.c "l" {\r\n x = 1\r\n}\r\n', 'a.b.c "l" {\n\tx = 1\n}\n'],
  ['x = /* a */ 1 /* b */ + /* c */ 2\n', 'x = /* a */ 1 /* b */ + /* c */ 2\n'],
  // Alloy's printer treats tabs in raw strings as columns too, and trims spaces at the end of their lines.
  ['x = `a\tb  \n c`\ny = 1\n', 'x = `a b\n c`\ny = 1\n'],
])('%j is formatted as by alloy fmt', (text, expected) => {
  expect(formatted(text)).toBe(expected);
});

test('formatting a formatted file changes nothing', () => {
  const once = formatted('a "b" {\nx=[{k="v",\nlonger=1}] // c\n}\nc { d { } }\n');
  expect(formatted(once)).toBe(once);
});
