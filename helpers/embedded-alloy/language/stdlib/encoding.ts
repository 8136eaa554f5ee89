import { describeError } from '../describe-error.ts';
import { readText } from '../evaluation/convert.ts';
import {
  arrayValue,
  boolValue,
  type FunctionValue,
  floatValue,
  nullValue,
  objectValue,
  stringValue,
  type Value,
} from '../evaluation/value.ts';
import { ValueError } from '../evaluation/value-error.ts';
import { quote } from '../syntax/quote.ts';
import { defineFunction, defineRawFunction, reportAt } from './function.ts';

/** `encoding.from_json`: every number becomes a float, as in Alloy. */
export const fromJson: FunctionValue = defineFunction('from_json', [readText], (text) => readJson(parseJson(text)));

/** `encoding.from_base64`: the decoded bytes as text. */
export const fromBase64: FunctionValue = defineFunction('from_base64', [readText], (text) =>
  stringValue(decodeBase64(text, /^[A-Za-z0-9+/]*={0,2}$/, 'base64')),
);

/** The functions of the namespace `encoding`, by name (Alloy reference, standard library, "encoding"). */
export const encodingFunctions: Readonly<Record<string, FunctionValue>> = {
  from_json: fromJson,
  from_base64: fromBase64,
  from_URLbase64: defineFunction('from_URLbase64', [readText], (text) =>
    stringValue(decodeBase64(text, /^[A-Za-z0-9_-]*={0,2}$/, 'base64url')),
  ),
  from_yaml: defineMissingFunction('encoding.from_yaml'),
  to_json: defineRawFunction('to_json', (args, self) => {
    const [value] = args;
    if (value === undefined || args.length !== 1) {
      throw new ValueError(self, `expected 1 args, got ${args.length}`);
    }
    if (value.type !== 'object') {
      throw new ValueError(self, 'jsonEncode only supports map');
    }
    return reportAt(self, () => stringValue(escapeHtml(JSON.stringify(toJson(value)))));
  }),
  to_base64: defineFunction('to_base64', [readText], (text) => stringValue(Buffer.from(text).toString('base64'))),
  to_URLbase64: defineFunction('to_URLbase64', [readText], (text) =>
    stringValue(Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')),
  ),
  url_encode: defineFunction('url_encode', [readText], (text) => stringValue(encodeUrl(text))),
  url_decode: defineFunction('url_decode', [readText], (text) => stringValue(decodeUrl(text))),
};

/** A function that only a real Alloy has. Calling it fails. */
export function defineMissingFunction(name: string): FunctionValue {
  return defineRawFunction(name, (_args, self) => {
    throw new ValueError(self, 'is not implemented by the embedded Alloy; a real Alloy (ALLOY_BIN) has it');
  });
}

function decodeBase64(text: string, alphabet: RegExp, encoding: 'base64' | 'base64url'): string {
  const compact = text.replace(/[\r\n]/g, '');
  if (!alphabet.test(compact) || compact.length % 4 !== 0) {
    const valid = /^[A-Za-z0-9+/_-]*/.exec(compact)?.[0].length ?? 0;
    throw new Error(`illegal base64 data at input byte ${valid}`);
  }
  return Buffer.from(compact, encoding).toString('utf8');
}

/** Parses JSON. @throws Error with the message of Go's encoding/json */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = describeError(error);
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    const character = text.slice(position).match(/^./su)?.[0];
    throw new Error(
      character === undefined || message.includes('end of JSON')
        ? 'unexpected end of JSON input'
        : `invalid character ${quote(character).replace(/^"|"$/g, "'")} at offset ${position} of JSON`,
    );
  }
}

function readJson(json: unknown): Value {
  if (json === null) {
    return nullValue();
  }
  if (Array.isArray(json)) {
    return arrayValue(json.map(readJson));
  }
  switch (typeof json) {
    case 'string':
      return stringValue(json);
    case 'number':
      return floatValue(json);
    case 'boolean':
      return boolValue(json);
    default:
      return objectValue(new Map(Object.entries(Object(json)).map(([name, field]) => [name, readJson(field)])));
  }
}

function toJson(value: Value): unknown {
  switch (value.type) {
    case 'null':
      return null;
    case 'number':
      return value.kind === 'float' ? value.value : Number(value.value);
    case 'string':
    case 'bool':
      return value.value;
    case 'array':
      return value.items.map(toJson);
    case 'object':
      return Object.fromEntries(
        [...value.fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, toJson(field)]),
      );
    case 'capsule':
      if (value.holds === 'target') {
        return Object.fromEntries(value.labels);
      }
      throw new Error('a capsule has no JSON form');
    case 'function':
      throw new Error('json: unsupported type: func');
  }
}

/** Escapes the characters that Go's encoder escapes to make JSON safe in HTML. */
function escapeHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function encodeUrl(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function decodeUrl(text: string): string {
  const invalid = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (invalid !== null) {
    throw new Error(`invalid URL escape ${JSON.stringify(invalid[0])}`);
  }
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})|[^%]+/g, (found, code: string | undefined) =>
      code === undefined ? Buffer.from(found).toString('latin1') : String.fromCharCode(Number.parseInt(code, 16)),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
