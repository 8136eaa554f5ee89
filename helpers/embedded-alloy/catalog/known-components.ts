/** How stable a feature of Alloy is; `--stability.level` sets the minimum. */
export type Stability = 'experimental' | 'public-preview' | 'generally-available';

// Every component of Alloy 1.18, by prefix.
const publicPreview = `
  otelcol.auth: google
  otelcol.exporter: file syslog
  otelcol.processor: cumulativetodelta
  otelcol.receiver: filelog nginx splunkhec syslog
  otelcol.storage: file
`;

const experimental = `
  database_observability: sql_server
  loki: enrich secretfilter
  mimir.alerts: kubernetes
  otelcol.connector: count signaltometrics
  otelcol.exporter: awss3 debug faro
  otelcol.processor: deltatocumulative interval
  otelcol.receiver: awscloudwatch awsecscontainermetrics awss3 cloudflare datadog faro fluentforward tcplog vcenter
  prometheus: enrich
  prometheus.exporter: catchpoint static
  prometheus.operator: scrapeconfigs
  prometheus.write: queue
  pyroscope: enrich
`;

const community = `
  otelcol.exporter: datadog googlecloud googlecloudpubsub splunkhec
  otelcol.receiver: googlecloudpubsub
`;

const generallyAvailable = `
  beyla: ebpf
  database_observability: mysql postgres
  discovery: aws azure consul consulagent digitalocean dns docker dockerswarm ec2 eureka file gce hetzner http ionos kubelet kubernetes kuma lightsail linode marathon nerve nomad openstack ovhcloud process puppetdb relabel scaleway serverset triton uyuni
  faro: receiver
  local: file file_match
  loki: echo process relabel write
  loki.rules: kubernetes
  loki.source: api awsfirehose azure_event_hubs cloudflare docker file gcplog gelf heroku journal kafka kubernetes kubernetes_events podlogs syslog windowsevent
  mimir.rules: kubernetes
  otelcol.auth: basic bearer headers oauth2 sigv4
  otelcol.connector: host_info servicegraph spanlogs spanmetrics
  otelcol.exporter: kafka loadbalancing loki otlp otlphttp prometheus
  otelcol.extension: jaeger_remote_sampling
  otelcol.processor: attributes batch discovery filter groupbyattrs k8sattributes memory_limiter metric_start_time probabilistic_sampler resourcedetection span tail_sampling transform
  otelcol.receiver: file_stats influxdb jaeger kafka loki otlp prometheus solace zipkin
  prometheus: echo receive_http relabel remote_write scrape
  prometheus.exporter: apache azure blackbox cadvisor cloudwatch consul databricks dnsmasq elasticsearch gcp github kafka memcached mongodb mssql mysql oracledb postgres process redis self snmp snowflake squid statsd unix windows
  prometheus.operator: podmonitors probes servicemonitors
  pyroscope: ebpf java receive_http relabel scrape write
  remote: http s3 vault
  remote.kubernetes: configmap secret
`;

const stabilities: ReadonlyMap<string, Stability | 'community'> = new Map([
  ...readTable(generallyAvailable).map((name) => [name, 'generally-available'] as const),
  ...readTable(publicPreview).map((name) => [name, 'public-preview'] as const),
  ...readTable(experimental).map((name) => [name, 'experimental'] as const),
  ...readTable(community).map((name) => [name, 'community'] as const),
]);

/** The stability of a component of Alloy 1.18; undefined for a name that Alloy does not know. */
export function findStability(name: string): Stability | 'community' | undefined {
  return stabilities.get(name);
}

const order: readonly Stability[] = ['experimental', 'public-preview', 'generally-available'];

/** Alloy's message for a feature that is less stable than `minStability`; undefined when the feature is allowed. */
export function describeStabilityProblem(
  feature: string,
  stability: Stability,
  minStability: Stability,
): string | undefined {
  return order.indexOf(stability) >= order.indexOf(minStability)
    ? undefined
    : `${feature} is at stability level "${stability}", which is below the minimum allowed stability level "${minStability}". Use --stability.level command-line flag to enable "${stability}" features`;
}

/** Reads a table of `prefix: name name …` lines. */
function readTable(table: string): string[] {
  return table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [prefix = '', members = ''] = line.trim().split(': ');
      return members.split(' ').map((member) => `${prefix}.${member}`);
    });
}
