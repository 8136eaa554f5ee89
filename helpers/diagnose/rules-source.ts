import type { Part } from '../run/part.ts';
import { EXISTING_VARIABLES } from '../settings/settings.ts';
import { findRecentLogLine, getObservation, quoteLog } from './readings.ts';
import { createRule, type Rule } from './rule.ts';
import type { Symptoms } from './symptoms.ts';

const unreachable = createRule('source unreachable', ({ unreachable: [first] }) => {
  if (first === undefined) return undefined;
  const variable = EXISTING_VARIABLES[first.part];
  return { source: first.part, address: first.address, ...(variable !== undefined && { variable }) };
});

const CANNOT_CONNECT = /error opening connection|couldn't connect|NOAUTH|WRONGPASS|password authentication failed/i;

/** The metric that an exporter sets to 0 if it can't connect to what it measures. */
const EXPORTER_UP: Readonly<Partial<Record<Part, string>>> = { postgres: 'pg_up', redis: 'redis_up' };

/** The exporter has a wrong login, or a wrong address. */
const exporterCannotConnect = createRule('exporter cannot connect', (symptoms) => {
  const source = getSource(symptoms);
  if (source === undefined) return undefined;
  const line = findRecentLogLine(symptoms, { component: `prometheus.exporter.${source}.`, text: CANNOT_CONNECT });
  if (line !== undefined) return { source, log: quoteLog(line) };
  return symptoms.up === 1 && isSeenAsZero(symptoms, EXPORTER_UP[source]) ? { source } : undefined;
});

const scrapeFails = createRule('scrape fails', (symptoms) => {
  const subject = getObservation(symptoms)?.subject;
  if (subject?.kind !== 'scraped metric' || symptoms.up !== 0) return undefined;
  const { source } = subject;
  if (source !== undefined && symptoms.takenAway.includes(source)) return undefined;
  const { job = '', instance = '' } = subject.labels;
  const target = symptoms.targets.find(({ error }) => error !== '');
  // The series may be that of another Alloy: this one says that it scrapes the target without an error.
  const isUnmarked = symptoms.run.stack === 'external';
  if (isUnmarked && symptoms.targets.length > 0 && target === undefined) return undefined;
  return {
    job,
    instance,
    ...(source !== undefined && { source }),
    ...(target !== undefined && { target: { component: target.component, url: target.url, error: target.error } }),
  };
});

function isSeenAsZero(symptoms: Symptoms, metric: string | undefined): boolean {
  const { subject, seen } = getObservation(symptoms) ?? {};
  const values = seen?.kind === 'values' ? seen.values : [];
  return (
    subject?.kind === 'scraped metric' &&
    subject.metric === metric &&
    values.length > 0 &&
    values.every((value) => value === 0)
  );
}

/** The part that the series measures, unless the criterion itself took it away. */
function getSource(symptoms: Symptoms): Part | undefined {
  const subject = getObservation(symptoms)?.subject;
  const source = subject?.kind === 'scraped metric' || subject?.kind === 'series' ? subject.source : undefined;
  return source === undefined || symptoms.takenAway.includes(source) ? undefined : source;
}

/** A part that the criterion depends on gives no answer. */
export const UNREACHABLE_RULES: readonly Rule[] = [unreachable];
/** Alloy can't read from a part that does answer. */
export const SOURCE_RULES: readonly Rule[] = [exporterCannotConnect, scrapeFails];
