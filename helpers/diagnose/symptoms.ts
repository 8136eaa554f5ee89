import { request } from 'undici';
import { z } from 'zod';
import { readAlloyMetrics } from '../clients/alloy-metrics.ts';
import { queryInstant } from '../clients/prometheus.ts';
import { findSilence } from '../clients/silence.ts';
import { type FoundSpan, findTrace } from '../clients/tempo.ts';
import type { Evidence, Labels } from '../findings/evidence.ts';
import { type FindingKind, LOGIN_FAULTS, type RefusedQuestion, type WrongAddress } from '../findings/finding.ts';
import { type Flow, readFlow } from '../flow/flow.ts';
import { findStop, type Stop } from '../flow/stops.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import type { Part } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import { listWrongAddresses } from './alloy-addresses.ts';
import { type LogLine, readAlloyLog } from './alloy-log.ts';
import { describeAskedService } from './asked-service.ts';
import { findTraceIds, type HeldSignals, readHeldSignals, readRecentSpans } from './held-signals.ts';
import { findOtherBackend, type OtherBackend } from './other-backend.ts';
import { findOtherService, listRefusedQuestions } from './refused-questions.ts';
import { listAskedServices, readServices, type ServiceState } from './service-state.ts';
import { listUnreachable, type Unreachable } from './sources.ts';

const Refusals = z.object({
  refusals: z.array(
    z.object({
      service: z.string(),
      user: z.string().optional(),
      reason: z.enum(LOGIN_FAULTS),
      count: z.number(),
      lastTime: z.number(),
    }),
  ),
});
type SilentService = Omit<FindingKind<'backend silent'>, 'kind'>;
type Refusal = Omit<z.infer<typeof Refusals>['refusals'][number], 'lastTime'>;

/** A failed criterion: the evidence, the parts that its phase needs, and those that it took away itself. */
export type Failure = {
  readonly evidence: Evidence;
  readonly needs: readonly Part[];
  readonly takenAway: readonly Part[];
};

/** The observable state of a run in which a criterion failed. Each field is gathered independently of the others. */
export type Symptoms = Failure & {
  readonly run: Run;
  /** The pipeline as Alloy describes it; undefined if it gives no answer. */
  readonly flow?: Flow | undefined;
  /** Where the flow of what was asked about stops. */
  readonly stop?: Stop | undefined;
  /** False if Alloy gives no answer at all. */
  readonly alloyAnswers: boolean;
  /** The problems that Alloy logged, newest last. */
  readonly alloyLog: readonly LogLine[];
  /** Logins that the mock cloud refused. */
  readonly refusals: readonly Refusal[];
  /** The addresses of an Alloy that the run did not start, where it doesn't answer. */
  readonly wrongAddresses: readonly WrongAddress[];
  /** The services that refuse the login of the run's questions, where one was refused. */
  readonly refusedQuestions: readonly RefusedQuestion[];
  /** A service that has given the run no answer for long. */
  readonly silentService?: SilentService | undefined;
  /** The service that answers at the address of the one that was asked. */
  readonly otherService?: keyof BackendAccess | undefined;
  /** Where Alloy sends to, if that is another backend than the one that is asked. */
  readonly otherBackend?: OtherBackend | undefined;
  /** The suspected parts that accept no connections. */
  readonly unreachable: readonly Unreachable[];
  /** The services that the criterion asks about. */
  readonly services: readonly ServiceState[];
  /** The spans of the trace that was asked for. */
  readonly trace?: readonly FoundSpan[] | undefined;
  /** What the services have sent of traces since the question was asked, where it was about traces. */
  readonly recent?: readonly FoundSpan[] | undefined;
  /** The signals that the backend has in this run of the services that don't say how they were started. */
  readonly held?: HeldSignals | undefined;
  /** Whether any line of the service that was asked for has a trace ID; undefined where that was not the question. */
  readonly hasTraceIds?: boolean | undefined;
  /** What the exporter of the job says of its connection, `pg_up` or `redis_up`; undefined if there is none. */
  readonly exporterUp?: number | undefined;
};

/** Gathers the symptoms; what can't be read is left empty. */
export async function gatherSymptoms(run: Run, failure: Failure): Promise<Symptoms> {
  const { evidence } = failure;
  const labels = readTargetLabels(evidence);
  // What an Alloy has counted since its start is what a question about its totals is about.
  const { alloyBefore: _, ...sinceStart } = run;
  const [
    flow,
    alloyAnswers,
    alloyLog,
    refusals,
    wrongAddresses,
    refusedQuestions,
    otherService,
    otherBackend,
    unreachable,
    { services, held, recent },
    trace,
    hasTraceIds,
    exporterUp,
  ] = await Promise.all([
    readFlow(isAboutTotals(failure) ? sinceStart : run).catch(() => undefined),
    readAlloyMetrics(run.alloy).then(
      () => true,
      () => false,
    ),
    readAlloyLog(run).catch(() => []),
    run.mockUrl === undefined ? [] : readRefusals(run.mockUrl, run.startedAt).catch(() => []),
    run.stack === 'external' ? listWrongAddresses(run.alloy) : [],
    listRefusedQuestions(run.access, evidence),
    findOtherService(run.access, evidence),
    // Where no question is answered, none of its own would be.
    evidence.kind === 'observation' && evidence.seen.kind !== 'query failure' ? findOtherBackend(run) : undefined,
    listUnreachable(run, listSuspects(failure)),
    gatherServices(run, failure),
    readTrace(run, evidence).catch(() => undefined),
    findTraceIds(run, evidence).catch(() => undefined),
    labels && readExporterUp(run, labels).catch(() => undefined),
  ]);
  return {
    ...failure,
    run,
    flow,
    stop: flow && evidence.kind === 'observation' ? findStop(flow, evidence.subject) : undefined,
    alloyAnswers,
    alloyLog,
    refusals,
    wrongAddresses,
    refusedQuestions,
    otherService,
    otherBackend,
    silentService: findSilentService(run.access),
    unreachable,
    services,
    held,
    recent,
    trace,
    hasTraceIds,
    exporterUp,
  };
}

async function gatherServices(run: Run, { evidence, needs, takenAway }: Failure) {
  const services = await readServices(run, listAskedServices(evidence, needs, takenAway));
  const silent = services.filter(({ environment }) => environment === undefined).map(({ part }) => part);
  const isAsked = evidence.kind === 'observation' && evidence.path === 'otlp' && evidence.seen.kind !== 'query failure';
  const [held, recent] = await Promise.all([
    isAsked ? readHeldSignals(run, silent).catch(() => undefined) : undefined,
    readRecentSpans(
      run,
      services.map(({ part }) => part),
      evidence,
    ).catch(() => undefined),
  ]);
  return { services, held, recent };
}

async function readTrace(run: Run, evidence: Evidence): Promise<FoundSpan[] | undefined> {
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'trace') return undefined;
  return await findTrace(run.access.tempo, evidence.subject.traceId);
}

/**
 * The parts that may have caused a failure: for a series that measures a part, only that part; for Alloy's own metrics, none;
 * otherwise, those that the phase needs. A part that the criterion itself took away is not at fault.
 */
export function listSuspects({ evidence, needs, takenAway }: Failure): Part[] {
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  if (subject?.kind === 'metric of Alloy' || subject?.kind === 'delivery') return [];
  const isScraped = subject?.kind === 'scraped metric' || subject?.kind === 'series';
  const suspects = isScraped ? [subject.source].filter((source) => source !== undefined) : needs;
  return suspects.filter((part) => !takenAway.includes(part));
}

/** Whether a question is about all that Alloy has counted, whenever that was. */
export function isAboutTotals({ evidence }: Pick<Failure, 'evidence'>): boolean {
  const kind = evidence.kind === 'observation' ? evidence.subject.kind : undefined;
  return kind === 'delivery' || kind === 'metric of Alloy';
}

function findSilentService(access: BackendAccess): SilentService | undefined {
  const services = Object.keys(access) as (keyof BackendAccess)[];
  const silent = services.flatMap((service) => {
    const silence = findSilence(access[service].url);
    return silence === undefined ? [] : { ...describeAskedService(access, service), ...silence };
  });
  return silent.sort((a, b) => a.since - b.since)[0];
}

function readTargetLabels(evidence: Evidence): { job: string; instance: string } | undefined {
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'scraped metric') return undefined;
  const { job, instance } = evidence.subject.labels;
  return job === undefined || instance === undefined ? undefined : { job, instance };
}

/** What the exporter of a job says of its connection; undefined if it has said nothing in this run. */
export async function readExporterUp(run: Run, labels: Labels): Promise<number | undefined> {
  const matchers = Object.entries({ ...labels, ...run.seriesLabels, ...run.seriesMark }).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const selector = `{__name__=~"pg_up|redis_up",${matchers.join(',')}}`;
  // Without a mark of the run, an older sample may be that of another Alloy.
  const isNew = run.seriesMark === undefined ? ` and timestamp(${selector}) >= ${run.startedAt / 1000}` : '';
  const samples = await queryInstant(run.access.prometheus, `${selector}${isNew}`);
  return samples.length === 0 ? undefined : Math.min(...samples.map(({ value }) => value));
}

/** The mock of a warm stack has those of earlier runs, too. */
async function readRefusals(mockUrl: string, since: Milliseconds): Promise<Refusal[]> {
  const { body } = await request(`${mockUrl}/-/refusals`, { signal: AbortSignal.timeout(2000) });
  return Refusals.parse(await body.json()).refusals.filter(({ lastTime }) => lastTime >= since);
}
