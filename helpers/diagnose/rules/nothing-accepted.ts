import { createRule } from '../rule.ts';

/**
 * No receiver has got anything of the signal in this run: it is not sent there.
 *
 * `Alloy has accepted no traces over OTLP in this run, at 127.0.0.1:4317 or http://127.0.0.1:4318`
 */
export const nothingAccepted = createRule('nothing accepted over OTLP', ({ stop, run }) => {
  if (stop?.of !== 'signal' || stop.at !== 'nothing accepted') return undefined;
  return { signal: stop.signal, grpc: run.alloy.otlpGrpc, http: run.alloy.otlpHttp };
});
