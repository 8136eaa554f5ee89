import type { Place } from '../../findings/place.ts';
import {
  listReferences,
  listVariables,
  nameWritten,
  type WrittenAttribute,
  type WrittenBlock,
} from '../../flow/configuration-text.ts';
import { findMisspelt, shorten } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * Alloy has ended because it can't evaluate its configuration.
 *
 * `Alloy did not start: grafana-alloy/config.alloy:45:1: … at least one endpoint must be specified; endpoint is sys.env("X") …`
 */
export const configurationError = createRule('configuration error', ({ alloyAnswers, alloyLog, written = [], run }) => {
  if (alloyAnswers) return undefined;
  const [, file, line, column, message] =
    alloyLog.map((entry) => /^(.+?):(\d+):(\d+): (.+)/.exec(entry.message)).find((match) => match !== null) ?? [];
  if (file === undefined || message === undefined) return undefined;
  const place = findPlace(written, file, Number(line), message, run.variables);
  const meant = findMeant(message);
  return {
    file,
    line: Number(line),
    column: Number(column),
    message,
    ...(place && { place }),
    ...(meant && { meant }),
  };
});

/** What the components of each family export, by the beginnings of their names. */
const EXPORTS: readonly (readonly [family: string, name: string])[] = [
  ['otelcol.auth.', 'handler'],
  ['otelcol.receiver.', ''],
  ['otelcol.', 'input'],
  ['prometheus.exporter.', 'targets'],
  ['prometheus.', 'receiver'],
  ['loki.', 'receiver'],
  ['discovery.relabel.', 'output'],
  ['discovery.', 'targets'],
];

/** What was meant by a component that is named where something that it exports has to be. */
function findMeant(message: string): string | undefined {
  const [, component] = /^([a-z_][\w.]*) should be \w+, got object$/.exec(message) ?? [];
  const [, name = ''] = EXPORTS.find(([family]) => component?.startsWith(family)) ?? [];
  return component === undefined || name === '' ? undefined : `${component}.${name}`;
}

/** A component refuses what its arguments have been evaluated to. */
const REFUSED = /^Failed to build component: building component: /;

/**
 * The attribute at this line; or, where a whole block is wrong, the one whose text the error has, or that it names first, one that
 * reads a misspelt variable, or, where the component refuses what it got, the only one that reads a variable which may be wrong.
 */
function findPlace(
  blocks: readonly WrittenBlock[],
  file: string,
  line: number,
  message: string,
  variables: Variables,
): Place | undefined {
  const block = blocks.findLast((one) => one.line <= line);
  if (block === undefined) return undefined;
  const attributes = listAttributes(block);
  const position = ({ name }: WrittenAttribute) => message.search(new RegExp(`\\b${name}\\b`));
  const [named] = attributes.filter((one) => position(one) >= 0).sort((a, b) => position(a) - position(b));
  const attribute =
    attributes.find((one) => one.line === line) ??
    attributes.find((one) => isQuoted(one, message)) ??
    named ??
    attributes.find((one) => findMisspelt(one).misspelt !== undefined) ??
    (REFUSED.test(message) ? findOnly(attributes, (one) => mayBeWrong(one, message, variables)) : undefined);
  if (attribute === undefined) return undefined;
  return {
    component: nameWritten(block),
    setting: attribute.name,
    file: shorten(file),
    line: attribute.line,
    variables: listVariables(attribute),
    references: listReferences(attribute),
    ...findMisspelt(attribute),
  };
}

type Variables = Readonly<Record<string, string>>;

/** Whether it reads a variable whose value is not known, is empty, or is in the error. */
function mayBeWrong(attribute: WrittenAttribute, message: string, variables: Variables): boolean {
  return listVariables(attribute).some((name) => {
    const value = variables[name]?.trim() ?? '';
    return value === '' || message.includes(value);
  });
}

/** Whether an error has a text that is written there, such as the path of a file. */
function isQuoted({ expression }: WrittenAttribute, message: string): boolean {
  const [, text = ''] = /^"([^"\\]+)"$/.exec(expression) ?? [];
  return text.length >= MIN_QUOTED && message.split(/[\s"'`,;()]+|:(?:\s|$)/).includes(text);
}

/** Shorter texts may be in an error by chance. */
const MIN_QUOTED = 4;

function findOnly<T>(items: readonly T[], isWanted: (item: T) => boolean): T | undefined {
  const [first, ...others] = items.filter(isWanted);
  return others.length === 0 ? first : undefined;
}

function listAttributes({ attributes, blocks }: WrittenBlock): WrittenAttribute[] {
  return [...attributes, ...blocks.flatMap(listAttributes)];
}
