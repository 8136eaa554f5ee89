import type { Lead, Way } from '../findings/evidence.ts';
import type { Component } from '../flow/flow.ts';
import { ITEMS } from '../flow/otlp-route.ts';
import { locate } from '../flow/place.ts';
import { findChanges } from '../run/last-passed.ts';
import type { Symptoms } from './symptoms.ts';

/** Where to look if no rule knows the cause: how far it gets, whether it is merely late, and what has changed since all was well. */
export async function findLead(symptoms: Symptoms): Promise<Lead | undefined> {
  const way = describeWay(symptoms);
  const changes = await findChanges(symptoms.run).catch(() => undefined);
  const came = describeDelay(symptoms);
  if (way === undefined && came === undefined && changes === undefined) return undefined;
  return { ...(way && { way }), ...(came && { came }), ...(changes && { changes }) };
}

function describeDelay({ evidence, delay }: Symptoms): Lead['came'] {
  if (evidence.kind !== 'observation' || typeof delay !== 'number') return undefined;
  return { delay, limit: evidence.deadlineMs ?? evidence.elapsedMs };
}

function describeWay({ flow, stop }: Symptoms): Way | undefined {
  if (flow === undefined || stop === undefined) return undefined;
  const items = stop.of === 'samples' ? 'samples' : ITEMS[stop.signal];
  const component: Component | undefined = 'component' in stop ? stop.component : undefined;
  if (component === undefined && stop.at !== 'beyond Alloy' && stop.at !== 'nothing accepted') return undefined;
  return {
    items,
    ...(component && { place: locate(flow, component) }),
    ...('sent' in stop && { sent: stop.sent }),
    ...('accepted' in stop && { accepted: stop.accepted }),
  };
}
