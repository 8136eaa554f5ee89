/** Rules about telemetry of the run that was counted on its way: what was lost, doubled, changed or late behind Alloy. */
import type { Arrival, Items } from '../../findings/evidence.ts';
import { locate } from '../../flow/place.ts';
import { describeAskedService } from '../asked-service.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';
import { findFork, findItemsStop, locateWriters, SERVICE_OF, UNCHANGING } from '../writer.ts';

/**
 * Some of what Alloy has sent without a failure is not in the backend.
 *
 * `6 of 20 spans were lost behind otelcol.exporter.otlphttp.x (config.alloy:46): Alloy has sent all without a failure …`
 */
export const itemsLost = createRule('items lost', (symptoms) => {
  const { flow, stop, run } = symptoms;
  for (const [items, { emitted, arrived, refused = 0, failed = 0 }] of listCounted(symptoms)) {
    if (flow === undefined || arrived >= emitted || refused + failed > 0) continue;
    // What services send is found by the trace that they were called in: none at all may be there without it.
    if (arrived === 0 && listServices(symptoms) !== undefined) continue;
    const at = findItemsStop(flow, items, stop);
    const [place] = locateWriters(flow, items);
    if (at?.at !== 'beyond Alloy' || place === undefined) continue;
    // What Alloy still has, or leaves out, is not lost behind it.
    if (at.of === 'signal' && at.accepted - at.sent >= emitted - arrived) continue;
    const asked = describeAskedService(run.access, SERVICE_OF[items]);
    const services = listServices(symptoms);
    return { items, emitted, arrived, place, asked, ...(services && { services }) };
  }
  return undefined;
});

/**
 * The backend has items twice, or got them twice.
 *
 * `20 of 20 log records arrived twice: otelcol.exporter.otlphttp.x (config.alloy:46) has sent each once, so something behind it …`
 */
export const itemsTwice = createRule('items twice', (symptoms) => {
  const { flow, stop } = symptoms;
  for (const [items, { emitted, twice }] of listCounted(symptoms)) {
    if (flow === undefined || twice === 0) continue;
    const at = findItemsStop(flow, items, stop);
    const isSentTwice = at?.of === 'signal' && at.at === 'beyond Alloy' && at.sent > at.accepted;
    const fork = findFork(flow, items);
    return { items, emitted, twice, places: locateWriters(flow, items), isSentTwice, ...(fork && { fork }) };
  }
  return undefined;
});

/**
 * Items arrive otherwise than they were sent.
 *
 * `20 spans arrived with another parent than they were sent with: nothing in Alloy changes them, so something behind … does`
 */
export const itemsChanged = createRule('items changed', (symptoms) => {
  const { flow, stop } = symptoms;
  for (const [items, { changed }] of listCounted(symptoms)) {
    if (flow === undefined || changed === undefined) continue;
    const at = findItemsStop(flow, items, stop);
    const [place] = locateWriters(flow, items);
    if (at?.of !== 'signal' || place === undefined) continue;
    const between = at.route.between.filter(({ name }) => !UNCHANGING.test(name)).map((one) => locate(flow, one));
    return { items, count: changed.count, in: changed.in, place, between };
  }
  return undefined;
});

/**
 * All has arrived, and took longer than it may.
 *
 * `spans took 14.2 s from otelcol.exporter.otlphttp.x (config.alloy:46) to the backend, where 10.4 s are the most`
 */
export const itemsLate = createRule('items late', (symptoms) => {
  const seen = getObservation(symptoms)?.seen;
  const { flow } = symptoms;
  if (flow === undefined || seen?.kind !== 'delivery') return undefined;
  const { bound } = seen;
  for (const [items, { ms = 0 }] of listCounted(symptoms)) {
    const [place] = locateWriters(flow, items);
    if (ms > bound && place !== undefined) return { items, ms, bound, place };
  }
  return undefined;
});

function listCounted(symptoms: Symptoms): [Items, Arrival][] {
  const seen = getObservation(symptoms)?.seen;
  return seen?.kind === 'delivery' ? (Object.entries(seen.signals) as [Items, Arrival][]) : [];
}

/** The services that have to send what is counted; undefined where the run does. */
function listServices(symptoms: Symptoms): readonly string[] | undefined {
  const subject = getObservation(symptoms)?.subject;
  return subject?.kind === 'delivery' ? subject.services : undefined;
}
