import { type ExportError, readExportError } from '../flow/export-error.ts';
import type { Component } from '../flow/flow.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { LogLine } from './alloy-log.ts';

/** What OTLP exporters and remote write log of an attempt that has failed. */
const FAILED = /^(?:Exporting failed|non-recoverable error|Failed to send batch)/;

/** What a component has logged of sending since a moment, oldest first. */
export function listSendErrors(
  alloyLog: readonly LogLine[],
  { id }: Pick<Component, 'id'>,
  since: Milliseconds,
): ExportError[] {
  return alloyLog
    .filter(({ component, message, time = 0 }) => component === id && FAILED.test(message) && time >= since)
    .map(({ error }) => readExportError(error));
}
