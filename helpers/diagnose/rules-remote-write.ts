import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../findings/evidence.ts';
import { addUp, getObservation } from './readings.ts';
import { createRule, type Rule } from './rule.ts';
import {
  remoteWriteLoginRefused,
  remoteWritePathNotFound,
  remoteWriteRefused,
  remoteWriteUnreachable,
  remoteWriteWithoutUrl,
} from './rules/remote-write.ts';

const SENT = /^prometheus_remote_storage_samples_total$/;

/** The metric arrives with another job or instance: the relabelling is wrong. */
const otherLabels = createRule('other labels', (symptoms) => {
  const nearest = getObservation(symptoms)?.nearest;
  if (nearest?.kind !== 'other labels') return undefined;
  const wanted = pickTarget(nearest.wanted);
  const [found, ...others] = nearest.found.map(pickTarget);
  if (found === undefined || [found, ...others].some((labels) => isDeepStrictEqual(labels, wanted))) return undefined;
  return { wanted, found };
});

/** The labels that identify a scrape target. */
function pickTarget({ job = '', instance = '' }: Labels): Labels {
  return { job, instance };
}

const nothingSent = createRule('nothing sent by remote write', (symptoms) =>
  symptoms.alloyAnswers && addUp(symptoms, SENT) === 0 ? {} : undefined,
);

/** Why Alloy can't deliver what it scraped, most specific first. */
export const REMOTE_WRITE_LOSS_RULES: readonly Rule[] = [
  remoteWriteWithoutUrl,
  remoteWriteLoginRefused,
  remoteWritePathNotFound,
  remoteWriteUnreachable,
  remoteWriteRefused,
];
/** Why scraped series don't arrive where they are expected. */
export const REMOTE_WRITE_GAP_RULES: readonly Rule[] = [otherLabels, nothingSent];
