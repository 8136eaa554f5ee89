import { readAlloyTotal } from '../clients/alloy-metrics.ts';
import type { Labels, SampleRange } from '../clients/prometheus.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { ALLOY_TARGET_SYNC, SLACK } from './deadlines.ts';
import type { Metric, Question, Telemetry } from './question.ts';
import { run } from './run.ts';
import { samples, serviceExport } from './telemetry.ts';
import { waitFor } from './wait.ts';

/** The longest window that is searched for the first sample. */
const MAX_WINDOW: Milliseconds = 3_600_000;

/**
 * How long the first sample of a scrape may take: one interval, Alloy's target sync and the write deadline, and what a busy
 * machine adds to the start of a real Alloy (measured: 0.2 to 1.8 s).
 */
export function firstSampleBound(): Milliseconds {
  return run.intervals.scrape + ALLOY_TARGET_SYNC + run.intervals.remoteWriteDeadline + SLACK;
}

/** Waits for a metric of one series to exist, and returns its value. Throws `CriterionFailed` if it does not arrive. */
export async function presentValue(metric: Metric): Promise<number> {
  const { value } = await waitFor(metric, { kind: 'any', of: 'value' }, async () => {
    const [sample] = await metric.ask();
    return { holds: sample !== undefined, seen: { kind: 'values', count: 0, values: [] }, value: sample?.value ?? 0 };
  });
  return value;
}

/** Waits for a sample that was scraped after the call. Throws `CriterionFailed` if none arrives. */
export async function nextScrape(name: string, labels: Labels): Promise<void> {
  const source = samples(name, labels, 60);
  await waitForNewer(source, async () => findNewestTime(await source.ask()));
}

/** Waits for metrics that the service exported after the call, whichever they are. Throws `CriterionFailed` if none arrive. */
export async function nextExport(service: string): Promise<void> {
  const source = serviceExport(service);
  await waitForNewer(source, async () => (await source.ask())[0]?.value ?? 0);
}

async function waitForNewer(question: Question, readNewest: () => Promise<Milliseconds>): Promise<void> {
  const since = Date.now();
  await waitFor(question, { kind: 'newer sample', since }, async () => {
    const newest = await readNewest();
    const seen = newest === 0 ? ({ kind: 'nothing' } as const) : ({ kind: 'newest sample', time: newest } as const);
    return { holds: newest > since, seen, value: newest };
  });
}

/**
 * How long after Alloy's start the first sample of a scrape was taken, in milliseconds. If Alloy started more than an hour ago,
 * it is the age of the newest sample: a late one breaks the same promise.
 */
export async function firstSample(name: string, labels: Labels): Promise<Telemetry<Milliseconds>> {
  const starts = await Promise.all(
    ['process_start_time_seconds', 'alloy_resources_process_start_time_seconds'].map((start) =>
      readAlloyTotal(run.alloy, start),
    ),
  );
  const started = Math.max(...starts) * 1000;
  const isRecent = Date.now() - started < MAX_WINDOW;
  const source = samples(name, labels, (isRecent ? Date.now() - started + 60_000 : MAX_WINDOW) / 1000);
  const { subject, path, deadline, asked } = source;
  return {
    path,
    deadline,
    ...(asked && { asked }),
    subject: subject.kind === 'scraped metric' ? { ...subject, expression: `the first sample of ${name}` } : subject,
    async ask() {
      const ranges = await source.ask();
      if (ranges.length === 0) return Number.POSITIVE_INFINITY;
      if (!isRecent) return Date.now() - findNewestTime(ranges);
      return Math.round(Math.min(...ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000))) - started);
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

function findNewestTime(ranges: readonly SampleRange[]): number {
  return Math.max(0, ...ranges.flatMap((range) => range.samples.map(({ time }) => time * 1000)));
}
