import type { Milliseconds } from '../otlp/ids.ts';
import type { AlloyEndpoint } from '../run/run.ts';
import { parseDuration } from '../settings/duration.ts';
import type { Intervals } from '../settings/settings.ts';
import { findTexts, type GraphComponent, readGraph } from './alloy-graph.ts';

/** The settings of Alloy's components that decide how long telemetry takes, by the interval that they are, and their defaults. */
const SETTINGS = [
  ['scrape', 'prometheus.scrape', 'scrape_interval', 60_000],
  ['scrapeTimeout', 'prometheus.scrape', 'scrape_timeout', 10_000],
  ['otlpBatch', 'otelcol.processor.batch', 'timeout', 200],
  ['remoteWriteDeadline', 'prometheus.remote_write', 'batch_send_deadline', 5000],
] as const;

/**
 * The intervals that a running Alloy has evaluated, the longest of each kind; those of components that it does not have or
 * reports no arguments of are missing. Empty where it gives no answer: that is a finding of the criteria.
 */
export async function readIntervals(alloy: Pick<AlloyEndpoint, 'url'>): Promise<Partial<Intervals>> {
  const graph = await readGraph(alloy).catch((): GraphComponent[] => []);
  const found = SETTINGS.flatMap(([interval, component, setting, initial]) => {
    const own = graph.filter(({ name, settings }) => name === component && settings !== undefined);
    if (own.length === 0) return [];
    // Alloy leaves out what has its default.
    const longest = own.map(({ settings }) => readLongest(findTexts(settings, setting)) ?? initial);
    return [[interval, Math.max(...longest)] as const];
  });
  return Object.fromEntries(found);
}

function readLongest(texts: readonly string[]): Milliseconds | undefined {
  const durations = texts.map(parseDuration).filter((duration) => duration !== undefined);
  return durations.length === 0 ? undefined : Math.max(...durations);
}
