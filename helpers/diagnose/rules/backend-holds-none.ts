import type { Items } from '../../findings/evidence.ts';
import { SIGNALS } from '../../flow/flow.ts';
import { ITEMS } from '../../flow/otlp-route.ts';
import { describeAskedService } from '../asked-service.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';
import { locateWriters, SERVICE_OF } from '../writer.ts';

/**
 * The backend takes a signal, and holds nothing of it: what Alloy sends is answered with success, and is nowhere.
 *
 * `the backend took 25 spans and holds none of them: otelcol.exporter.otlphttp.x (config.alloy:46) has sent them to … without a failure`
 */
export const backendHoldsNone = createRule('backend holds none', (symptoms) => {
  const { flow, absences = [], directAnswers = {}, run } = symptoms;
  const absence = absences.find(({ items }) => !hasSome(symptoms, items));
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

/** Whether what was asked shows that the backend has some of it. */
function hasSome(symptoms: Symptoms, items: Items): boolean {
  const { seen, nearest } = getObservation(symptoms) ?? {};
  if (seen?.kind === 'delivery') return (seen.signals[items]?.arrived ?? 0) > 0;
  return items === 'spans'
    ? nearest?.kind === 'other traces'
    : items === 'log_records' && nearest?.kind === 'other lines';
}
