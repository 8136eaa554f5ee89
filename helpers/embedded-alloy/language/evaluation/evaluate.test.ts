import { expect, test } from 'vitest';
import { createStandardLibrary } from '../stdlib/stdlib.ts';
import { DiagnosticError, formatDiagnostic } from '../syntax/diagnostic.ts';
import { parse } from '../syntax/parse.ts';
import { createSourceFile } from '../syntax/source.ts';
import { evaluate, locateValueError, type Origins } from './evaluate.ts';
import { createSecret } from './secret.ts';
import { arrayValue, type Value } from './value.ts';
import { ValueError } from './value-error.ts';

const hidden: Value = { type: 'capsule', holds: 'secret', secret: createSecret('hunter2') };
const variables = new Map<string, Value>([
  ...createStandardLibrary({ NAME: 'alloy', EMPTY: '' }),
  ['hidden', hidden],
  ['list', arrayValue([])],
  ['target', { type: 'capsule', holds: 'target', labels: new Map([['__address__', 'a:1']]) }],
]);

function evaluated(expression: string): Value {
  const file = createSourceFile('case.alloy', `x = ${expression}\n`);
  const [statement] = parse(file).body;
  if (statement?.kind !== 'attribute') {
    throw new Error(`${expression} is not an expression`);
  }
  const origins: Origins = new Map();
  try {
    return evaluate({ file, lookup: (name) => variables.get(name) }, origins, statement.value);
  } catch (error) {
    throw error instanceof ValueError ? (locateValueError(file, origins, error) ?? error) : error;
  }
}

/** The value as plain JavaScript; integers as bigints. */
function plain(value: Value): unknown {
  switch (value.type) {
    case 'null':
      return null;
    case 'array':
      return value.items.map(plain);
    case 'object':
      return Object.fromEntries([...value.fields].map(([name, field]) => [name, plain(field)]));
    case 'capsule':
    case 'function':
      return value.type;
    default:
      return value.value;
  }
}

test.each<[string, unknown]>([
  ['(1 + 2) * 3 - 4 / 2 % 3 ^ 2', 7n],
  ['2 ^ 3 ^ 2', 512n],
  ['-2 ^ 2', 4n],
  ['7 / 2', 3n],
  ['7 / 2.0', 3.5],
  ['-7 % 3', -1n],
  ['9223372036854775807 + 1', -9223372036854775808n],
  ['010', 8n],
  ['08', 8],
  ['3 == 3.0', true],
  ['"3" == 3', false],
  ['1 < 2 && !(3 >= 4) || "a" == "b"', true],
  ['"a" + "b" < "b"', true],
  ['[1, [2]] == [1, [2.0]]', true],
  ['{a = 1} == {a = 1, b = 2}', false],
  ['{"k" = {"v" = "deep"}}["k"].v', 'deep'],
  ['{a = 1}["missing"]', null],
  ['["a:1", "b:2"][1.9]', 'b:2'],
  ['target.__address__', 'a:1'],
  ['"\\u00e9\\xc3\\xa9\\303\\251\\n"', 'ééé\n'],
  ['`raw\\n`', 'raw\\n'],
  ['sys.env("NAME")', 'alloy'],
  ['coalesce(sys.env("EMPTY"), "", 0, list, "60s")', '60s'],
  ['coalesce("", 0)', 0n],
  [
    'string.format("%s|%5d|%-4s|%05.1f|%q|%v|%t", "a", 7, "b", 3.14159, "c", [1, true], false)',
    'a|    7|b   |003.1|"c"|[1 true]|false',
  ],
  ['string.format("%d %s", "a")', '%!d(string=a) %!s(MISSING)'],
  ['string.format("x", 1, "y")', 'x%!(EXTRA int=1, string=y)'],
  ['string.join(["a", 5, "c"], "-")', 'a-5-c'],
  ['string.split("a,b,c", ",")', ['a', 'b', 'c']],
  ['string.replace("aXbX", "X", "$&")', 'a$&b$&'],
  ['string.trim("xxhixy", "xy")', 'hi'],
  ['string.trim_prefix("prefix", "pre") + string.trim_suffix("a.log", ".log")', 'fixa'],
  ['string.trim_space("\\t hi \\n")', 'hi'],
  ['string.to_upper("straße")', 'STRAßE'],
  ['array.concat([1], [], [2, 3])', [1n, 2n, 3n]],
  ['array.combine_maps([{a = "1", b = "x"}], [{a = "1", c = "y"}], ["a"])', [{ a: '1', b: 'x', c: 'y' }]],
  ['encoding.from_json("{\\"a\\": [1, null]}").a', [1, null]],
  ['encoding.from_base64(encoding.to_base64("héllo"))', 'héllo'],
  ['encoding.url_encode("a b&c") + encoding.url_decode("%C3%A9+")', 'a+b%26cé '],
  ['file.path_join("a/", "", "../b")', 'b'],
  ['constants.version', 'v1.18.0'],
  ['convert.nonsensitive(hidden)', 'hunter2'],
  ['convert.nonsensitive(hidden + "!")', 'hunter2!'],
  ['format("%s", env("NAME"))', 'alloy'],
])('%s', (expression, expected) => {
  expect(plain(evaluated(expression))).toEqual(expected);
});

// Recorded from `alloy run` 1.18.
test.each([
  ['5 + "a"', '1:9: "a" should be number, got string'],
  ['"a" - 1', '1:5: "a" should be one of [number] for binop -, got string'],
  ['1 / 0', '1:9: 0 divide by zero error'],
  ['[1, 2][3]', '1:12: 3 index 3 is out of range of array with length 2'],
  ['["a"].x', '1:5: ["a"] cannot access field "x" on value of type array'],
  ['{a = {b = 5}}.a.c', '1:21: field "c" does not exist'],
  ['string.to_lower("a", "b")', '1:5: string.to_lower expected 1 args, got 2'],
  ['string.join("a", "b")', '1:17: "a" should be array, got string'],
  ['string.join(["a", {}], ",")', '1:23: {} should be string, got object'],
  ['nope', '1:5: identifier "nope" does not exist'],
  ['"x"()', '1:5: "x" should be function, got string'],
  ['encoding.from_json("{")', '1:5: encoding.from_json unexpected end of JSON input'],
])('%s fails with %s', (expression, expected) => {
  let found = '';
  try {
    evaluated(expression);
  } catch (error) {
    found = error instanceof DiagnosticError ? error.diagnostics.map(formatDiagnostic).join() : String(error);
  }
  expect(found).toBe(`case.alloy:${expected}`);
});

test('a secret does not become a string, and no error shows it', () => {
  expect(() => evaluated('string.join([hidden], ",")')).toThrow('secrets may not be converted into strings');
  for (const expression of ['hidden.x', 'hidden[0]', 'hidden - 1', 'string.join([hidden], ",")', 'hidden()']) {
    expect(() => evaluated(expression)).toThrow(expect.not.stringContaining('hunter2'));
  }
  const shown = evaluated('string.format("%v %s", hidden, hidden)');
  expect(plain(shown)).not.toContain('hunter2');
  expect(JSON.stringify(evaluated('hidden'))).not.toContain('hunter2');
});
