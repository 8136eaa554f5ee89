import { relative } from 'node:path';
import { readText } from '../clients/alloy-graph.ts';
import type { Place } from '../findings/place.ts';
import { findAttribute, listReferences, listVariables } from './configuration-text.ts';
import type { Component, Flow } from './flow.ts';

/** Where a component stands in the configuration, or a setting of it: `client`, `endpoint`. */
export function locate({ file }: Pick<Flow, 'file'>, component: Component, ...path: readonly string[]): Place {
  const { id, written, settings } = component;
  const attribute = findAttribute(written, ...path);
  const line = attribute?.line ?? written?.line;
  const value = path.length === 0 ? undefined : readText(settings, ...path);
  return {
    component: id,
    ...(path.length > 0 && { setting: path.at(-1) ?? '' }),
    ...(line !== undefined && { file: shorten(file), line }),
    ...(attribute !== undefined && {
      expression: attribute.expression,
      variables: listVariables(attribute),
      references: listReferences(attribute),
    }),
    ...(value !== undefined && { value }),
  };
}

/** A path as a person would type it here. */
function shorten(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}
