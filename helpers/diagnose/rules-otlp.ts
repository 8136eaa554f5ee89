import { addUp, findLogLine, findRecentLogLine, hasLost, quoteLog, readRefusedLogin } from './readings.ts';
import { createRule, type Rule } from './rule.ts';

const EXPORTER = 'otelcol.exporter.';
const FAILED = /^otelcol_exporter_send_failed_/;
const SENT = /^otelcol_exporter_sent_/;

const loginRefused = createRule('OTLP login refused', (symptoms) => {
  if (!hasLost(symptoms, FAILED)) return undefined;
  const isCounted = symptoms.alloyMetrics.some(
    ({ labels, value }) => FAILED.test(labels.__name__ ?? '') && labels.error_type === 'Unauthenticated' && value > 0,
  );
  const isLogged = findLogLine(symptoms, { component: EXPORTER, text: /Status Code 401/ }) !== undefined;
  return isCounted || isLogged ? readRefusedLogin(symptoms, 'OTLP') : undefined;
});

const pathNotFound = createRule('OTLP path not found', (symptoms) => {
  const line = findLogLine(symptoms, { component: EXPORTER, text: /Status Code 404/ });
  if (line === undefined || !hasLost(symptoms, FAILED)) return undefined;
  const url = /request to (\S+)/.exec(line.error)?.[1];
  return url === undefined ? {} : { url };
});

const UNREACHABLE = /connection refused|no such host|ECONNREFUSED|ENOTFOUND|deadline exceeded|certificate/;

const endpointUnreachable = createRule('OTLP endpoint unreachable', (symptoms) => {
  const line = findRecentLogLine(symptoms, { component: EXPORTER, text: UNREACHABLE });
  if (line === undefined || addUp(symptoms, SENT) > 0) return undefined;
  return { log: quoteLog(line) };
});

const exportFails = createRule('OTLP export fails', (symptoms) => {
  if (!hasLost(symptoms, FAILED)) return undefined;
  const line = findLogLine(symptoms, { component: EXPORTER, text: /^Exporting failed/ });
  return line === undefined ? {} : { log: quoteLog(line) };
});

const nothingAccepted = createRule('nothing accepted over OTLP', (symptoms) => {
  const { alloyAnswers, run } = symptoms;
  if (!alloyAnswers || addUp(symptoms, /^otelcol_receiver_accepted_/) > 0) return undefined;
  return { grpc: run.alloy.otlpGrpc, http: run.alloy.otlpHttp };
});

const nothingExported = createRule('nothing exported over OTLP', (symptoms) =>
  addUp(symptoms, /^otelcol_receiver_accepted_/) > 0 && addUp(symptoms, /^otelcol_exporter_(sent|send_failed)_/) === 0
    ? {}
    : undefined,
);

/** Why Alloy can't deliver what it received over OTLP, most specific first. */
export const OTLP_LOSS_RULES: readonly Rule[] = [loginRefused, pathNotFound, endpointUnreachable, exportFails];
/** Where the OTLP pipeline has a gap. */
export const OTLP_GAP_RULES: readonly Rule[] = [nothingAccepted, nothingExported];
