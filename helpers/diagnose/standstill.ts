/** What keeps telemetry from arriving, and changes only if somebody changes something. */
import type { Condition, Subject } from '../findings/evidence.ts';
import { readFlow } from '../flow/flow.ts';
import { isLasting } from '../flow/scrape-fault.ts';
import { findStop, isForGood } from '../flow/stops.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { readAlloyLog } from './alloy-log.ts';
import { findExporterOf, readConnectError } from './connect-fault.ts';
import { findServiceStandstill } from './service-standstill.ts';
import { readExporterUp } from './symptoms.ts';

/** `for good`: nothing can pass, as the configuration is. Otherwise it fails now: the same text at two looks is the same fault. */
export type Standstill = { readonly isForGood: boolean; readonly fault: string };

/** Looks for what stands still on the way of what a question is about, since a moment of this machine's clock. */
export async function findStandstill(
  run: Run,
  subject: Subject,
  since: Milliseconds,
  condition?: Condition,
): Promise<Standstill | undefined> {
  const ofService = await findServiceStandstill(run, subject, condition);
  if (ofService !== undefined) return ofService;
  const flow = await readFlow(run);
  const stop = flow && findStop(flow, subject);
  if (flow === undefined || stop === undefined) return undefined;
  if (isForGood(flow, stop)) return { isForGood: true, fault: stop.at };
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
