import { locate } from '../../flow/place.ts';
import { findOtherMark } from '../../flow/series-mark.ts';
import { createRule } from '../rule.ts';

/**
 * Remote write marks the series with another text than the run asks for.
 *
 * `prometheus.remote_write.x marks series with verify_run="production" (config.alloy:160), and this run asks for verify_run="4f1c…"`
 */
export const otherMark = createRule('other mark', ({ flow, stop, run }) => {
  const other = stop && findOtherMark(stop, run.seriesMark);
  if (flow === undefined || other === undefined) return undefined;
  const { write, label, wanted, found } = other;
  return { label, wanted, found, place: locate(flow, write, 'external_labels') };
});
