import { mayBeProxied } from '../clients/http.ts';
import { describeAskedService, findAskedService } from './asked-service.ts';
import { isSentElsewhere } from './other-backend.ts';
import { getObservation, hasLost } from './readings.ts';
import { createRule, type Rule } from './rule.ts';

/** Those that refuse the same login have one cause. */
const questionsRefused = createRule('questions refused', ({ refusedQuestions, run }) => {
  if (refusedQuestions.length === 0) return undefined;
  return { refused: refusedQuestions, all: refusedQuestions.length === Object.keys(run.access).length };
});

/** The backend could not be queried, so what arrived is unknown. */
const queryRefused = createRule('query refused', (symptoms) => {
  const seen = getObservation(symptoms)?.seen;
  if (seen?.kind !== 'query failure' || seen.request === undefined) return undefined;
  const { access } = symptoms.run;
  const service = findAskedService(access, seen.request.url);
  const { variables, proxies } = service === undefined ? {} : access[service];
  const isProxied = mayBeProxied(seen.request.url, proxies);
  return {
    ...seen.request,
    message: seen.message,
    ...(service && { service }),
    ...(symptoms.otherService && { other: symptoms.otherService }),
    ...(variables && { variables }),
    ...(isProxied && { isProxied }),
  };
});

/** What arrived is unknown, whatever else is wrong. */
const backendSilent = createRule('backend silent', (symptoms) => {
  const { seen, subject } = getObservation(symptoms) ?? {};
  // What Alloy keeps for a backend that answers nobody has not failed: it is retried.
  if (subject?.kind === 'delivery' && !hasLost(symptoms, /^otelcol_exporter_(?:send|enqueue)_failed_/)) {
    return symptoms.silentService;
  }
  if (seen?.kind !== 'query failure' || seen.request?.silence === undefined) return undefined;
  const { url, silence } = seen.request;
  const service = findAskedService(symptoms.run.access, url);
  return service && { ...describeAskedService(symptoms.run.access, service), ...silence };
});

/** What a question is about went elsewhere, whatever is found where it is asked. */
const anotherBackend = createRule('another backend', (symptoms) => {
  const { seen, subject } = getObservation(symptoms) ?? {};
  const found = symptoms.otherBackend;
  if (found === undefined || subject === undefined || seen?.kind === 'query failure') return undefined;
  return isSentElsewhere(found, subject) ? { sendsTo: found.sendsTo, asked: found.asked } : undefined;
});

/** Why nothing that Alloy delivers is where it is asked for. */
export const OTHER_BACKEND_RULES: readonly Rule[] = [anotherBackend];
/** Why no question was answered any more. */
export const SILENCE_RULES: readonly Rule[] = [backendSilent];
/** Why a query failed. */
export const QUERY_RULES: readonly Rule[] = [questionsRefused, queryRefused];
