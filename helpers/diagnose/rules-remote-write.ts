import type { Rule } from './diagnose.ts';
import { logLine, refusalOf, totalOf, twinOf } from './reading.ts';

const ID = 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID';
const ENDPOINT = 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT';

const noUrl: Rule = ({ alloyMetrics }) =>
  alloyMetrics.some(({ labels }) => labels.__name__ === 'prometheus_remote_storage_samples_total' && labels.url === '')
    ? {
        cause: 'prometheus.remote_write has an empty url: it drops every sample, without a word in its log',
        fix: `Set ${ENDPOINT}`,
      }
    : undefined;

const unauthorized: Rule = (evidence) => {
  if (logLine(evidence, /401 Unauthorized|Status Code 401.*push|status code 401/i) === undefined) return undefined;
  const said = refusalOf(evidence, 'prometheus')?.reason;
  const twin = twinOf(evidence, ID);
  return {
    cause:
      `remote write gets 401 Unauthorized for the instance ID ${evidence.run.variables[ID]}${said === undefined ? '' : ` (${said})`}` +
      `${twin === undefined ? '' : `: that is ${twin}`}; the samples are dropped, while every component is healthy`,
    fix: `Set ${ID} and GRAFANA_CLOUD_API_KEY to what Grafana Cloud shows under your stack > Prometheus > Details`,
  };
};

const wrongPath: Rule = (evidence) =>
  logLine(evidence, /404 Not Found|status code 404/i) === undefined
    ? undefined
    : {
        cause: `remote write gets 404: ${evidence.run.variables[ENDPOINT]} is not where Prometheus takes samples`,
        fix: `Let ${ENDPOINT} end in /api/prom/push`,
      };

const failed: Rule = (evidence) => {
  const line = logLine(evidence, /non-recoverable error|Failed to send batch/);
  return line === undefined || totalOf(evidence, /^prometheus_remote_storage_samples_(failed|retried)_total$/) === 0
    ? undefined
    : { cause: `remote write fails: ${line}`, fix: 'Mend what the error names' };
};

/** The series is there under other labels: the relabelling is what is wrong. */
const otherLabels: Rule = ({ nearest }) => {
  const found = nearest.find((sentence) => sentence.includes(' exists under '));
  return found === undefined
    ? undefined
    : {
        cause: `it is scraped and delivered under other labels: ${found.split(' exists under ')[1]}`,
        fix:
          'Put a discovery.relabel between the exporter and the scrape that sets job and instance: ' +
          'the job_name of a prometheus.scrape does not win over the labels that an exporter gives',
      };
};

const sourceDown: Rule = (evidence) => {
  const exporter = /redis/.test(evidence.asked) ? 'redis' : 'postgres';
  const line = logLine(
    evidence,
    /Error opening connection|couldn't connect|NOAUTH|WRONGPASS|password authentication failed/i,
  );
  return line === undefined || !line.includes(`component_id=prometheus.exporter.${exporter}`)
    ? undefined
    : {
        cause: `the exporter can't log in to what it measures: ${line}`,
        fix: 'Check POSTGRES_EXPORTER_DSN, REDIS_EXPORTER_ADDRESS and REDIS_EXPORTER_PASSWORD',
      };
};

const nothingSent: Rule = (evidence) =>
  totalOf(evidence, /^prometheus_remote_storage_samples_total$/) > 0
    ? undefined
    : {
        cause: 'remote write has not sent a single sample',
        fix: 'Let forward_to of each prometheus.scrape lead to prometheus.remote_write (Alloy shows the graph at /graph)',
      };

/** Why scraped series are not in the backend; the most telling first. */
export const REMOTE_WRITE_RULES: readonly Rule[] = [
  noUrl,
  unauthorized,
  wrongPath,
  failed,
  otherLabels,
  sourceDown,
  nothingSent,
];
