/** Why Alloy can't deliver what it scraped. */
import { type Component, countAt, type Flow } from '../flow/flow.ts';
import { getObservation, hasLost } from './observation.ts';
import { listSendErrors, type SendError } from './send-errors.ts';
import type { Symptoms } from './symptoms.ts';

/** The remote write at which samples stop; `error` is undefined where its log doesn't say why. */
export type FailedWrite = {
  readonly flow: Flow;
  readonly component: Component;
  /** Samples that it has dropped for good, rather than kept for another attempt. */
  readonly dropped: number;
  readonly error: SendError | undefined;
  /** Whether it has sent samples and got no answer to any, as far as its log says. */
  readonly isUnanswered: boolean;
  /** How long the endpoint wants not to be asked, where it has said that and why is not in the log yet: `30s`. */
  readonly waits: string | undefined;
};

/** Finds the remote write at which the samples in question stop; for a question about its own counters, the one that has failed. */
export function readFailedWrite(symptoms: Symptoms): FailedWrite | undefined {
  const { flow } = symptoms;
  if (flow === undefined) return undefined;
  for (const component of listSuspects(symptoms, flow)) {
    const dropped = countAt(flow, component, /^prometheus_remote_storage_samples_failed_total$/);
    if (dropped > 0 && !hasLost(symptoms, /^prometheus_remote_storage_samples_(?:failed|dropped)_total$/)) continue;
    const retried = countAt(flow, component, /^prometheus_remote_storage_samples_retried_total$/);
    const error = listSendErrors(symptoms.alloyLog, component, symptoms.run.startedAt).at(-1);
    const isUnanswered = hasNoAnswer(symptoms, flow);
    if (error !== undefined || dropped + retried > 0 || isUnanswered) {
      const lines = symptoms.alloyLog.filter(
        ({ component: id, time = 0 }) => id === component.id && time >= symptoms.run.startedAt,
      );
      const waits = error === undefined ? lines.findLast(({ waits }) => waits !== undefined)?.waits : undefined;
      return { flow, component, dropped, error, isUnanswered, waits };
    }
  }
  return undefined;
}

/** Alloy counts what it sends before it gets an answer. */
function hasNoAnswer({ stop }: Symptoms, flow: Flow): boolean {
  if (stop?.of !== 'samples' || stop.at !== 'write waits' || stop.sent > 0) return false;
  return countAt(flow, stop.component, /^prometheus_remote_storage_samples_total$/) > 0;
}

function listSuspects(symptoms: Symptoms, flow: Flow): readonly Component[] {
  const { stop } = symptoms;
  if (stop?.of === 'samples') return stop.at === 'write failed' || stop.at === 'write waits' ? [stop.component] : [];
  const subject = getObservation(symptoms)?.subject;
  const isAboutWrites =
    subject?.kind === 'metric of Alloy' &&
    /^prometheus_remote_storage_samples_(?:failed_|retried_)?total$/.test(subject.metric);
  return isAboutWrites ? flow.components.filter(({ name }) => name === 'prometheus.remote_write') : [];
}
