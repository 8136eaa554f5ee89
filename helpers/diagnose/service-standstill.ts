/** What a service itself says that keeps the answer to a question from ever coming. */

import { findTrace } from '../clients/tempo.ts';
import type { Condition, Observation, Subject } from '../findings/evidence.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { readBroker } from './broker.ts';
import { readRecentSpans, readUnnamed } from './held-signals.ts';
import { childSpanMissing } from './rules/child-span-missing.ts';
import { eventPublishedTwice, jobDoneAgain } from './rules/job-done-again.ts';
import { serviceCacheNotUsed } from './rules/service-cache-not-used.ts';
import { serviceEnded } from './rules/service-ended.ts';
import { serviceExportsElsewhere } from './rules/service-exports-elsewhere.ts';
import { serviceExportsNothing } from './rules/service-exports-nothing.ts';
import { serviceGivesUpEarly } from './rules/service-gives-up-early.ts';
import { serviceHasAnotherName } from './rules/service-has-another-name.ts';
import { serviceKeepsNoContext } from './rules/service-keeps-no-context.ts';
import { serviceLacksAPart } from './rules/service-lacks-a-part.ts';
import { serviceLimitsTelemetry } from './rules/service-limits-telemetry.ts';
import { serviceLogsLess } from './rules/service-logs-less.ts';
import { serviceLogsWithoutTrace } from './rules/service-logs-without-trace.ts';
import { serviceLooksTooSeldom } from './rules/service-looks-too-seldom.ts';
import { serviceLosesContext } from './rules/service-loses-context.ts';
import { serviceMakesNoSpans } from './rules/service-makes-no-spans.ts';
import { serviceMessageUnroutable } from './rules/service-message-unroutable.ts';
import { serviceNotInstrumented } from './rules/service-not-instrumented.ts';
import { serviceOfAnotherInstance } from './rules/service-of-another-instance.ts';
import { serviceSamplesLess } from './rules/service-samples-less.ts';
import { serviceSendsChanges } from './rules/service-sends-changes.ts';
import { serviceSendsLate } from './rules/service-sends-late.ts';
import { spanBeginsTrace } from './rules/span-begins-trace.ts';
import { spanDiffers } from './rules/span-differs.ts';
import { spanFails } from './rules/span-fails.ts';
import { telemetryWithoutResource } from './rules/telemetry-without-resource.ts';
import type { ServiceFacts } from './service-rule.ts';
import { listAskedServices, readServices } from './service-state.ts';
import { examineParts } from './sources.ts';

/** How a service was started changes only with its next start. */
const FOR_GOOD = [
  serviceKeepsNoContext,
  serviceExportsNothing,
  serviceSamplesLess,
  serviceHasAnotherName,
  serviceOfAnotherInstance,
  serviceNotInstrumented,
  serviceLogsWithoutTrace,
  serviceLogsLess,
  serviceSendsChanges,
  serviceLosesContext,
  serviceLimitsTelemetry,
  serviceSendsLate,
  serviceLooksTooSeldom,
];
/** What is so now. */
const NOW = [serviceGivesUpEarly, serviceEnded, serviceExportsElsewhere, serviceLacksAPart];
/** What the backend has of a service, and RabbitMQ of its messages: the same for seconds, it stays so. */
const SEEN = [
  serviceMessageUnroutable,
  jobDoneAgain,
  eventPublishedTwice,
  spanBeginsTrace,
  spanFails,
  spanDiffers,
  serviceMakesNoSpans,
  serviceCacheNotUsed,
  childSpanMissing,
];
/** A daemon that looks at dead letters so often has looked between two looks at the queue. */
const SHORT_INTERVAL_SECONDS = 2;
/** Whoever waits for that long waits for longer than any criterion. */
const LONG: Milliseconds = 30_000;

/** Whether it can change without a new start of the service, and what it is. */
type ServiceStandstill = { readonly kind: 'for good' | 'now' | 'seen'; readonly fault: string };

/** Looks whether one of the services that a question names says that it won't do what the question waits for. */
export async function findServiceStandstill(
  run: Run,
  subject: Subject,
  condition: Condition = { kind: 'any', of: 'value' },
): Promise<ServiceStandstill | undefined> {
  const evidence: Observation = {
    kind: 'observation',
    holds: false,
    subject,
    path: subject.kind === 'work' ? 'none' : 'otlp',
    condition,
    seen: { kind: 'nothing' },
    attempts: 1,
    askedAt: Date.now(),
    elapsedMs: LONG,
  };
  const parts = listAskedServices(evidence, []);
  if (parts.length === 0) return undefined;
  const services = await readServices(run, parts, { health: false });
  const ended = services.filter(({ lastWords }) => lastWords !== undefined).map(({ part }) => part);
  const facts = { run, evidence, services, takenAway: [], unreachable: (await examineParts(run, ended)).unreachable };
  const found = [...FOR_GOOD, ...NOW].map((rule) => rule.find(facts)).find((one) => one !== undefined);
  if (found === undefined) return await lookInBackend(run, facts);
  // A share of the traces may well have this one.
  const isForGood = FOR_GOOD.some(({ kind }) => kind === found.kind) && !('ratio' in found);
  return { kind: isForGood ? 'for good' : 'now', fault: JSON.stringify(found) };
}

/** The minimum time between two looks at what the backend has for a question: each asks for many traces. */
const LOOK_IN_BACKEND: Milliseconds = 3000;

/** The newest look for a question, for the whole process. */
const looks = new Map<string, { readonly at: Milliseconds; readonly found: ReturnType<typeof findInBackend> }>();

/** A hosted backend is not asked for that while a criterion waits: it limits how often it may be asked. */
async function lookInBackend(run: Run, facts: Parameters<typeof findInBackend>[1]): ReturnType<typeof findInBackend> {
  if (run.backend !== 'mock') return undefined;
  const key = `${run.id} ${JSON.stringify([facts.evidence.subject, facts.evidence.condition])}`;
  const look = looks.get(key);
  const now = performance.now();
  if (look !== undefined && now - look.at < LOOK_IN_BACKEND) return await look.found;
  const found = findInBackend(run, facts);
  looks.set(key, { at: now, found });
  return await found;
}

/** What is seen to be wrong of what a question is about, by the name of the service and what differs. */
async function findInBackend(
  run: Run,
  facts: ServiceFacts & { readonly evidence: Observation },
): Promise<ServiceStandstill | undefined> {
  const { evidence, services } = facts;
  const { subject } = evidence;
  if (['OTLP metric', 'delivery', 'logs', 'traces'].includes(subject.kind)) {
    const unnamed = await readUnnamed(run).catch(() => ({}));
    const found = telemetryWithoutResource.find({ ...facts, unnamed });
    if (found !== undefined) return { kind: 'now', fault: found.kind };
  }
  if (!['trace', 'traces', 'work'].includes(subject.kind)) return undefined;
  const parts = services.map(({ part }) => part);
  const [trace, recent, broker] = await Promise.all([
    subject.kind === 'trace' ? findTrace(run.access.tempo, subject.traceId).catch(() => []) : [],
    readRecentSpans(run, parts, evidence).catch(() => []),
    parts.includes('bot') ? readBroker(run).catch(() => undefined) : undefined,
  ]);
  const seen = { ...facts, trace, recent: recent ?? [], broker };
  const found = SEEN.map((rule) => rule.find(seen)).find((one) => one !== undefined);
  const held = found === undefined ? broker?.held.find(({ consumers }) => consumers > 0) : undefined;
  if (held !== undefined) return { kind: 'now', fault: `${held.name} ${held.acknowledged}` };
  const waiting = subject.kind === 'work' && subject.isError ? broker?.waiting[0] : undefined;
  // A daemon that is at work takes them all in one interval.
  if (waiting !== undefined && run.dlqCheckInterval <= SHORT_INTERVAL_SECONDS) {
    return { kind: 'now', fault: `${waiting.name} ${waiting.ready}` };
  }
  return (
    found && {
      kind: 'seen',
      fault: `${found.kind} ${'service' in found ? found.service : ''} ${'name' in found ? found.name : ''}`,
    }
  );
}
