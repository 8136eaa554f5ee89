import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { z } from 'zod';
import { readAlloyMetrics } from '../clients/alloy-metrics.ts';
import { queryInstant } from '../clients/prometheus.ts';
import { findSilence } from '../clients/silence.ts';
import { type FoundSpan, findTrace } from '../clients/tempo.ts';
import type { Evidence, Labels, Observation, Subject } from '../findings/evidence.ts';
import {
  type FindingKind,
  LOGIN_FAULTS,
  type RefusedQuestion,
  type Signal,
  type WrongAddress,
} from '../findings/finding.ts';
import { readBlocks, type WrittenBlock } from '../flow/configuration-text.ts';
import { type Flow, readFlow, SIGNALS } from '../flow/flow.ts';
import { ITEMS } from '../flow/otlp-route.ts';
import { isOnPage } from '../flow/samples-stop.ts';
import { findSignalStop, findStop, type Stop } from '../flow/stops.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import { addDependencies, type Part } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import { type Absence, findAbsences } from './absence.ts';
import { listWrongAddresses } from './alloy-addresses.ts';
import { type LogLine, readAlloyLog } from './alloy-log.ts';
import { describeAskedService } from './asked-service.ts';
import { type BrokerState, readBroker, readSourceValue } from './broker.ts';
import { askGateway, type DirectAnswer } from './direct-export.ts';
import {
  findLooseLine,
  findTraceIds,
  type HeldSignals,
  readCountedRoutes,
  readCourse,
  readHeldSignals,
  readRecentSpans,
  readUnnamed,
  type UnnamedSignals,
} from './held-signals.ts';
import { type Load, readLoad } from './load.ts';
import { findMergedSeries, type MergedSeries } from './merged-series.ts';
import { findOtherBackend, type OtherBackend } from './other-backend.ts';
import { findOtherService, listRefusedQuestions } from './refused-questions.ts';
import { readScrapedPage, type ScrapedPage } from './scraped-page.ts';
import { listAskedServices, readServices, type ServiceState } from './service-state.ts';
import { examineParts, type FaultySource, type Unreachable } from './sources.ts';
import { findStray } from './stray-series.ts';
import { listSuspects } from './suspects.ts';

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
  /** The configuration as it is written. */
  readonly written?: readonly WrittenBlock[] | undefined;
  /** The page that is scraped, where it does not have the metric. */
  readonly missing?: Pick<ScrapedPage, 'url' | 'metric' | 'names'> | undefined;
  /** Series that a remote write sends as one, which is refused. */
  readonly merged?: MergedSeries | undefined;
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
  /** The suspected parts that give no answer. */
  readonly unreachable: readonly Unreachable[];
  /** Those that answer, and don't do what they are there for. */
  readonly faulty: readonly FaultySource[];
  /** How busy this machine is. */
  readonly load?: Load | undefined;
  /** How long after the first question what was asked for has come since; `never` if it has not. Asked only where nothing else explains it. */
  readonly delay?: Milliseconds | 'never' | undefined;
  /** The services that the criterion asks about. */
  readonly services: readonly ServiceState[];
  /** The spans of the trace that was asked for. */
  readonly trace?: readonly FoundSpan[] | undefined;
  /** What the services have sent of traces since the question was asked, where it was about traces. */
  readonly recent?: readonly FoundSpan[] | undefined;
  /** The signals that the backend has in this run of the services. */
  readonly held?: HeldSignals | undefined;
  /** The signals that the backend has of services without a name, where the criterion asks for telemetry of services. */
  readonly unnamed?: UnnamedSignals | undefined;
  /** The routes by which the service counts requests, where the trace of one was asked for. */
  readonly countedRoutes?: readonly string[] | undefined;
  /** What RabbitMQ itself says, where the criterion asks for what services do with it. */
  readonly broker?: BrokerState | undefined;
  /** Whether any line of the service that was asked for has a trace ID; undefined where that was not the question. */
  readonly hasTraceIds?: boolean | undefined;
  /** A line about the request whose trace was asked for, which has no trace ID. */
  readonly looseLine?: string | undefined;
  /** What RabbitMQ itself says of a metric of it that was asked for. */
  readonly sourceValue?: number | undefined;
  /** The values that a metric of a service has had since the question was asked, oldest first. */
  readonly course?: readonly number[] | undefined;
  /** The signals that Alloy has sent without a failure, and of which the backend has nothing. */
  readonly absences?: readonly Absence[];
  /** What the OTLP gateway answers to exports of the run itself, of the signals in question. */
  readonly directAnswers?: Readonly<Partial<Record<Signal, DirectAnswer>>>;
  /** What the exporter of the job says of its connection, `pg_up` or `redis_up`; undefined if there is none. */
  readonly exporterUp?: number | undefined;
  /** Why its last scrape failed, in its own words. */
  readonly exporterError?: string | undefined;
};

/** Gathers the symptoms; what can't be read is left empty. */
export async function gatherSymptoms(run: Run, failure: Failure): Promise<Symptoms> {
  const { evidence } = failure;
  const labels = readTargetLabels(evidence);
  // What an Alloy has counted since its start is what a question about its totals is about.
  const { alloyBefore: _, ...sinceStart } = run;
  const [
    flow,
    written,
    alloyAnswers,
    alloyLog,
    refusals,
    wrongAddresses,
    refusedQuestions,
    otherService,
    otherBackend,
    { unreachable, faulty },
    { services, held, recent, unnamed, countedRoutes },
    broker,
    trace,
    hasTraceIds,
    looseLine,
    course,
    sourceValue,
    exporter,
  ] = await Promise.all([
    readFlow(isAboutTotals(failure) ? sinceStart : run).catch(() => undefined),
    readFile(run.alloy.config, 'utf8').then(readBlocks, () => undefined),
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
    examineParts(run, listSuspects({ ...failure, subject: readSubject(evidence) }, run)),
    gatherServices(run, failure),
    isWithMessages(failure) ? readBroker(run).catch(() => undefined) : undefined,
    readTrace(run, evidence).catch(() => undefined),
    findTraceIds(run, evidence).catch(() => undefined),
    findLooseLine(run, evidence).catch(() => undefined),
    readCourse(run, evidence).catch(() => undefined),
    readSourceValue(run, evidence).catch(() => undefined),
    labels && readExporter(run, labels).catch(() => undefined),
  ]);
  const stopped = flow && findStopOf(flow, evidence);
  const page =
    stopped && evidence.kind === 'observation'
      ? await readPage(run, stopped, evidence).catch(() => undefined)
      : undefined;
  const stray =
    stopped && evidence.kind === 'observation' ? await findStray(run, stopped, evidence.condition) : undefined;
  const stop =
    stray ?? (page && flow && evidence.kind === 'observation' ? findStop(flow, evidence.subject, page) : stopped);
  // What the run sends itself must not be told as a service's silence, nor take long where nothing answers.
  const mayAsk =
    evidence.kind === 'observation' && evidence.seen.kind !== 'query failure' && otherBackend === undefined;
  const absences = mayAsk ? await findAbsences(run, evidence.subject) : [];
  const isRemoteWrite = evidence.kind === 'observation' && evidence.path === 'remote write';
  const merged = flow && isRemoteWrite ? await findMergedSeries(run, flow, alloyLog).catch(() => undefined) : undefined;
  return {
    ...failure,
    run,
    flow,
    written,
    missing: page?.series.length === 0 ? page : undefined,
    merged,
    stop,
    absences,
    directAnswers: mayAsk ? await askForSignals(run, stop, absences) : {},
    alloyAnswers,
    alloyLog,
    refusals,
    wrongAddresses,
    refusedQuestions,
    otherService,
    otherBackend,
    silentService: findSilentService(run.access),
    unreachable,
    faulty,
    services,
    held,
    recent,
    unnamed,
    countedRoutes,
    broker,
    trace,
    hasTraceIds,
    looseLine,
    course,
    sourceValue,
    load: readLoad(),
    exporterUp: exporter?.up,
    exporterError: exporter?.error,
  };
}

/** Where what was asked about stops, or an export of the run itself. */
export function findStopOf(flow: Flow, evidence: Evidence): Stop | undefined {
  if (evidence.kind === 'observation') return findStop(flow, evidence.subject);
  return evidence.kind === 'error' && evidence.failed ? findSignalStop(flow, evidence.failed.signal) : undefined;
}

async function gatherServices(run: Run, { evidence, needs, takenAway }: Failure) {
  const services = await readServices(run, listAskedServices(evidence, needs, takenAway));
  const parts = services.map(({ part }) => part);
  const isAsked = evidence.kind === 'observation' && evidence.path === 'otlp' && evidence.seen.kind !== 'query failure';
  const [held, recent, unnamed, countedRoutes] = await Promise.all([
    isAsked ? readHeldSignals(run, parts).catch(() => undefined) : undefined,
    readRecentSpans(run, parts, evidence).catch(() => undefined),
    isAsked && services.length > 0 ? readUnnamed(run).catch(() => undefined) : undefined,
    readCountedRoutes(run, parts, evidence).catch(() => undefined),
  ]);
  return { services, held, recent, unnamed, countedRoutes };
}

/** Whether a criterion may fail because of messages: it asks for work, or for the traces of it. */
function isWithMessages({ evidence, needs, takenAway }: Failure): boolean {
  if (takenAway.includes('rabbitmq') || !addDependencies(needs).includes('rabbitmq')) return false;
  return evidence.kind !== 'observation' || ['work', 'trace', 'traces', 'OTLP metric'].includes(evidence.subject.kind);
}

async function readTrace(run: Run, evidence: Evidence): Promise<FoundSpan[] | undefined> {
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'trace') return undefined;
  return await findTrace(run.access.tempo, evidence.subject.traceId);
}

/** The page of the target from which a series is missing, if nothing else stops it. */
async function readPage(run: Run, stop: Stop, { subject, condition }: Observation) {
  const { metric } = subject.kind === 'scraped metric' ? subject : { metric: '' };
  const isUnexplained = ['beyond Alloy', 'nothing written', 'write waits', 'dropped'].includes(stop.at);
  if (!isUnexplained || !isOnPage(metric) || condition.kind === 'empty') return undefined;
  return await readScrapedPage(run, stop, metric);
}

/** The signal that stops at an exporter, and those that the backend does not have. */
async function askForSignals(run: Run, stop: Stop | undefined, absences: readonly Absence[]) {
  const isRefused = stop?.of === 'signal' && (stop.at === 'export failed' || stop.at === 'export waits');
  const signals = SIGNALS.filter(
    (signal) => (isRefused && stop.signal === signal) || absences.some(({ items }) => items === ITEMS[signal]),
  );
  const answers = await Promise.all(signals.map(async (signal) => [signal, await askGateway(run, signal)] as const));
  return Object.fromEntries(answers.filter(([, answer]) => answer !== undefined));
}

/** Whether a question is about all that Alloy has counted, whenever that was. */
export function isAboutTotals({ evidence }: Pick<Failure, 'evidence'>): boolean {
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  return subject?.kind === 'metric of Alloy' || (subject?.kind === 'delivery' && subject.labels === undefined);
}

function readSubject(evidence: Evidence): Subject | undefined {
  return evidence.kind === 'observation' ? evidence.subject : undefined;
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

/** What an exporter says of its connection: `up` is undefined if it has said nothing in this run, `error` if it has none. */
export type ExporterState = { readonly up?: number; readonly error?: string };

/** What the exporter of a job says of its connection. */
export async function readExporter(run: Run, labels: Labels): Promise<ExporterState> {
  const matchers = Object.entries({ ...labels, ...run.seriesLabels, ...run.seriesMark }).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const selector = `{__name__=~"pg_up|redis_up|redis_exporter_last_scrape_error",${matchers.join(',')}}`;
  // Without a mark of the run, an older sample may be that of another Alloy.
  const isNew = run.seriesMark === undefined ? ` and timestamp(${selector}) >= ${run.startedAt / 1000}` : '';
  const samples = await queryInstant(run.access.prometheus, `${selector}${isNew}`);
  const isError = (name = '') => name.endsWith('_last_scrape_error');
  const ups = samples.filter(({ labels: { __name__ } }) => !isError(__name__)).map(({ value }) => value);
  const error = samples.find(
    ({ labels: { __name__, err = '' }, value }) => isError(__name__) && value > 0 && err !== '',
  );
  return { ...(ups.length > 0 && { up: Math.min(...ups) }), ...(error?.labels.err && { error: error.labels.err }) };
}

/** The mock of a warm stack has those of earlier runs, too. */
async function readRefusals(mockUrl: string, since: Milliseconds): Promise<Refusal[]> {
  const { body } = await request(`${mockUrl}/-/refusals`, { signal: AbortSignal.timeout(2000) });
  return Refusals.parse(await body.json()).refusals.filter(({ lastTime }) => lastTime >= since);
}
