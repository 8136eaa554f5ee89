import { relative } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { findSetting, readText, type Setting } from '../clients/alloy-graph.ts';
import type { Place } from '../findings/place.ts';
import { CONFIGURATION_VARIABLES } from '../settings/alloy-environment.ts';
import { findStrayCharacters } from '../settings/token.ts';
import {
  findAttribute,
  findBlock,
  listReferences,
  listVariables,
  type WrittenAttribute,
} from './configuration-text.ts';
import type { Component, Flow } from './flow.ts';

/** Where a component stands in the configuration, or a setting of it: `client`, `endpoint`. */
export function locate({ file }: Pick<Flow, 'file'>, component: Component, ...path: readonly string[]): Place {
  const { id, written, settings } = component;
  const attribute = findAttribute(written, ...path);
  const line = attribute?.line ?? (path.length > 0 ? findBlock(written, ...path) : undefined)?.line ?? written?.line;
  const value = path.length === 0 ? undefined : readText(settings, ...path);
  const flaw = value === undefined || DURATION.test(value) ? undefined : findStrayCharacters(value);
  const isSecret = hasSecret(path.length === 0 ? undefined : findSetting(settings, ...path)?.value);
  return {
    component: id,
    ...(path.length > 0 && { setting: path.at(-1) ?? '' }),
    ...(line !== undefined && { file: shorten(file), line }),
    ...(attribute !== undefined && {
      expression: isSecret ? attribute.expression.replaceAll(LITERAL, '"(secret)"') : attribute.expression,
      variables: listVariables(attribute),
      references: listReferences(attribute),
    }),
    ...(value !== undefined && { value }),
    ...(flaw !== undefined && { flaw }),
    ...findMisspelt(attribute, value),
  };
}

/** As Alloy writes it, with the micro sign. */
const DURATION = /^(?:[\d.]+(?:ns|µs|ms|s|m|h))+$/;

/** Whether a value is a secret, or a list of them. */
function hasSecret(value: Setting['value']): boolean {
  return JSON.stringify(value ?? '').includes('"capsule"');
}

/** A text in an expression, unless it is the name of a variable. */
const LITERAL = /(?<!\benv\(\s*)(?:"(?:[^"\\]|\\.)*"|`[^`]*`)/g;

/** How many letters a name may differ from one that is meant. */
const MAX_DISTANCE = 3;

/** A variable that is read by a name which the configuration has no use for, and the one that is meant. One that is set is none. */
export function findMisspelt(attribute: WrittenAttribute | undefined, value?: string): Pick<Place, 'misspelt'> {
  if (attribute === undefined || isRead(attribute, value)) return {};
  for (const name of listVariables(attribute)) {
    if (CONFIGURATION_VARIABLES.includes(name)) continue;
    const meant = CONFIGURATION_VARIABLES.find((known) => distance(known, name) <= MAX_DISTANCE);
    if (meant !== undefined) return { misspelt: { name, meant } };
  }
  return {};
}

/** Whether a value comes from the variable, and is no default that stands beside it. */
function isRead({ expression }: WrittenAttribute, value = ''): boolean {
  return value !== '' && !expression.includes(JSON.stringify(value));
}

/** A path as a person would type it here. */
export function shorten(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}
