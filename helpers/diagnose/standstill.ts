/** What keeps telemetry from arriving, and changes only if somebody changes something. */
import { findTexts, readText, type ScrapeTarget } from '../clients/alloy-graph.ts';
import type { Condition, Subject } from '../findings/evidence.ts';
import type { ExportError } from '../flow/export-error.ts';
import { type Component, type Flow, readFlow } from '../flow/flow.ts';
import { listHolds } from '../flow/hold.ts';
import { findMovedPath } from '../flow/otlp-route.ts';
import { isOnPage } from '../flow/samples-stop.ts';
import { findScrapeFault, isLasting, readScrapeFault } from '../flow/scrape-fault.ts';
import { findOtherMark } from '../flow/series-mark.ts';
import { findStop, isAskedOnPage, isForGood, type Stop } from '../flow/stops.ts';
import { findExporterMixUp } from '../flow/targets.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { parseDuration } from '../settings/duration.ts';
import { VISIBILITY } from './absence.ts';
import { type LogLine, readAlloyLog } from './alloy-log.ts';
import { findConnectProblem, findInvalidTarget } from './connect-fault.ts';
import { findRenamed, isRestricted } from './rules/not-exported.ts';
import { findWriteBehind } from './rules/write-behind.ts';
import { readScrapedPage } from './scraped-page.ts';
import { listSendErrors } from './send-errors.ts';
import { findServiceStandstill } from './service-standstill.ts';
import { findStray } from './stray-series.ts';
import { readExporter } from './symptoms.ts';

/**
 * `for good`: nothing can pass, as the configuration is. `again`: all attempts have failed in the same way, or for long. `waiting`: what
 * has failed is tried again. `now`: it fails now, and the same text at two looks is the same fault. `seen`: what has arrived is not what
 * was asked for, which may merely be late.
 */
export type Standstill = { readonly kind: 'for good' | 'again' | 'waiting' | 'now' | 'seen'; readonly fault: string };

/**
 * Looks for what stands still on the way of what a question is about, since a moment of this machine's clock; what is kept back for
 * longer than `deadline` does as well.
 */
export async function findStandstill(
  run: Run,
  subject: Subject,
  { since, deadline, condition }: { since: Milliseconds; deadline: Milliseconds; condition?: Condition | undefined },
): Promise<Standstill | undefined> {
  const ofService = await findServiceStandstill(run, subject, condition);
  if (ofService !== undefined) return ofService;
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
  const waiting = findWaiting(run, stop);
  if (stop.at === 'export waits' || stop.at === 'write waits') {
    const errors = listSendErrors(alloyLog, stop.component, run.startedAt);
    // No answer within a time that the configuration sets stays away as well.
    const hasTimeout = findTexts(stop.component.settings, 'timeout', 'remote_timeout').length > 0;
    const isSame = ({ reason }: ExportError) =>
      isLasting(reason) || (hasTimeout && readScrapeFault(reason) === 'timeout');
    if (stop.sent === 0 && errors.length > 0 && errors.every(isSame)) {
      return { kind: errors.length > 1 ? 'again' : 'now', fault: stop.component.id };
    }
    return waiting;
  }
  if (stop.of === 'signal' && stop.at === 'beyond Alloy' && isRejected(alloyLog, since)) {
    return { kind: 'for good', fault: 'partial success' };
  }
  if (isOwnGone(run, subject, stop)) return { kind: 'for good', fault: 'lost' };
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
  // Without a limit it may be this machine that is slow for a while.
  if (findWriteBehind(flow, stop, run)?.limit !== undefined) return { kind: 'now', fault: 'write behind' };
  if ((await findStray(run, stop, condition)) !== undefined) return { kind: 'now', fault: 'stray series' };
  const offPage = await findOffPage(run, flow, stop, subject);
  if (offPage !== undefined) return { kind: offPage, fault: 'not on the page' };
  if (source === undefined || !['scrape failed', 'beyond Alloy'].includes(stop.at)) return undefined;
  const { up, error } = await readExporter(run, stop.labels);
  const found = findConnectProblem({ flow, stop, source, alloyLog, since, exporterUp: up, exporterError: error });
  if (found === undefined || found.reason === '') return undefined;
  // What is slow may be faster soon, unless it has no time at all.
  const isCut = readText(found.exporter.settings, 'connection_timeout') !== undefined;
  if (found.fault === 'timeout' && !isCut) return undefined;
  return { kind: 'now', fault: `${found.exporter.id} ${found.reason}` };
}

/** Whether a metric stands still that the configuration keeps off the page which is scraped, or that rules take out behind it. */
async function findOffPage(
  run: Run,
  flow: Flow,
  stop: Stop,
  subject: Subject,
): Promise<Standstill['kind'] | undefined> {
  if (stop.of !== 'samples' || stop.at !== 'beyond Alloy' || subject.kind !== 'scraped metric') return undefined;
  const { source, metric } = subject;
  const { scrapes } = stop.route;
  if (!isOnPage(metric)) return undefined;
  const isMixedUp = source !== undefined && findExporterMixUp(flow, source, scrapes) !== undefined;
  const page = await readScrapedPage(run, stop, metric).catch(() => undefined);
  if (page === undefined || page.names.length === 0) return undefined;
  if (page.series.length > 0) {
    // The rules on the way may read other labels than a question has.
    const found = isAskedOnPage(subject, page) ? findStop(flow, subject, page) : undefined;
    return found !== undefined && isForGood(flow, found) ? 'now' : undefined;
  }
  if (!isMixedUp && !isRestricted(flow, scrapes)) return undefined;
  // What an exporter has by another name, or measures elsewhere, never comes; else it may be what has not happened yet.
  return isMixedUp || findRenamed(flow, scrapes, page) !== undefined ? 'for good' : 'now';
}

/** Whether a scrape is given up after less time than the run has meant it to have. */
function isCutShort({ settings }: Component, { error }: ScrapeTarget, { intervals }: Run): boolean {
  const timeout = parseDuration(readText(settings, 'scrape_timeout') ?? '');
  return readScrapeFault(error) === 'timeout' && timeout !== undefined && timeout < intervals.scrapeTimeout;
}

/** When an exporter or remote write was first seen to have sent nothing in a run, and to keep what it has. */
const waitingSince = new Map<string, Milliseconds>();
/** So long is what a first attempt, and the one after it, may take. */
const MAX_WAITING: Milliseconds = 6000;

/** What can't be sent now, and is tried again: a backend that is overloaded, or can't be reached. */
function findWaiting({ id, intervals }: Run, stop: Stop): Standstill | undefined {
  const isWaiting = (stop.at === 'export waits' || stop.at === 'write waits') && !hasDelivered(stop);
  const key = `${id} ${stop.of === 'signal' ? stop.signal : 'samples'}`;
  if (!isWaiting) {
    waitingSince.delete(key);
    return undefined;
  }
  const since = waitingSince.get(key) ?? Date.now();
  waitingSince.set(key, since);
  const batch = stop.of === 'signal' ? 2 * intervals.otlpBatch : 2 * intervals.remoteWriteDeadline;
  const isLong = Date.now() - since >= MAX_WAITING + batch;
  return { kind: isLong ? 'again' : 'waiting', fault: `${stop.at} ${since}` };
}

function hasDelivered(stop: Extract<Stop, { at: 'export waits' | 'write waits' }>): boolean {
  return stop.of === 'signal' && stop.sent > 0;
}

/** Whether a backend has rejected items of exports that it took, which nobody sends again. */
function isRejected(alloyLog: readonly LogLine[], since: Milliseconds): boolean {
  return alloyLog.some(({ rejected, time = 0 }) => rejected !== undefined && rejected.count > 0 && time >= since);
}

/** When Alloy was first seen to have sent all that it had accepted, by run, signal and how much that was. */
const flushedSince = new Map<string, Milliseconds>();

/** Whether what the run itself has sent has left Alloy for so long that the backend would show it. */
function isOwnGone({ id, backend, stack }: Run, subject: Subject, stop: Stop): boolean {
  // Where others send as well, there is always something on its way.
  if (!('isOwn' in subject) || stack === 'external' || stop.of !== 'signal' || stop.at !== 'beyond Alloy') return false;
  if (stop.sent < stop.accepted) return false;
  const key = `${id} ${stop.signal} ${stop.accepted}`;
  const since = flushedSince.get(key) ?? Date.now();
  flushedSince.set(key, since);
  return Date.now() - since >= (subject.kind === 'traces' ? SEARCH_LAG : VISIBILITY)[backend];
}

/** How long a search may miss a trace that the backend already has. */
const SEARCH_LAG: Readonly<Record<Run['backend'], Milliseconds>> = {
  mock: VISIBILITY.mock,
  lgtm: 60_000,
  cloud: 120_000,
};
