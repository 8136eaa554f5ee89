import { shorten } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * The configuration has no component that receives OTLP.
 *
 * `the configuration has no otelcol.receiver.otlp: nothing receives what services send over OTLP`
 */
export const noOtlpReceiver = createRule('no OTLP receiver', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at !== 'no receiver') return undefined;
  return { file: shorten(flow.file) };
});
