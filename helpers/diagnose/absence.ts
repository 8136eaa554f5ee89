/** Whether the backend has nothing of a signal that Alloy sends without a failure: it takes it, and holds none of it. */
import { queryInstant } from '../clients/prometheus.ts';
import type { Items, Subject } from '../findings/evidence.ts';
import type { Signal } from '../findings/finding.ts';
import { countAt, type Flow, readFlow, SIGNALS } from '../flow/flow.ts';
import { ITEMS } from '../flow/otlp-route.ts';
import { findSignalStop, findStop, type SignalStop, type Stop } from '../flow/stops.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Backend, Run } from '../run/run.ts';
import { comesTrue, makeProbes, type Probe } from './probes.ts';

/** A signal of which the backend has nothing, and how many items of it Alloy has sent in this run. */
export type Absence = { readonly items: Items; readonly sent: number };

/** What Alloy may take to send what it has, beside its batches. */
const SENDING: Milliseconds = 5000;
/** What a backend may take until it shows what it has taken. The mock cloud has stored it before it answers. */
export const VISIBILITY: Readonly<Record<Backend, Milliseconds>> = { mock: 500, lgtm: 10_000, cloud: 35_000 };

/** By run and signal: every criterion of a run has the same answer. */
const looks = new Map<string, Promise<Absence | undefined>>();

/**
 * Looks for the signals of a question of which the backend has nothing. Over OTLP marked telemetry is sent through Alloy, and it
 * is looked whether it arrives once Alloy has sent everything; of what is scraped, any series with the mark of the run will do.
 * Empty where nothing proves it; never rejects.
 */
export async function findAbsences(run: Run, subject: Subject): Promise<Absence[]> {
  const flow = await readFlow(run).catch(() => undefined);
  const stop = flow && findStop(flow, subject);
  if (flow === undefined || stop === undefined) return [];
  const isDelivery = subject.kind === 'delivery' && stop.of === 'signal';
  const stops = isDelivery ? SIGNALS.map((signal) => findSignalStop(flow, signal)) : [stop];
  const found = stops.filter(({ at }) => at === 'beyond Alloy').map((one) => findAbsence(run, flow, one));
  return (await Promise.all(found)).filter((absence) => absence !== undefined);
}

function findAbsence(run: Run, flow: Flow, stop: Stop): Promise<Absence | undefined> {
  // Samples that were sent and not answered yet are no proof, and may be one later.
  if (stop.of === 'samples' && !hasAnswer(flow, stop)) return Promise.resolve(undefined);
  const key = `${run.id} ${stop.of === 'signal' ? stop.signal : 'samples'}`;
  const look =
    looks.get(key) ??
    (stop.of === 'signal' ? lookForSignal(run, stop.signal) : lookForSamples(run)).catch(() => undefined);
  looks.set(key, look);
  return look;
}

/** How many exports are sent, one after the other: a backend that loses every second one has one of them. */
const PROBES = 2;

async function lookForSignal(run: Run, signal: Signal): Promise<Absence | undefined> {
  const probes = Array.from({ length: PROBES }, () => makeProbes(run)[signal]);
  for (const probe of probes) if (!(await hasLeft(run, signal, probe))) return undefined;
  const isThere = async () => (await Promise.all(probes.map((probe) => probe.isThere()))).includes(true);
  if (await comesTrue(VISIBILITY[run.backend], isThere)) return undefined;
  const stop = await readStop(run, signal);
  return stop?.at === 'beyond Alloy' ? { items: ITEMS[signal], sent: stop.sent } : undefined;
}

/** Sends a probe, and waits until Alloy has sent all that it has accepted by then. */
async function hasLeft(run: Run, signal: Signal, probe: Probe): Promise<boolean> {
  await probe.send();
  let accepted: number | undefined;
  return await comesTrue(2 * run.intervals.otlpBatch + SENDING, async () => {
    const stop = await readStop(run, signal);
    if (stop?.at !== 'beyond Alloy') return false;
    accepted ??= stop.accepted;
    return stop.sent >= accepted;
  });
}

async function readStop(run: Run, signal: Signal): Promise<SignalStop | undefined> {
  const flow = await readFlow(run);
  return flow && findSignalStop(flow, signal);
}

async function lookForSamples(run: Run): Promise<Absence | undefined> {
  const { seriesMark, access } = run;
  if (seriesMark === undefined) return undefined;
  const mark = Object.entries(seriesMark).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const isThere = async () => (await queryInstant(access.prometheus, `count({${mark.join(',')}})`)).length > 0;
  if (await comesTrue(VISIBILITY[run.backend], isThere)) return undefined;
  const flow = await readFlow(run);
  const writes = (flow?.components ?? []).filter(({ name }) => name === 'prometheus.remote_write');
  const sent = writes.reduce((sum, write) => sum + (flow ? countAt(flow, write, SAMPLES) : 0), 0);
  return sent > 0 ? { items: 'samples', sent } : undefined;
}

const SAMPLES = /^prometheus_remote_storage_samples_total$/;

/** Whether remote write has got an answer for what it has sent: it counts samples before that. */
function hasAnswer(flow: Flow, stop: Extract<Stop, { of: 'samples' }>): boolean {
  return stop.route.ends.some(
    (end) => countAt(flow, end, /^prometheus_remote_storage_queue_highest_sent_timestamp_seconds$/) > 0,
  );
}
