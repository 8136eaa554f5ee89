import { locate } from '../../flow/place.ts';
import { readScrapeFault } from '../../flow/scrape-fault.ts';
import { readFailedExport } from '../failed-export.ts';
import { readFailedWrite } from '../failed-write.ts';
import { createRule } from '../rule.ts';

/**
 * What is sent is given up before it is answered, after a time that the configuration sets.
 *
 * `otelcol.exporter.otlphttp.x gives up after 1ms (timeout, config.alloy:48), before it is answered`
 */
export const answerAwaitedTooBriefly = createRule('answer awaited too briefly', (symptoms) => {
  const exported = readFailedExport(symptoms);
  const failed = exported ?? readFailedWrite(symptoms);
  if (failed?.error === undefined || readScrapeFault(failed.error.reason) !== 'timeout') return undefined;
  const path = exported === undefined ? ['endpoint', 'remote_timeout'] : ['client', 'timeout'];
  const place = locate(failed.flow, failed.component, ...path);
  return place.expression === undefined ? undefined : { place };
});
