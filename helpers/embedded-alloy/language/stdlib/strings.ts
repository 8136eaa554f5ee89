import { readList, readText } from '../evaluation/convert.ts';
import { arrayValue, type FunctionValue, stringValue, type Value } from '../evaluation/value.ts';
import { ValueError } from '../evaluation/value-error.ts';
import { defineFunction, defineRawFunction, readArgument } from './function.ts';
import { sprintf } from './sprintf.ts';

const space = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const leadingSpace = new RegExp(`^[${space}]+`);
const trailingSpace = new RegExp(`[${space}]+$`);

const readTexts = (value: Value): readonly string[] => readList(value, readText);

/** The functions of the namespace `string`, by name (Alloy reference, standard library, "string"). */
export const stringFunctions: Readonly<Record<string, FunctionValue>> = {
  format: defineRawFunction('format', (args, self) => {
    const [format, ...values] = args;
    if (format === undefined) {
      throw new ValueError(self, 'expected at least 1 args, got 0');
    }
    return stringValue(sprintf(readArgument(format, readText), values));
  }),
  join: defineFunction('join', [readTexts, readText], (items, separator) => stringValue(items.join(separator))),
  replace: defineFunction('replace', [readText, readText, readText], (text, old, replacement) =>
    stringValue(old === '' ? insertAround(text, replacement) : text.replaceAll(old, () => replacement)),
  ),
  split: defineFunction('split', [readText, readText], (text, separator) =>
    arrayValue((separator === '' ? [...text] : text.split(separator)).map(stringValue)),
  ),
  to_lower: defineFunction('to_lower', [readText], (text) =>
    stringValue(mapCharacters(text, (character) => character.toLowerCase())),
  ),
  to_upper: defineFunction('to_upper', [readText], (text) =>
    stringValue(mapCharacters(text, (character) => character.toUpperCase())),
  ),
  trim: defineFunction('trim', [readText, readText], (text, cutset) => stringValue(trim(text, cutset))),
  trim_prefix: defineFunction('trim_prefix', [readText, readText], (text, prefix) =>
    stringValue(text.startsWith(prefix) ? text.slice(prefix.length) : text),
  ),
  trim_suffix: defineFunction('trim_suffix', [readText, readText], (text, suffix) =>
    stringValue(text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text),
  ),
  trim_space: defineFunction('trim_space', [readText], (text) =>
    stringValue(text.replace(leadingSpace, '').replace(trailingSpace, '')),
  ),
};

/** Go inserts the replacement of an empty string before each character and at the end. */
function insertAround(text: string, replacement: string): string {
  return [...text].map((character) => replacement + character).join('') + replacement;
}

/** Go maps one character to one: a character whose mapping has several stays as it is. */
function mapCharacters(text: string, change: (character: string) => string): string {
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
