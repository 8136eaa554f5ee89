/** Pieces of grafana-alloy/config.alloy that more than one mutant changes. */
import { type Edit, swap } from '../../edit.ts';

export const REMOTE_WRITE = 'prometheus\\.remote_write';
export const TO_BATCH = '[otelcol.processor.batch.services.input]';
export const TO_EXPORTER = '[otelcol.exporter.otlphttp.grafana_cloud.input]';
export const OTLP_USER = 'username = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")';

export const URL = 'url = sys.env("GRAFANA_CLOUD_PROMETHEUS_ENDPOINT")';
export const METRICS_USER = 'username = sys.env("GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID")';
export const METRICS_PASSWORD = `${METRICS_USER}\n\t\t\tpassword = sys.env("GRAFANA_CLOUD_API_KEY")`;
export const LOGIN_BLOCK = `\t\tbasic_auth {\n\t\t\t${METRICS_PASSWORD}\n\t\t}\n\n`;
export const INTERVAL = 'scrape_interval = coalesce(sys.env("ALLOY_SCRAPE_INTERVAL"), "60s")';
export const TIMEOUT = 'scrape_timeout  = coalesce(sys.env("ALLOY_SCRAPE_TIMEOUT"), "10s")';

/** The lines of a scrape from its targets on, with those of one that is changed. */
export function scrape(targets: string, forwardTo: string): string {
  return `targets         = ${targets}\n\tforward_to      = [${forwardTo}]\n\t${INTERVAL}\n\t${TIMEOUT}`;
}

export const POSTGRES_TARGETS = 'discovery.relabel.postgres.output';
export const POSTGRES_FORWARD = 'prometheus.relabel.postgres.receiver';
export const REDIS_TARGETS = 'discovery.relabel.redis.output';
export const CLOUD = 'prometheus.remote_write.grafana_cloud.receiver';
export const POSTGRES_SCRAPE = scrape(POSTGRES_TARGETS, POSTGRES_FORWARD);
export const REDIS_SCRAPE = scrape(REDIS_TARGETS, CLOUD);
export const RABBITMQ_FORWARD = 'forward_to      = [prometheus.relabel.rabbitmq.receiver]';
export const RABBITMQ_SCRAPE = `${RABBITMQ_FORWARD}\n\t${INTERVAL}\n\t${TIMEOUT}`;

export const RABBITMQ_RULE =
  'regex         = "erlang_vm_allocators|erlang_vm_msacc_.*|erlang_mnesia_tablewise_.*"\n\t\taction        = "drop"';

/** A rule that sets a label of a scrape's targets. */
export function rule(label: string, value: string): string {
  return `\trule {\n\t\ttarget_label = "${label}"\n\t\treplacement  = "${value}"\n\t}\n`;
}

/** An edit in a longer text: what is found once in the whole only with what stands around it. */
export function within(context: string, find: string, replace: string): Edit {
  return swap(
    context,
    context.replace(find, () => replace),
  );
}

/** A `write_relabel_config` before the queue's settings. */
export function writeRule(lines: readonly string[]): Edit {
  const body = lines.map((line) => `\t\t\t${line}\n`).join('');
  return swap('\t\tqueue_config {', `\t\twrite_relabel_config {\n${body}\t\t}\n\n\t\tqueue_config {`);
}
