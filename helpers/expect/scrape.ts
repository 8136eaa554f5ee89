import { alloyTotal } from '../clients/alloy.ts';
import type { Labels, SampleRange } from '../clients/prometheus.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { ALLOY_TARGET_SYNC } from './deadlines.ts';
import { run } from './run.ts';
import type { Metric, Telemetry } from './telemetry.ts';
import { samples, serviceSamples } from './telemetry.ts';
import { waitOrThrow } from './wait.ts';

/** What Alloy may take from its own start to evaluating the configuration (measured: 0.16 s). */
const ALLOY_START: Milliseconds = 1000;
/** The longest window in which the first sample is looked for. */
const WINDOW: Milliseconds = 3_600_000;

/** Within what the first sample of a scrape has to be there: one interval, Alloy's target sync and the write deadline. */
export const firstSampleBound: Milliseconds =
  run.intervals.scrape + ALLOY_TARGET_SYNC + run.intervals.remoteWriteDeadline + ALLOY_START;

/** The present value of a metric of one series, waited for until it exists; throws `TelemetryMissing` where it does not come. */
export async function presentValue(metric: Metric): Promise<number> {
  return await waitOrThrow(metric, 'has a value to start from', async () => {
    const [sample] = await metric.ask();
    return { holds: sample !== undefined, seen: 'no series', value: sample?.value ?? Number.NaN };
  });
}

/** Returns when a sample of this metric that was scraped after the call is in the backend; throws `TelemetryMissing` where none comes. */
export async function nextScrape(name: string, labels: Labels): Promise<void> {
  const asked = Date.now();
  const up = samples(name, labels, 60);
  await waitOrThrow(up, `has a sample after ${new Date(asked).toISOString()}`, async () => {
    const newest = newestTime(await up.ask());
    return { holds: newest > asked, seen: newest === 0 ? 'none' : new Date(newest).toISOString(), value: newest };
  });
}

/** Returns when metrics that this service exported after the call are in the backend; throws `TelemetryMissing` where none come. */
export async function nextExport(service: string): Promise<void> {
  const asked = Date.now();
  const exported = serviceSamples('http_server_active_requests', service, 60);
  await waitOrThrow(exported, `has a sample after ${new Date(asked).toISOString()}`, async () => {
    const newest = newestTime(await exported.ask());
    return { holds: newest > asked, seen: newest === 0 ? 'none' : new Date(newest).toISOString(), value: newest };
  });
}

/**
 * How long after Alloy's start the first sample of a scrape was taken, in milliseconds. Where Alloy started longer ago than
 * an hour it is the age of the newest sample that is told: a late one breaks the same promise.
 */
export async function firstSample(name: string, labels: Labels): Promise<Telemetry<Milliseconds>> {
  const starts = await Promise.all(
    ['process_start_time_seconds', 'alloy_resources_process_start_time_seconds'].map((start) =>
      alloyTotal(run.alloy, start),
    ),
  );
  const started = Math.max(...starts) * 1000;
  const recently = Date.now() - started < WINDOW;
  const source = samples(name, labels, (recently ? Date.now() - started + 60_000 : WINDOW) / 1000);
  return {
    asked: `the first sample of ${name}`,
    path: source.path,
    deadline: source.deadline,
    nearest: source.nearest,
    async ask() {
      const ranges = await source.ask();
      if (ranges.length === 0) return Number.POSITIVE_INFINITY;
      if (!recently) return Date.now() - newestTime(ranges);
      return Math.min(...ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000))) - started;
    },
  };
}

/** Whether one of the first two samples after the moment `since` has this value. */
export function turnedTo(value: number, since: Milliseconds): (ranges: SampleRange[]) => boolean {
  return (ranges) =>
    ranges.some(({ samples: taken }) =>
      taken
        .filter(({ time }) => time * 1000 > since)
        .slice(0, 2)
        .some((sample) => sample.value === value),
    );
}

function newestTime(ranges: readonly SampleRange[]): number {
  return Math.max(0, ...ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000)));
}
