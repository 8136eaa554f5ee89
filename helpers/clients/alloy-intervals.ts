import type { Milliseconds } from '../otlp/ids.ts';
import type { AlloyEndpoint } from '../run/run.ts';
import type { Intervals } from '../settings/settings.ts';
import { type Component, listComponents, listDurations } from './alloy-components.ts';

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
  const components = await listComponents(alloy).catch((): Component[] => []);
  const intervals: Partial<Record<keyof Intervals, Milliseconds>> = {};
  const names = new Set<string>(SETTINGS.map(([, name]) => name));
  await Promise.all(
    components
      .filter(({ name }) => names.has(name))
      .map(async ({ id, name }) => {
        const durations = await listDurations(alloy, id).catch(() => undefined);
        if (durations === undefined) return;
        for (const [interval, component, setting, initial] of SETTINGS) {
          if (component !== name) continue;
          // Alloy leaves out what has its default.
          intervals[interval] = Math.max(durations.get(setting) ?? initial, intervals[interval] ?? 0);
        }
      }),
  );
  return intervals;
}
