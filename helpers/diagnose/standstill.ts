/** What keeps telemetry from arriving, and changes only if somebody changes something. */
import type { Subject } from '../findings/evidence.ts';
import { readFlow } from '../flow/flow.ts';
import { isLasting } from '../flow/scrape-fault.ts';
import { findStop, isForGood, type Stop } from '../flow/stops.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { VISIBILITY } from './absence.ts';
import { readAlloyLog } from './alloy-log.ts';
import { findExporterOf, readConnectError } from './connect-fault.ts';
import { readExporterUp } from './symptoms.ts';

/** `for good`: nothing can pass, as the configuration is. Otherwise it fails now: the same text at two looks is the same fault. */
export type Standstill = {
  readonly isForGood: boolean;
  readonly fault: string;
  /** It has failed for so long that it will not work within a deadline, unless a part of the stack comes back. */
  readonly isLong?: boolean;
};

/** Looks for what stands still on the way of what a question is about, since a moment of this machine's clock. */
export async function findStandstill(run: Run, subject: Subject, since: Milliseconds): Promise<Standstill | undefined> {
  const flow = await readFlow(run);
  const stop = flow && findStop(flow, subject);
  if (flow === undefined || stop === undefined) return undefined;
  if (isForGood(flow, stop)) return { isForGood: true, fault: stop.at };
  const waiting = findWaiting(run, stop);
  if (waiting !== undefined) return waiting;
  if (stop.of === 'signal' && stop.at === 'beyond Alloy' && (await isRejected(run, since))) {
    return { isForGood: true, fault: 'partial success' };
  }
  if (isOwnGone(run, subject, stop)) return { isForGood: true, fault: 'lost' };
  if (stop.of !== 'samples') return undefined;
  if (stop.at === 'scrape failed') {
    const { component, target } = stop;
    return isLasting(target.error) ? { isForGood: false, fault: `${component.id} ${target.error}` } : undefined;
  }
  const source = subject.kind === 'scraped metric' || subject.kind === 'series' ? subject.source : undefined;
  const exporter = stop.at === 'beyond Alloy' && source && findExporterOf(flow, source, stop.route.scrapes);
  if (!exporter || (await readExporterUp(run, stop.labels)) !== 0) return undefined;
  const { fault } = readConnectError(await readAlloyLog(run), exporter, since);
  const isLogin = fault === 'login' || fault === 'no login' || fault === 'no database';
  return isLogin ? { isForGood: false, fault: `${exporter.id} ${fault}` } : undefined;
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
  // The same two looks a scrape needs are too few: it fails now, and may not later.
  return { isForGood: false, fault: `${stop.at} ${since}`, isLong: Date.now() - since >= MAX_WAITING + batch };
}

function hasDelivered(stop: Extract<Stop, { at: 'export waits' | 'write waits' }>): boolean {
  return stop.of === 'signal' && stop.sent > 0;
}

/** Whether a backend has rejected items of exports that it took, which nobody sends again. */
async function isRejected(run: Run, since: Milliseconds): Promise<boolean> {
  const lines = await readAlloyLog(run);
  return lines.some(({ rejected, time = 0 }) => rejected !== undefined && rejected.count > 0 && time >= since);
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

/** How long a search may not find what is there already. */
const SEARCH_LAG: Readonly<Record<Run['backend'], Milliseconds>> = {
  mock: VISIBILITY.mock,
  lgtm: 60_000,
  cloud: 120_000,
};
