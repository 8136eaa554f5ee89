import { isDeepStrictEqual } from 'node:util';
import type { Run } from '../../run/run.ts';
import { createServiceRule } from '../service-rule.ts';
import { readAddress } from '../sources.ts';

/**
 * The service sends the signal to where nothing listens, or to what doesn't take it.
 *
 * `the API service exports its traces to http://127.0.0.1:44444/v1/traces, where nothing listens: OTEL_EXPORTER_OTLP_ENDPOINT=…`
 */
export const serviceExportsElsewhere = createServiceRule(
  'service exports elsewhere',
  ({ exports }, { signals, run }) => {
    const failing = signals.flatMap((signal) => {
      const one = exports[signal];
      return one?.answer === undefined ? [] : [{ ...one, answer: one.answer, signal }];
    });
    const [first] = failing;
    if (first === undefined) return undefined;
    const { url, answer, set } = first;
    const isOfAll = set.variable === 'OTEL_EXPORTER_OTLP_ENDPOINT';
    const owner = findOwner(run, url);
    return {
      signals: failing.filter((one) => isDeepStrictEqual(one.set, set)).map(({ signal }) => signal),
      url,
      answer,
      set,
      right: isOfAll ? run.alloy.otlpHttp : `${run.alloy.otlpHttp}/v1/${first.signal}`,
      ...(owner !== undefined && { owner }),
    };
  },
);

function findOwner({ alloy }: Run, url: string): 'gRPC receiver' | 'HTTP server' | undefined {
  const port = readAddress(url)?.port;
  if (port === readAddress(`http://${alloy.otlpGrpc}`)?.port) return 'gRPC receiver';
  return port === readAddress(alloy.url)?.port ? 'HTTP server' : undefined;
}
