import { scaleToLoad } from '../diagnose/load.ts';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { Condition, Observation } from '../findings/evidence.ts';
import { findCriterion } from './current-criterion.ts';
import { isHosted, SLACK } from './deadlines.ts';
import { linkToExplore } from './explore.ts';
import { startWatch } from './give-up.ts';
import { mayRecover } from './outages.ts';
import { type Attempt, poll, readQueryFailure } from './poll.ts';
import type { Question } from './question.ts';
import { run } from './run.ts';

/** A hosted backend is queried less often. */
const HOSTED_PAUSES = 10;

/** The value of the attempt that held, and the observation for the verdict. */
export type Waited<T> = { readonly value: T; readonly observation: Observation };

/**
 * Tries until `attempt` holds, the deadline has passed or the watch gives up. Throws {@link CriterionFailed} if it does not
 * hold.
 */
export async function waitFor<T>(
  question: Question,
  condition: Condition,
  attempt: () => Promise<Attempt<T>>,
): Promise<Waited<T>> {
  const { subject, path, deadline } = question;
  const askedAt = Date.now();
  // The slack of a deadline is for a busy machine, and this one may be busier; a person who sets the longest wait means it.
  const slack = run.maxWait === undefined ? Math.min(SLACK, deadline) : 0;
  const computeExtra = () => scaleToLoad(slack) - slack;
  const { needs = [], takenAway = [] } = findCriterion() ?? {};
  const watch = startWatch(run, question, { mayRecover: mayRecover(), condition, needs, takenAway });
  const outcome = await poll(attempt, deadline, {
    slower: isHosted(run) ? HOSTED_PAUSES : 1,
    shouldGiveUp: watch.shouldGiveUp,
    computeExtra,
  });
  const { holds, seen, attempts, elapsed, value } = outcome;
  const observation = { kind: 'observation', holds, subject, path, condition, seen, attempts } as const;
  const asked = { ...observation, askedAt, elapsedMs: Math.round(elapsed), deadlineMs: deadline + computeExtra() };
  if (holds && value !== undefined) return { value, observation: asked };
  const explore = linkTo(question);
  const isSilent = seen.kind === 'query failure' && seen.request?.silence !== undefined;
  const [nearest, lostBefore] = await Promise.all([
    isSilent ? undefined : question.findNearest?.().catch(readQueryFailure),
    watch.lostBefore,
  ]);
  const evidence = {
    ...asked,
    ...(nearest !== undefined && { nearest }),
    ...(lostBefore !== undefined && { lostBefore }),
    ...(explore !== undefined && { explore }),
  };
  throw new CriterionFailed(evidence, undefined, { hasCome: async () => (await attempt()).holds });
}

/** Where Grafana shows what the run has of it by now. */
function linkTo({ asked }: Question): string | undefined {
  const { grafana, startedAt } = run;
  return grafana && asked && linkToExplore(grafana, asked, { from: startedAt, to: Date.now() });
}
