import { readRunMetrics } from '../clients/alloy-metrics.ts';
import { isSilent } from '../clients/silence.ts';
import { findAbsences } from '../diagnose/absence.ts';
import { isWriteRefused } from '../diagnose/cloud-logins.ts';
import { scaleToLoad } from '../diagnose/load.ts';
import { findOtherBackend, isAskedForOtherBackend, isSentElsewhere } from '../diagnose/other-backend.ts';
import { type FaultySource, hasLastingFault } from '../diagnose/sources.ts';
import { findStandstill, type Standstill } from '../diagnose/standstill.ts';
import { concernsSubject, listSuspects } from '../diagnose/suspects.ts';
import type { Condition, Path, Subject } from '../findings/evidence.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { isServicePart, type Part, SERVICE_NAMES } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import type { Question } from './question.ts';

/** The minimum time between two checks. */
const INTERVAL: Milliseconds = 500;
/** The minimum time between two looks at the whole pipeline. */
const LOOK: Milliseconds = 1000;
/** The time from which on it is looked whether Alloy sends to another backend: what arrives at once needs no look. */
const ELSEWHERE: Milliseconds = 2000;

/** The counters of data that Alloy dropped for good, by path. */
const DROPPED: Readonly<Partial<Record<Path, RegExp>>> = {
  otlp: /^otelcol_exporter_send_failed_/,
  'remote write': /^prometheus_remote_storage_samples_(failed|dropped)_total$/,
};

/** Watches whether it still makes sense to wait. */
export type Watch = {
  readonly shouldGiveUp: () => Promise<boolean>;
  /** How many items Alloy had dropped in this run when the watch began; undefined if Alloy gave no answer. */
  readonly lostBefore: Promise<number | undefined>;
};

/** What a watch is told besides the question. */
type WatchOptions = {
  /** Whether what fails now may work again by itself, because a part of the stack is taken away and comes back. */
  readonly mayRecover?: boolean;
  /** The parts that the criterion needs, and those that it has taken away itself. */
  readonly needs?: readonly Part[];
  readonly takenAway?: readonly Part[];
  /** What the answer has to be. */
  readonly condition?: Condition;
  readonly now?: () => Milliseconds;
  /** How long on this machine takes what takes so long on a quiet one. */
  readonly scale?: (time: Milliseconds) => Milliseconds;
};

/**
 * Begins a watch. It gives up if Alloy no longer answers; and, once the data had time to arrive, if Alloy has dropped data on
 * this path since the watch began, if its configuration lets nothing pass, or not before the deadline, if what is measured can't be
 * scraped or connected to over two scrapes, if a part that the criterion needs gives no answer for seconds, if what Alloy sends to
 * can't be reached or gives no answer to what it has, if nothing that it sends can be delivered for long, if the backend holds
 * nothing of what it takes, if it sends to another backend, or if the data has arrived under other names. So a run in which
 * everything is refused fails in seconds; and at once where Grafana Cloud has refused the login already when the run began.
 */
export function startWatch(
  run: Run,
  question: Pick<Question, 'path' | 'subject' | 'deadline' | 'isMisplaced'>,
  {
    mayRecover = false,
    needs = [],
    takenAway = [],
    condition,
    now = () => performance.now(),
    scale = scaleToLoad,
  }: WatchOptions = {},
): Watch {
  const { path, deadline, isMisplaced } = question;
  const backend = Object.values(run.access).map(({ url }) => url);
  const { otlpBatch, scrape, remoteWriteDeadline } = run.intervals;
  const patience = path === 'otlp' ? 3 * otlpBatch + 1000 : 2 * scrape + 2 * remoteWriteDeadline + 1000;
  const began = now();
  const lostBefore = countLost(run, path);
  const isRefused = isWriteRefused(run, question);
  let checked = began;
  const askedAt = Date.now();
  const suspects = listSuspects({ subject: question.subject, needs, takenAway }, run);
  // A service that only says that it is unwell may well send the telemetry that is asked for.
  const isRelevant = ({ part, fault, reason }: FaultySource) =>
    fault === 'unhealthy' ? isIdle(question.subject, part, reason) : concernsSubject(fault, question.subject);
  const look = Math.max(LOOK, scrape);
  let looked = Number.NEGATIVE_INFINITY;
  let first: (Standstill & { readonly at: Milliseconds }) | undefined;
  let unansweredSince: Milliseconds | undefined;
  let isElsewhere = false;
  let isAbsent = false;
  const standsStill = async (present: Milliseconds): Promise<boolean> => {
    if (present - looked < look) return false;
    looked = present;
    if (path !== 'none') {
      void findAbsences(run, question.subject).then((found) => {
        isAbsent = found.length > 0;
      });
    }
    const found = await findStandstill(run, question.subject, { since: askedAt, deadline, condition }).catch(
      () => undefined,
    );
    if (found?.kind === 'for good' || (found?.kind === 'again' && !mayRecover)) return true;
    if (found?.kind === 'waiting') return false;
    if (found === undefined || found.fault !== first?.fault) first = found && { ...found, at: present };
    // A scrape may have been under way when it was seen first. What is merely late is later on a busy machine.
    const twice = 2 * scrape + LOOK;
    const lasting = first?.kind === 'seen' ? scale(2 * twice) : twice;
    return first !== undefined && !mayRecover && present - first.at >= lasting;
  };
  return {
    lostBefore,
    async shouldGiveUp() {
      if (isRefused) return true;
      const present = now();
      if (present - checked < INTERVAL) return false;
      checked = present;
      // Without telemetry, only those who do it can say that it will not be done.
      if (path === 'none') {
        const isLost = !mayRecover && hasLastingFault(run, suspects, isRelevant);
        return isLost || (present - began > LOOK && (await standsStill(present)));
      }
      const [before = 0, lost] = await Promise.all([lostBefore, countLost(run, path)]);
      if (lost === undefined) {
        // One answer may be missing by bad luck, or because this machine is busy.
        unansweredSince ??= present;
        return present - unansweredSince >= scale(LOOK);
      }
      unansweredSince = undefined;
      // What Alloy can't send at once to a backend that answers nobody stays with it.
      const isStuck = question.subject.kind === 'delivery' && isSilent(backend);
      if (isStuck && present - began > otlpBatch + 1000) return true;
      if (present - began > ELSEWHERE || isAskedForOtherBackend(run)) {
        void findOtherBackend(run).then((found) => {
          isElsewhere = isSentElsewhere(found, question.subject);
        });
      }
      if (isElsewhere) return true;
      if (present - began <= patience) return false;
      if (isAbsent && !mayRecover) return true;
      if (lost > before) return true;
      if (!mayRecover && hasLastingFault(run, suspects, isRelevant)) return true;
      if (await standsStill(present)) return true;
      // What the backend answers to the question itself says more than that this one failed.
      return present - began > 2 * patience && (await isMisplaced?.().catch(() => false)) === true;
    },
  };
}

async function countLost(run: Pick<Run, 'alloy' | 'alloyBefore'>, path: Path): Promise<number | undefined> {
  const dropped = DROPPED[path];
  if (dropped === undefined) return 0;
  const samples = await readRunMetrics(run).catch(() => undefined);
  return samples
    ?.filter(({ labels: { __name__ = '' } }) => dropped.test(__name__))
    .reduce((total, { value }) => total + value, 0);
}

/** Whether a service that says that it is unwell does not do what is waited for: its work, or that of its loop, which has a trace. */
function isIdle(subject: Subject, part: Part, reason: string): boolean {
  if (subject.kind === 'work') return true;
  const isAsked = isServicePart(part) && 'services' in subject && subject.services?.includes(SERVICE_NAMES[part]);
  return subject.kind === 'traces' && isAsked === true && /(?:^|; )loop: (?!it is waiting)/.test(reason);
}
