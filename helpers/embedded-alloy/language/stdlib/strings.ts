import { list, string } from '../../schema/types.ts';
import { arrayValue, type FunctionValue, stringValue } from '../evaluation/value.ts';
import { ValueError } from '../evaluation/value-error.ts';
import { decodeArgument, rawFunction, typedFunction } from './function.ts';
import { sprintf } from './sprintf.ts';

const space = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const leadingSpace = new RegExp(`^[${space}]+`);
const trailingSpace = new RegExp(`[${space}]+$`);

/** The functions of the namespace `string`, by their names in it (Alloy reference, standard library, "string"). */
export const stringFunctions: Readonly<Record<string, FunctionValue>> = {
  format: rawFunction('format', (args, self) => {
    const [format, ...values] = args;
    if (format === undefined) {
      throw new ValueError(self, 'expected at least 1 args, got 0');
    }
    return stringValue(sprintf(decodeArgument(format, string), values));
  }),
  join: typedFunction('join', [list(string), string], (items, separator) => stringValue(items.join(separator))),
  replace: typedFunction('replace', [string, string, string], (text, old, replacement) =>
    stringValue(old === '' ? aroundEach(text, replacement) : text.replaceAll(old, () => replacement)),
  ),
  split: typedFunction('split', [string, string], (text, separator) =>
    arrayValue((separator === '' ? [...text] : text.split(separator)).map(stringValue)),
  ),
  to_lower: typedFunction('to_lower', [string], (text) =>
    stringValue(eachCharacter(text, (character) => character.toLowerCase())),
  ),
  to_upper: typedFunction('to_upper', [string], (text) =>
    stringValue(eachCharacter(text, (character) => character.toUpperCase())),
  ),
  trim: typedFunction('trim', [string, string], (text, cutset) => stringValue(trim(text, cutset))),
  trim_prefix: typedFunction('trim_prefix', [string, string], (text, prefix) =>
    stringValue(text.startsWith(prefix) ? text.slice(prefix.length) : text),
  ),
  trim_suffix: typedFunction('trim_suffix', [string, string], (text, suffix) =>
    stringValue(text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text),
  ),
  trim_space: typedFunction('trim_space', [string], (text) =>
    stringValue(text.replace(leadingSpace, '').replace(trailingSpace, '')),
  ),
};

/** Go puts the replacement of an empty string before each character and at the end. */
function aroundEach(text: string, replacement: string): string {
  return [...text].map((character) => replacement + character).join('') + replacement;
}

/** Go maps character to character; where the full mapping of Unicode gives several, the character stays. */
function eachCharacter(text: string, change: (character: string) => string): string {
  return [...text]
    .map((character) => {
      const changed = change(character);
      return [...changed].length === 1 ? changed : character;
    })
    .join('');
}

function trim(text: string, cutset: string): string {
  const cut = new Set(cutset);
  const characters = [...text];
  const first = characters.findIndex((character) => !cut.has(character));
  const last = characters.findLastIndex((character) => !cut.has(character));
  return first < 0 ? '' : characters.slice(first, last + 1).join('');
}
