import type { Milliseconds } from '../otlp/ids.ts';
import type { AlloyEndpoint } from '../run/run.ts';
import type { Intervals } from '../settings/settings.ts';
import { type Component, listComponents, listDurations } from './alloy-components.ts';

/** The settings of Alloy's components that decide how long telemetry takes, by the interval that they are. */
const SETTINGS = [
  ['scrape', 'prometheus.scrape', 'scrape_interval'],
  ['scrapeTimeout', 'prometheus.scrape', 'scrape_timeout'],
  ['otlpBatch', 'otelcol.processor.batch', 'timeout'],
  ['remoteWriteDeadline', 'prometheus.remote_write', 'batch_send_deadline'],
] as const;

/**
 * The intervals that a running Alloy has evaluated, the longest of each kind; those that it does not report are missing. Empty
 * where it gives no answer: that is a finding of the criteria.
 */
export async function readIntervals(alloy: Pick<AlloyEndpoint, 'url'>): Promise<Partial<Intervals>> {
  const components = await listComponents(alloy).catch((): Component[] => []);
  const intervals: Partial<Record<keyof Intervals, Milliseconds>> = {};
  const names = new Set<string>(SETTINGS.map(([, name]) => name));
  await Promise.all(
    components
      .filter(({ name }) => names.has(name))
      .map(async ({ id, name }) => {
        const durations = await listDurations(alloy, id).catch(() => new Map<string, Milliseconds>());
        for (const [interval, component, setting] of SETTINGS) {
          const found = component === name ? durations.get(setting) : undefined;
          if (found !== undefined) intervals[interval] = Math.max(found, intervals[interval] ?? 0);
        }
      }),
  );
  return intervals;
}
