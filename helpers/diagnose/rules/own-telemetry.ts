/** Rules about telemetry that the run itself has sent, and asks for. */
import type { Seen } from '../../findings/evidence.ts';
import { countAt } from '../../flow/flow.ts';
import { ITEMS } from '../../flow/otlp-route.ts';
import { locate } from '../../flow/place.ts';
import { describeAskedService } from '../asked-service.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';
import { locateWriters, SERVICE_OF, UNCHANGING } from '../writer.ts';

/**
 * What the run sent is not there, although Alloy has sent all that it accepted: some of it is lost behind Alloy.
 *
 * `spans that this run sent were lost behind otelcol.exporter.otlphttp.x (config.alloy:46): Alloy has sent all 25 …`
 */
export const ownLost = createRule('own lost', (symptoms) => {
  const { flow, run } = symptoms;
  const stop = findOwn(symptoms);
  const observation = getObservation(symptoms);
  // That a search finds nothing may be the search.
  if (flow === undefined || stop === undefined || observation?.subject.kind === 'traces') return undefined;
  if (!isEmpty(observation?.seen) || stop.sent < stop.accepted) return undefined;
  const items = ITEMS[stop.signal];
  const [place] = locateWriters(flow, items);
  return place && { items, sent: stop.sent, place, asked: describeAskedService(run.access, SERVICE_OF[items]) };
});

/**
 * The trace that the run sent is there, and its span is not as it was sent.
 *
 * `the span that this run sent arrived without its attribute x: nothing in Alloy changes it, so something behind … does`
 */
export const ownChanged = createRule('own changed', (symptoms) => {
  const { flow } = symptoms;
  const stop = findOwn(symptoms);
  const seen = getObservation(symptoms)?.seen;
  if (flow === undefined || stop === undefined || seen?.kind !== 'spans') return undefined;
  const { missing = [] } = seen;
  if (missing.length === 0) return undefined;
  const [place] = locateWriters(flow, ITEMS[stop.signal]);
  const between = stop.route.between.filter(({ name }) => !UNCHANGING.test(name)).map((one) => locate(flow, one));
  return place && { missing, place, between };
});

/** Where the telemetry of the run's own stops, if that is behind Alloy. The run sends over HTTP what it asks for. */
function findOwn(symptoms: Symptoms) {
  const subject = getObservation(symptoms)?.subject;
  const isOwn = subject !== undefined && 'isOwn' in subject && subject.isOwn === true;
  const { flow, stop } = symptoms;
  if (!isOwn || flow === undefined || stop?.of !== 'signal' || stop.at !== 'beyond Alloy') return undefined;
  const accepted = new RegExp(`^otelcol_receiver_accepted_${ITEMS[stop.signal]}(_total)?$`);
  const isAccepted = stop.route.receivers.some(
    (receiver) => countAt(flow, receiver, accepted, ({ transport = 'http' }) => transport === 'http') > 0,
  );
  return isAccepted ? stop : undefined;
}

function isEmpty(seen: Seen | undefined): boolean {
  if (seen?.kind === 'spans') return seen.names.length === 0;
  if (seen?.kind === 'values' || seen?.kind === 'count') return seen.count === 0;
  return seen?.kind === 'nothing';
}
