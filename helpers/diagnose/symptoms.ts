import { request } from 'undici';
import { z } from 'zod';
import {
  type Component,
  listComponents,
  listScrapeTargets,
  listUsernames,
  type ScrapeTarget,
} from '../clients/alloy-components.ts';
import { readAlloyMetrics } from '../clients/alloy-metrics.ts';
import type { InstantSample } from '../clients/prometheus.ts';
import { queryInstant } from '../clients/prometheus.ts';
import { findSilence } from '../clients/silence.ts';
import type { Evidence, Labels } from '../findings/evidence.ts';
import { type FindingKind, LOGIN_FAULTS, type RefusedQuestion, type WrongAddress } from '../findings/finding.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import type { Part } from '../run/part.ts';
import { redact } from '../run/redact.ts';
import type { Run } from '../run/run.ts';
import { listWrongAddresses } from './alloy-addresses.ts';
import { type LogLine, readAlloyLog } from './alloy-log.ts';
import { describeAskedService } from './asked-service.ts';
import { findOtherBackend, type OtherBackend } from './other-backend.ts';
import { findOtherService, listRefusedQuestions } from './refused-questions.ts';
import { listUnreachable, type Unreachable } from './sources.ts';

const Refusals = z.object({
  refusals: z.array(
    z.object({ service: z.string(), user: z.string().optional(), reason: z.enum(LOGIN_FAULTS), count: z.number() }),
  ),
});
type SilentService = Omit<FindingKind<'backend silent'>, 'kind'>;
type Refusal = z.infer<typeof Refusals>['refusals'][number];

/** A failed criterion: the evidence, the parts that its phase needs, and those that it took away itself. */
export type Failure = {
  readonly evidence: Evidence;
  readonly needs: readonly Part[];
  readonly takenAway: readonly Part[];
};

/** The observable state of a run in which a criterion failed. Each field is gathered independently of the others. */
export type Symptoms = Failure & {
  readonly run: Run;
  /** False if Alloy gives no answer at all. */
  readonly alloyAnswers: boolean;
  readonly alloyMetrics: readonly InstantSample[];
  readonly components: readonly Component[];
  /** The problems that Alloy logged, newest last. */
  readonly alloyLog: readonly LogLine[];
  /** Logins that the mock cloud refused. */
  readonly refusals: readonly Refusal[];
  /** The user names of Alloy's logins, as it evaluated them, by the name of the component that has them. */
  readonly usernames: Readonly<Record<string, readonly string[]>>;
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
  /** The current `up` of the job and instance in question; undefined if there is none. */
  readonly up: number | undefined;
  /** The targets of that job and instance, as Alloy reports them. */
  readonly targets: readonly ScrapeTarget[];
};

/** Gathers the symptoms; what can't be read is left empty. */
export async function gatherSymptoms(run: Run, failure: Failure): Promise<Symptoms> {
  const labels = readTargetLabels(failure.evidence);
  const components = listComponents(run.alloy).catch(() => []);
  const [
    metrics,
    known,
    usernames,
    alloyLog,
    refusals,
    wrongAddresses,
    refusedQuestions,
    otherService,
    otherBackend,
    unreachable,
    up,
    targets,
  ] = await Promise.all([
    readAlloyMetrics(run.alloy).catch(() => undefined),
    components,
    components.then((list) => readUsernames(run, list)).catch(() => ({})),
    readAlloyLog(run).catch(() => []),
    run.mockUrl === undefined ? [] : readRefusals(run.mockUrl).catch(() => []),
    run.stack === 'external' ? listWrongAddresses(run.alloy) : [],
    listRefusedQuestions(run.access, failure.evidence),
    findOtherService(run.access, failure.evidence),
    failure.evidence.kind === 'observation' ? findOtherBackend(run) : undefined,
    listUnreachable(run, listSuspects(failure)),
    labels && readUp(run, labels).catch(() => undefined),
    labels ? components.then((list) => findTargets(run, list, labels)).catch(() => []) : [],
  ]);
  return {
    ...failure,
    run,
    alloyAnswers: metrics !== undefined,
    alloyMetrics: metrics ?? [],
    components: known.map((component) => ({ ...component, message: redact(component.message, run) })),
    usernames,
    alloyLog,
    refusals,
    wrongAddresses,
    refusedQuestions,
    otherService,
    otherBackend,
    silentService: findSilentService(run.access),
    unreachable,
    up,
    targets,
  };
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

async function readUp(run: Run, labels: Labels): Promise<number | undefined> {
  const matchers = Object.entries({ ...labels, ...run.seriesMark }).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const selector = `up{${matchers.join(',')}}`;
  // Without a mark of the run, an older sample may be that of another Alloy.
  const isNew = run.seriesMark === undefined ? ` and timestamp(${selector}) >= ${run.startedAt / 1000}` : '';
  const samples = await queryInstant(run.access.prometheus, `${selector}${isNew}`);
  return samples.length === 0 ? undefined : Math.min(...samples.map(({ value }) => value));
}

async function findTargets(
  run: Run,
  components: readonly Component[],
  { job, instance }: Labels,
): Promise<ScrapeTarget[]> {
  const scrapes = components.filter(({ name }) => name === 'prometheus.scrape');
  const targets = await Promise.all(scrapes.map(({ id }) => listScrapeTargets(run.alloy, id)));
  return targets
    .flat()
    .filter(({ labels }) => labels.job === job && labels.instance === instance)
    .map((target) => ({ ...target, url: redact(target.url, run), error: redact(target.error, run) }));
}

/** The names of the components that log in to each service of the backend. */
export const LOGIN_COMPONENTS = { OTLP: 'otelcol.auth.basic', PROMETHEUS: 'prometheus.remote_write' } as const;

async function readUsernames(run: Run, components: readonly Component[]): Promise<Record<string, string[]>> {
  const entries = Object.values(LOGIN_COMPONENTS).map(async (wanted) => {
    const ids = components.filter(({ name }) => name === wanted).map(({ id }) => id);
    return [wanted, (await Promise.all(ids.map((id) => listUsernames(run.alloy, id)))).flat()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readRefusals(mockUrl: string): Promise<Refusal[]> {
  const { body } = await request(`${mockUrl}/-/refusals`, { signal: AbortSignal.timeout(2000) });
  return Refusals.parse(await body.json()).refusals;
}
