import { type ExportError, readExportError } from '../flow/export-error.ts';
import type { Component } from '../flow/flow.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { LogLine } from './alloy-log.ts';

/** What OTLP exporters and remote write log of an attempt that has failed. */
const FAILED = /^(?:Exporting failed|non-recoverable error|Failed to send batch)/;

/** Why an attempt has failed, and the URL of the endpoint that the log names beside that, which remote write does. */
export type SendError = ExportError & { readonly endpoint?: string };

/** What a component has logged of sending since a moment, oldest first. */
export function listSendErrors(
  alloyLog: readonly LogLine[],
  { id }: Pick<Component, 'id'>,
  since: Milliseconds,
): SendError[] {
  return alloyLog
    .filter(({ component, message, time = 0 }) => component === id && FAILED.test(message) && time >= since)
    .map(({ error, url }) => ({ ...readExportError(error), ...(url !== '' && { endpoint: url }) }));
}
