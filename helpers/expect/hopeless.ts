import { alloyTotals } from '../clients/alloy.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { run } from './run.ts';
import type { Telemetry } from './telemetry.ts';

const AGAIN: Milliseconds = 500;

/** What tells, per way, that Alloy has given data up for good. */
const GIVEN_UP: Readonly<Record<Telemetry<unknown>['path'], RegExp>> = {
  otlp: /^otelcol_exporter_send_failed_/,
  'remote write': /^prometheus_remote_storage_samples_(failed|dropped)_total$/,
};

/**
 * A watch that tells when looking on is in vain: Alloy gives no answer any more; or what was asked for had the time to come,
 * and Alloy has given up data of this kind since the watch began, or it has come somewhere else. So a run in which all is
 * refused fails in seconds.
 */
export function hopelessness({
  path,
  misplaced,
}: Pick<Telemetry<unknown>, 'path' | 'misplaced'>): () => Promise<boolean> {
  const { otlpBatch, scrape, remoteWriteDeadline } = run.intervals;
  const patience = path === 'otlp' ? 3 * otlpBatch + 1000 : 2 * scrape + 2 * remoteWriteDeadline + 1000;
  const began = performance.now();
  const givenUpBefore = givenUp(path);
  let asked = began;
  return async () => {
    const now = performance.now();
    if (now - asked < AGAIN) return false;
    asked = now;
    const [before, since] = await Promise.all([givenUpBefore, givenUp(path)]);
    if (since === undefined) return true;
    if (now - began <= patience) return false;
    return since > (before ?? 0) || (now - began > 2 * patience && (await misplaced?.()) === true);
  };
}

async function givenUp(path: Telemetry<unknown>['path']): Promise<number | undefined> {
  const [total] = await alloyTotals(run.alloy, [GIVEN_UP[path]]).catch(() => []);
  return total;
}
