/** The label with which remote write marks the series of a run. */
import { findSetting, readPairs } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import type { Component } from './flow.ts';
import type { Stop } from './stops.ts';

/** A remote write on the way of samples that marks them otherwise than the run asks for them: `found` is empty for no mark. */
export type OtherMark = {
  readonly write: Component;
  readonly label: string;
  readonly wanted: string;
  readonly found: string;
};

/** Finds what marks the samples in question otherwise; undefined where one of their ways marks them as wanted. */
export function findOtherMark(stop: Stop, mark: Labels | undefined): OtherMark | undefined {
  const [[label, wanted] = []] = Object.entries(mark ?? {});
  if (stop.of !== 'samples' || label === undefined || wanted === undefined) return undefined;
  // What has not been delivered is not missing for its mark.
  if (stop.at === 'write waits' || stop.at === 'write failed') return undefined;
  const marks = stop.route.ends
    .filter(({ name, settings }) => name === 'prometheus.remote_write' && settings !== undefined)
    .map((write) => {
      const found = readPairs(findSetting(write.settings, 'external_labels')?.value)[label] ?? '';
      return { write, label, wanted, found };
    });
  return marks.some(({ found }) => found === wanted) ? undefined : marks[0];
}
