import { SIGNALS } from '../../flow/flow.ts';
import { ITEMS } from '../../flow/otlp-route.ts';
import { describeAskedService } from '../asked-service.ts';
import { createRule } from '../rule.ts';
import { locateWriters, SERVICE_OF } from '../writer.ts';

/**
 * The backend takes a signal, and holds nothing of it: what Alloy sends is answered with success, and is nowhere.
 *
 * `the backend took 25 spans and holds none of them: otelcol.exporter.otlphttp.x (config.alloy:46) has sent them to … without a failure`
 */
export const backendHoldsNone = createRule('backend holds none', ({ flow, absences, directAnswers = {}, run }) => {
  const [absence] = absences ?? [];
  if (flow === undefined || absence === undefined) return undefined;
  const { items, sent } = absence;
  const [place] = locateWriters(flow, items);
  if (place === undefined) return undefined;
  const signal = SIGNALS.find((one) => ITEMS[one] === items);
  const answer = signal && directAnswers[signal];
  const isStranger = answer?.isWebPage === true && answer.endpoint === place.value;
  return {
    items,
    sent,
    place,
    asked: describeAskedService(run.access, SERVICE_OF[items]),
    ...(isStranger && { stranger: 'web page' as const }),
  };
});
