import { findTexts, type GraphComponent, listDestinations, readGraph } from '../clients/alloy-graph.ts';
import { readAlloyTotals } from '../clients/alloy-metrics.ts';
import { queryInstant } from '../clients/prometheus.ts';
import type { Subject } from '../findings/evidence.ts';
import type { FindingKind } from '../findings/finding.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import type { Backend, Run } from '../run/run.ts';
import { describeAskedService } from './asked-service.ts';
import { comesTrue, makeProbes } from './probes.ts';

/** A way from Alloy to a service of the backend, by the signal that takes it. */
type Signal = 'traces' | 'logs' | 'metrics' | 'scraped samples';

type Way = {
  readonly service: keyof BackendAccess;
  /** The names of the components that send. */
  readonly components: RegExp;
  /** The names of those that have the instance ID. */
  readonly logins: RegExp;
  /** What begins the names of the variables of its endpoint and ID. */
  readonly variables: string;
};

const OTLP = { logins: /^otelcol\.auth\.basic$/, variables: 'GRAFANA_CLOUD_OTLP' };
const REMOTE_WRITE = /^prometheus\.remote_write$/;

/** What is known of each way before anything is asked. */
const WAYS: Readonly<Record<Signal, Way>> = {
  traces: { ...OTLP, service: 'tempo', components: /^otelcol\.exporter\./ },
  logs: { ...OTLP, service: 'loki', components: /^(otelcol\.exporter\.|loki\.write$)/ },
  metrics: { ...OTLP, service: 'prometheus', components: /^otelcol\.exporter\./ },
  'scraped samples': {
    service: 'prometheus',
    components: REMOTE_WRITE,
    logins: REMOTE_WRITE,
    variables: 'GRAFANA_CLOUD_PROMETHEUS',
  },
};

/** The signal of what a question is about; none for one that Alloy itself answers. */
const SIGNALS: Readonly<Partial<Record<Subject['kind'], Signal>>> = {
  trace: 'traces',
  traces: 'traces',
  logs: 'logs',
  'OTLP metric': 'metrics',
  'scraped metric': 'scraped samples',
  series: 'scraped samples',
};

/** The signals that go to another backend than the one that is asked, and the addresses. */
export type OtherBackend = Omit<FindingKind<'another backend'>, 'kind'> & { readonly signals: readonly Signal[] };

/** Whether what a question is about goes to the other backend. */
export function isSentElsewhere(found: OtherBackend | undefined, { kind }: Subject): boolean {
  const signal = SIGNALS[kind];
  return signal !== undefined && found?.signals.includes(signal) === true;
}

/** By their IDs: every criterion of a run has the same answer. */
const looks = new Map<string, Promise<OtherBackend | undefined>>();

/**
 * Whether an Alloy that the run did not start sends to another backend than the one that is asked. Addresses that differ prove
 * nothing: the one may pass on to the other. So marked data is sent through Alloy then, and it is looked whether it arrives once
 * Alloy counts it as delivered. Returns undefined where nothing proves it; never rejects.
 */
export function findOtherBackend(run: Run): Promise<OtherBackend | undefined> {
  if (run.stack !== 'external') return Promise.resolve(undefined);
  const look = looks.get(run.id) ?? lookForOtherBackend(run).catch(() => undefined);
  looks.set(run.id, look);
  return look;
}

/** Whether another criterion has had reason to ask. */
export function isAskedForOtherBackend({ id }: Pick<Run, 'id'>): boolean {
  return looks.has(id);
}

/** A way whose addresses differ from the one that is asked, or its instance IDs, which `sendsTo` has then too. */
type Suspect = {
  readonly signal: Signal;
  readonly service: keyof BackendAccess;
  readonly sendsTo: readonly string[];
  readonly hasOtherId: boolean;
};

async function lookForOtherBackend(run: Run): Promise<OtherBackend | undefined> {
  const suspects = await listSuspects(run);
  if (suspects.length === 0) return undefined;
  const before = await readCounts(run);
  const isMarked = ({ signal }: Suspect) => signal !== 'scraped samples';
  const marked = await proveMarked(run, suspects.filter(isMarked), before);
  // Scraped samples have no mark: those of another Alloy look the same, and all that has one tells of the rest.
  const isToldByOthers = marked.length > 0 && marked.length === suspects.filter(isMarked).length;
  const scraped = suspects.filter((suspect) => !isMarked(suspect));
  const isLost = scraped.length > 0 && (await isNothingScraped(run, before, isToldByOthers));
  const proven = [...marked, ...(isLost ? scraped : [])];
  if (proven.length === 0) return undefined;
  const services = [...new Set(proven.map(({ service }) => service))];
  return {
    signals: proven.map(({ signal }) => signal),
    sendsTo: [...new Set(proven.flatMap(({ sendsTo }) => sendsTo))],
    asked: services.map((service) => ({
      ...describeAskedService(run.access, service),
      ...(proven.some((one) => one.service === service && one.hasOtherId) && { user: run.access[service].user }),
    })),
  };
}

async function listSuspects(run: Run): Promise<Suspect[]> {
  const graph = await readGraph(run.alloy);
  const read = (wanted: RegExp, list: (component: GraphComponent) => readonly string[]) => [
    ...new Set(graph.filter(({ name }) => wanted.test(name)).flatMap(list)),
  ];
  return (Object.keys(WAYS) as Signal[]).flatMap((signal): Suspect[] => {
    const { service, components: writers, logins, variables: name } = WAYS[signal];
    const sendsTo = read(writers, listDestinations);
    const ids = read(logins, ({ settings }) => findTexts(settings, 'username'));
    const { url, variables } = run.access[service];
    // Where it is asked next to the endpoint that Alloy writes to, both are of one backend.
    const isNext = variables?.url.endsWith('_ENDPOINT') === true;
    const asked = [readOrigin(url), isNext ? readOrigin(run.variables[`${name}_ENDPOINT`]) : undefined];
    if (sendsTo.length === 0) return [];
    if (!sendsTo.some((address) => asked.includes(readOrigin(address))))
      return [{ signal, service, sendsTo, hasOtherId: false }];
    // Two stacks of Grafana Cloud in one region differ in nothing else.
    const id = run.variables[`${name}_INSTANCE_ID`] ?? '';
    if (!isNext || ids.length === 0 || ids.includes(id)) return [];
    const named = sendsTo.map((address) => `${address} (instance ID ${ids.join(', ')})`);
    return [{ signal, service, sendsTo: named, hasOtherId: true }];
  });
}

function readOrigin(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** What something in between, and the backend, may take until data is visible, beside the batches of Alloy and of that. */
const SLACK: Readonly<Record<Backend, Milliseconds>> = { mock: 5000, lgtm: 10_000, cloud: 35_000 };
/** Those whose marked data does not arrive, although Alloy counts it as delivered. */
async function proveMarked(run: Run, suspects: readonly Suspect[], before: Counts): Promise<Suspect[]> {
  const probes = makeProbes(run);
  const proofs = suspects.map(async (suspect) => {
    const probe = probes[suspect.signal as keyof typeof probes];
    await probe.send();
    const isThere = await comesTrue(2 * run.intervals.otlpBatch + SLACK[run.backend], probe.isThere);
    return !isThere && hasDelivered(suspect.signal, before, await readCounts(run)) ? [suspect] : [];
  });
  return (await Promise.all(proofs.map((proof) => proof.catch(() => [])))).flat();
}

/** Whether nothing of what Alloy scrapes is there: the backend has nobody's `up`, or `isToldByOthers`. */
async function isNothingScraped(run: Run, before: Counts, isToldByOthers: boolean): Promise<boolean> {
  const { scrape, remoteWriteDeadline } = run.intervals;
  const nothing = { delivered: { ...before.delivered, 'scraped samples': 0 }, failed: before.failed };
  if (isToldByOthers) return hasDelivered('scraped samples', nothing, await readCounts(run));
  const isThere = async () => (await queryInstant(run.access.prometheus, 'count(up)')).length > 0;
  if (await comesTrue(2 * scrape + 2 * remoteWriteDeadline + SLACK[run.backend], isThere)) return false;
  return hasDelivered('scraped samples', before, await readCounts(run));
}

type Counter = { readonly sent: RegExp; readonly failed: RegExp };

/** How Alloy counts what it sends on each way. */
const COUNTERS: Readonly<Record<Signal, Counter>> = {
  traces: { sent: /^otelcol_exporter_sent_spans_total$/, failed: /^otelcol_exporter_send_failed_spans_total$/ },
  logs: {
    sent: /^(otelcol_exporter_sent_log_records_total|loki_write_sent_entries_total)$/,
    failed: /^(otelcol_exporter_send_failed_log_records_total|loki_write_dropped_entries_total)$/,
  },
  metrics: {
    sent: /^otelcol_exporter_sent_metric_points_total$/,
    failed: /^otelcol_exporter_send_failed_metric_points_total$/,
  },
  'scraped samples': {
    sent: /^prometheus_remote_storage_samples_total$/,
    failed: /^prometheus_remote_storage_samples_(failed|retried)_total$/,
  },
};

type Counts = Readonly<Record<'delivered' | 'failed', Readonly<Record<Signal, number>>>>;

async function readCounts({ alloy }: Run): Promise<Counts> {
  const signals = Object.keys(COUNTERS) as Signal[];
  const totals = await readAlloyTotals(
    alloy,
    signals.flatMap((signal) => [COUNTERS[signal].sent, COUNTERS[signal].failed]),
  );
  const counts = signals.map((signal, index) => {
    const [sent = 0, failed = 0] = totals.slice(2 * index);
    // Remote write counts what it sends before the answer.
    return { signal, failed, delivered: signal === 'scraped samples' ? sent - failed : sent };
  });
  const pick = (name: 'delivered' | 'failed') =>
    Object.fromEntries(counts.map((count) => [count.signal, count[name]])) as Record<Signal, number>;
  return { delivered: pick('delivered'), failed: pick('failed') };
}

function hasDelivered(signal: Signal, before: Counts, now: Counts): boolean {
  return now.delivered[signal] > before.delivered[signal] && now.failed[signal] <= before.failed[signal];
}
