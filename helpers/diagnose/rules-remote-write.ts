import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../findings/evidence.ts';
import {
  addUp,
  findLogLine,
  findRecentLogLine,
  getObservation,
  hasLost,
  quoteLog,
  readRefusedLogin,
} from './readings.ts';
import { createRule, type Rule } from './rule.ts';

const REMOTE_WRITE = 'prometheus.remote_write.';
const FAILED = /^prometheus_remote_storage_samples_failed_total$/;
const SENT = /^prometheus_remote_storage_samples_total$/;

const withoutUrl = createRule('remote write without URL', ({ alloyMetrics }) => {
  const found = alloyMetrics.find(({ labels }) => SENT.test(labels.__name__ ?? '') && labels.url === '');
  return found && { component: found.labels.component_id ?? 'prometheus.remote_write' };
});

const loginRefused = createRule('remote write login refused', (symptoms) => {
  const line = findLogLine(symptoms, { component: REMOTE_WRITE, text: /HTTP status 401\b/ });
  return line === undefined || !hasLost(symptoms, FAILED) ? undefined : readRefusedLogin(symptoms, 'PROMETHEUS');
});

const pathNotFound = createRule('remote write path not found', (symptoms) => {
  const line = findLogLine(symptoms, { component: REMOTE_WRITE, text: /HTTP status 404\b/ });
  if (line === undefined || !hasLost(symptoms, FAILED)) return undefined;
  return line.url === '' ? {} : { url: line.url };
});

/** Samples were dropped, or have been retried since the question was asked. */
const fails = createRule('remote write fails', (symptoms) => {
  const retry = findRecentLogLine(symptoms, { component: REMOTE_WRITE, text: /^Failed to send batch/ });
  if (!hasLost(symptoms, FAILED)) return retry && { log: quoteLog(retry) };
  const line = findLogLine(symptoms, { component: REMOTE_WRITE, text: /^non-recoverable error/ }) ?? retry;
  return line === undefined ? {} : { log: quoteLog(line) };
});

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
export const REMOTE_WRITE_LOSS_RULES: readonly Rule[] = [withoutUrl, loginRefused, pathNotFound, fails];
/** Why scraped series don't arrive where they are expected. */
export const REMOTE_WRITE_GAP_RULES: readonly Rule[] = [otherLabels, nothingSent];
