/** What keeps telemetry from arriving, and changes only if somebody changes something. */
import { findTexts, readText, type ScrapeTarget } from '../clients/alloy-graph.ts';
import type { Subject } from '../findings/evidence.ts';
import type { ExportError } from '../flow/export-error.ts';
import { type Component, readFlow } from '../flow/flow.ts';
import { listHolds } from '../flow/hold.ts';
import { findMovedPath } from '../flow/otlp-route.ts';
import { findScrapeFault, isLasting, readScrapeFault } from '../flow/scrape-fault.ts';
import { findOtherMark } from '../flow/series-mark.ts';
import { findStop, isForGood } from '../flow/stops.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { parseDuration } from '../settings/duration.ts';
import { readAlloyLog } from './alloy-log.ts';
import { findConnectProblem, findInvalidTarget } from './connect-fault.ts';
import { listSendErrors } from './send-errors.ts';
import { readExporter } from './symptoms.ts';

/**
 * `for good`: nothing can pass, as the configuration is. `again`: all attempts have failed in the same way. Otherwise it fails now:
 * the same text at two looks is the same fault.
 */
export type Standstill = { readonly kind: 'for good' | 'again' | 'now'; readonly fault: string };

/**
 * Looks for what stands still on the way of what a question is about, since a moment of this machine's clock; what is kept back for
 * longer than `deadline` does as well.
 */
export async function findStandstill(
  run: Run,
  subject: Subject,
  { since, deadline }: { readonly since: Milliseconds; readonly deadline: Milliseconds },
): Promise<Standstill | undefined> {
  const flow = await readFlow(run);
  const stop = flow && findStop(flow, subject);
  if (flow === undefined || stop === undefined) return undefined;
  if (isForGood(flow, stop)) return { kind: 'for good', fault: stop.at };
  if (stop.of === 'signal' && findMovedPath(flow, stop.route, stop.signal) !== undefined) {
    return { kind: 'for good', fault: 'receiver at another path' };
  }
  if (findOtherMark(stop, run.seriesMark) !== undefined) return { kind: 'for good', fault: 'other mark' };
  if (listHolds(stop).some(({ duration }) => duration > deadline)) return { kind: 'for good', fault: stop.at };
  const alloyLog = await readAlloyLog(run);
  if (stop.at === 'export waits' || stop.at === 'write waits') {
    const errors = listSendErrors(alloyLog, stop.component, run.startedAt);
    // No answer within a time that the configuration sets stays away as well.
    const hasTimeout = findTexts(stop.component.settings, 'timeout', 'remote_timeout').length > 0;
    const isSame = ({ reason }: ExportError) =>
      isLasting(reason) || (hasTimeout && readScrapeFault(reason) === 'timeout');
    if (stop.sent > 0 || errors.length === 0 || !errors.every(isSame)) return undefined;
    return { kind: errors.length > 1 ? 'again' : 'now', fault: stop.component.id };
  }
  if (stop.of !== 'samples') return undefined;
  const invalid = findInvalidTarget(alloyLog, stop.route.scrapes);
  if (invalid !== undefined) return { kind: 'for good', fault: invalid.error };
  if (stop.at === 'scrape failed') {
    const { component, target } = stop;
    const fault = findScrapeFault(flow, component, target);
    if (isLasting(target.error, fault) || isCutShort(component, target, run)) {
      return { kind: 'now', fault: `${component.id} ${fault}` };
    }
  }
  const source = subject.kind === 'scraped metric' || subject.kind === 'series' ? subject.source : undefined;
  if (source === undefined || !['scrape failed', 'beyond Alloy'].includes(stop.at)) return undefined;
  const { up, error } = await readExporter(run, stop.labels);
  const found = findConnectProblem({ flow, stop, source, alloyLog, since, exporterUp: up, exporterError: error });
  if (found === undefined || found.reason === '' || found.fault === 'timeout') return undefined;
  return { kind: 'now', fault: `${found.exporter.id} ${found.reason}` };
}

/** Whether a scrape is given up after less time than the run has meant it to have. */
function isCutShort({ settings }: Component, { error }: ScrapeTarget, { intervals }: Run): boolean {
  const timeout = parseDuration(readText(settings, 'scrape_timeout') ?? '');
  return readScrapeFault(error) === 'timeout' && timeout !== undefined && timeout < intervals.scrapeTimeout;
}
