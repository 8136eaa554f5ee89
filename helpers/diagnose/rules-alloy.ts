import { getObservation, quoteLog } from './readings.ts';
import { createRule, type Rule } from './rule.ts';
import type { Symptoms } from './symptoms.ts';

/** Alloy exits if it can't evaluate its configuration. */
const configurationError = createRule('configuration error', ({ alloyAnswers, alloyLog }) => {
  if (alloyAnswers) return undefined;
  const [, file, line, column, message] =
    alloyLog.map((entry) => /^(.+?):(\d+):(\d+): (.+)/.exec(entry.message)).find((match) => match !== null) ?? [];
  if (file === undefined || message === undefined) return undefined;
  return { file, line: Number(line), column: Number(column), message };
});

/** Without Alloy's own address nothing can be known; where no receiver is, the run can send nothing, though services may. */
const wrongAddress = createRule('wrong address of Alloy', (symptoms) => {
  const { wrongAddresses: addresses, components, needs } = symptoms;
  const isUnknown = addresses.some(({ variable }) => variable === 'ALLOY_URL');
  const path = getObservation(symptoms)?.path;
  const isSent = path === 'otlp' || (path === undefined && components.every(({ state }) => state === 'healthy'));
  return addresses.length > 0 && (isUnknown || (needs.length === 0 && isSent)) ? { addresses } : undefined;
});

const noAnswer = createRule('no answer from Alloy', ({ alloyAnswers, alloyLog, run }) => {
  if (alloyAnswers) return undefined;
  const last = alloyLog.at(-1);
  return { url: run.alloy.url, ...(last !== undefined && { lastLog: quoteLog(last) }) };
});

/** An unhealthy component on the path of the telemetry; any component for a criterion about Alloy alone. */
const unhealthy = createRule('unhealthy components', (symptoms) => {
  const found = symptoms.components.filter(
    ({ id, state }) => (state === 'unhealthy' || state === 'exited') && isOnPath(id, symptoms),
  );
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    ids: found.map(({ id }) => id),
    message: first.message,
    portInUse: /address already in use|EADDRINUSE/.test(first.message),
  };
});

function isOnPath(id: string, symptoms: Symptoms): boolean {
  const observation = getObservation(symptoms);
  if (observation === undefined) return symptoms.needs.length === 0;
  const isOtelcol = id.startsWith('otelcol.');
  if (observation.path === 'otlp') return isOtelcol;
  const { subject } = observation;
  const source = subject.kind === 'scraped metric' || subject.kind === 'series' ? subject.source : undefined;
  const exporter = /^prometheus\.exporter\.(\w+)/.exec(id)?.[1];
  return !isOtelcol && (exporter === undefined || exporter === source);
}

/** Alloy does not run, so nothing can arrive on any path. */
export const ALLOY_DOWN_RULES: readonly Rule[] = [wrongAddress, configurationError, noAnswer];
/** Alloy's components report a problem themselves. */
export const COMPONENT_RULES: readonly Rule[] = [unhealthy];
