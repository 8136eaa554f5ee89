import { expect, test } from 'vitest';
import { DiagnosticError, formatDiagnostic, formatReport } from './diagnostic.ts';
import { parse } from './parse.ts';
import { createSourceFile } from './source.ts';

function findProblems(text: string | Uint8Array): DiagnosticError {
  try {
    parse(createSourceFile('case.alloy', text));
  } catch (error) {
    if (error instanceof DiagnosticError) {
      return error;
    }
    throw error;
  }
  throw new Error(`no error in ${text}`);
}

const listProblems = (text: string | Uint8Array): string[] =>
  findProblems(text).diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).replace('case.alloy:', ''));

// Recorded from Alloy 1.18.
test.each([
  ['a = {]}\n', ['1:6: expected }, got ]']],
  ['a = 1e\n', ['1:5: exponent has no digits']],
  ['a = "\\x4"\n', [`1:7: illegal character U+0022 '"' in escape sequence`]],
  ['a = "\\400"\n', ['1:7: escape sequence is invalid Unicode code point']],
  ['a = 1 | 2\n', ['1:8: missing second | in ||']],
  ['a = b "c" { }\n', ['1:5: cannot use a block as an expression']],
  ['a.b = 1\n', ['1:1: attribute names may only consist of a single identifier with no "."']],
  ['a "x" = 1\n', ['1:3: attribute names may not have labels']],
  ['a "null" { }\n', ['1:3: expected block label to be a valid identifier, but got "null"']],
  ['a = 1.b\n', ['1:7: expected TERMINATOR, got IDENT']],
  ['/* never\nends\n', ['1:1: block comment not terminated']],
])('%j fails with the errors of Alloy', (text, expected) => {
  expect(listProblems(text)).toEqual(expected);
});

test('an unterminated label loses its last byte, even in the middle of a character', () => {
  expect(listProblems('a "é✓\n')).toEqual([
    '1:3: string literal not terminated',
    '1:3: expected block label to be a valid identifier, but got "é\\xe2\\x9c"',
  ]);
});

test('columns count bytes, and invalid UTF-8 is reported at its position', () => {
  const text = Buffer.concat([Buffer.from('a = "é" + '), Buffer.from([0xff]), Buffer.from('\n')]);
  expect(listProblems(text)[0]).toBe('1:12: illegal UTF-8 encoding');
});

test('all lexical errors of a line are reported, and the first of the others', () => {
  expect(listProblems('a = # # #\n')).toEqual([
    "1:5: illegal character U+0023 '#'",
    '1:5: expected expression, got ILLEGAL',
    "1:7: illegal character U+0023 '#'",
    "1:9: illegal character U+0023 '#'",
  ]);
});

test('an excerpt of several lines has a frame, and tabs become four spaces', () => {
  expect(formatReport(findProblems('\tx = b "l" {\n\t}\n').diagnostics)).toBe(
    [
      'Error: case.alloy:1:6: cannot use a block as an expression',
      '',
      '1 |       x = b "l" {',
      '  |  _________^^^^^^^',
      '2 | |     }',
      '  | |_____^',
      '3 |   ',
      '',
    ].join('\n'),
  );
});
