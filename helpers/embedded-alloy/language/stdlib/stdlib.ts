import { hostname } from 'node:os';
import { posix } from 'node:path';
import { readSecret, readText } from '../evaluation/convert.ts';
import {
  type FunctionValue,
  nullValue,
  type ObjectValue,
  objectValue,
  stringValue,
  type Value,
} from '../evaluation/value.ts';
import { combineMaps, concat, groupBy } from './arrays.ts';
import { defineMissingFunction, encodingFunctions, fromBase64, fromJson } from './encoding.ts';
import { defineFunction, defineRawFunction, readArgument } from './function.ts';
import { stringFunctions } from './strings.ts';

/** The version of Alloy whose language and components this follows. */
export const alloyVersion = 'v1.18.0';

/** The variables of an environment, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Deprecated names: they still work, but `alloy validate` rejects them. */
export const deprecatedNames: ReadonlySet<string> = new Set([
  'env',
  'nonsensitive',
  'concat',
  'json_decode',
  'yaml_decode',
  'base64_decode',
  'format',
  'join',
  'replace',
  'split',
  'to_lower',
  'to_upper',
  'trim',
  'trim_prefix',
  'trim_suffix',
  'trim_space',
]);

const namespaces = ['constants', 'coalesce', 'json_path', 'sys', 'convert', 'array', 'encoding', 'string', 'file'];

/** Whether the standard library has an identifier with this name. */
export function isStandardName(name: string): boolean {
  return deprecatedNames.has(name) || namespaces.includes(name);
}

/** Functions that need `--stability.level=experimental`, with their namespace. */
export const experimentalNames: ReadonlySet<string> = new Set(['array.combine_maps', 'array.group_by']);

const coalesce = defineRawFunction(
  'coalesce',
  (args) => args.find((argument) => !isEmpty(argument)) ?? args.at(-1) ?? nullValue(),
);

const nonsensitive = defineFunction('nonsensitive', [readSecret], (hidden) => stringValue(hidden.reveal()));

/** The standard library of the language (Alloy reference, "Standard library"), reading variables from `environment`. */
export function createStandardLibrary(environment: Environment): ReadonlyMap<string, Value> {
  const env = defineFunction('env', [readText], (name) => stringValue(environment[name] ?? ''));
  const { format, join, replace, split, to_lower, to_upper, trim, trim_prefix, trim_suffix, trim_space } =
    stringFunctions;
  const functions = {
    coalesce,
    json_path: defineMissingFunction('json_path'),
    env,
    nonsensitive,
    concat,
    json_decode: fromJson,
    yaml_decode: defineMissingFunction('yaml_decode'),
    base64_decode: fromBase64,
    format,
    join,
    replace,
    split,
    to_lower,
    to_upper,
    trim,
    trim_prefix,
    trim_suffix,
    trim_space,
  };
  return new Map<string, Value>([
    ...Object.entries(functions).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    ['constants', createNamespace(createConstants())],
    ['sys', createNamespace({ env })],
    ['convert', createNamespace({ nonsensitive })],
    ['array', createNamespace({ concat, combine_maps: combineMaps, group_by: groupBy })],
    ['encoding', createNamespace(encodingFunctions)],
    ['string', createNamespace(stringFunctions)],
    ['file', createNamespace({ path_join: pathJoin })],
  ]);
}

const pathJoin: FunctionValue = defineRawFunction('path_join', (args) => {
  const parts = args.map((argument) => readArgument(argument, readText)).filter((part) => part !== '');
  return stringValue(parts.length === 0 ? '' : posix.join(...parts).replace(/(?<=.)\/$/, ''));
});

function createNamespace(members: Readonly<Record<string, Value>>): ObjectValue {
  return objectValue(new Map(Object.entries(members)));
}

/** The constants, with Go's names for operating systems and architectures. */
function createConstants(): Record<string, Value> {
  const systems: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };
  const processors: Readonly<Record<string, string>> = {
    x64: 'amd64',
    ia32: '386',
    mipsel: 'mipsle',
    ppc64: 'ppc64le',
  };
  return {
    hostname: stringValue(hostname()),
    os: stringValue(systems[process.platform] ?? process.platform),
    arch: stringValue(processors[process.arch] ?? process.arch),
    version: stringValue(alloyVersion),
  };
}

/** Whether `coalesce` skips a value: null, the zero value of a type, or an empty collection. */
function isEmpty(value: Value): boolean {
  switch (value.type) {
    case 'null':
      return true;
    case 'string':
      return value.value === '';
    case 'bool':
      return !value.value;
    case 'number':
      return Number(value.value) === 0;
    case 'array':
      return value.items.length === 0;
    case 'object':
      return value.fields.size === 0;
    case 'capsule':
      return (
        (value.holds === 'secret' && value.secret.reveal() === '') ||
        (value.holds === 'target' && value.labels.size === 0)
      );
    case 'function':
      return false;
  }
}
