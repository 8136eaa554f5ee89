import type { Rule } from './diagnose.ts';
import { logLine, refusalOf, totalOf, twinOf } from './reading.ts';

const ID = 'GRAFANA_CLOUD_OTLP_INSTANCE_ID';
const FAILED = /^otelcol_exporter_send_failed_/;

const unauthorized: Rule = (evidence) => {
  const refused = evidence.alloyMetrics.some(
    ({ labels, value }) => FAILED.test(labels.__name__ ?? '') && labels.error_type === 'Unauthenticated' && value > 0,
  );
  if (!refused && logLine(evidence, /Status Code 401/) === undefined) return undefined;
  const said = refusalOf(evidence, 'otlp')?.reason;
  const id = evidence.run.variables[ID];
  const twin = twinOf(evidence, ID);
  return {
    cause:
      `the OTLP gateway answers 401 Unauthorized to the instance ID ${id}${said === undefined ? '' : ` (${said})`}` +
      `${twin === undefined ? '' : `: that is ${twin}`}; Alloy drops the data, while senders get 200 and every component is healthy`,
    fix:
      twin === undefined
        ? `Set ${ID} and GRAFANA_CLOUD_API_KEY to what Grafana Cloud shows under your stack > OpenTelemetry > Configure`
        : `Set ${ID} to the OTLP gateway's own ID: Grafana Cloud shows it under your stack > OpenTelemetry > Configure`,
  };
};

const wrongPath: Rule = (evidence) => {
  const line = logLine(evidence, /Status Code 404/);
  return line === undefined
    ? undefined
    : {
        cause: `the OTLP gateway answers 404: ${/request to (\S+)/.exec(line)?.[1] ?? 'the exporter’s endpoint'} is not where it listens`,
        fix: 'Let GRAFANA_CLOUD_OTLP_ENDPOINT end in /otlp: the exporter adds /v1/traces itself',
      };
};

const noWay: Rule = (evidence) => {
  const line = logLine(
    evidence,
    /component_id=otelcol\.exporter.*(connection refused|no such host|ECONNREFUSED|ENOTFOUND|deadline exceeded|certificate)/,
  );
  return line === undefined || totalOf(evidence, /^otelcol_exporter_sent_/) > 0
    ? undefined
    : {
        cause: `Alloy can't reach the OTLP endpoint ${evidence.run.variables.GRAFANA_CLOUD_OTLP_ENDPOINT} and retries: ${line}`,
        fix: 'Check GRAFANA_CLOUD_OTLP_ENDPOINT, and the network and its proxy from where Alloy runs',
      };
};

const otherFailure: Rule = (evidence) => {
  const line = logLine(evidence, /Exporting failed/);
  return line === undefined || totalOf(evidence, FAILED) === 0
    ? undefined
    : { cause: `Alloy fails to export and drops data: ${line}`, fix: 'Mend what the exporter’s error names' };
};

const notAccepted: Rule = (evidence) =>
  totalOf(evidence, /^otelcol_receiver_accepted_/) > 0
    ? undefined
    : {
        cause: `Alloy accepted nothing over OTLP at ${evidence.run.alloy.otlpGrpc} and ${evidence.run.alloy.otlpHttp}`,
        fix: 'Let the configuration have an otelcol.receiver.otlp that listens there, with an output for each signal',
      };

const notWired: Rule = (evidence) =>
  totalOf(evidence, /^otelcol_exporter_sent_/) > 0
    ? undefined
    : {
        cause: 'Alloy accepted data over OTLP and no exporter has sent any of it',
        fix: 'Follow the output of otelcol.receiver.otlp: each signal has to end at an exporter’s input (Alloy shows the graph at /graph)',
      };

/** Why data that was sent over OTLP is not in the backend; the most telling first. */
export const OTLP_RULES: readonly Rule[] = [unauthorized, wrongPath, noWay, otherFailure, notAccepted, notWired];
