/**
 * The resource attributes that Grafana Cloud promotes to labels of OTLP metrics (`promote_resource_attributes`).
 */
export const PROMOTED_RESOURCE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'service.instance.id',
  'service.name',
  'service.namespace',
  'service.version',
  'cloud.availability_zone',
  'cloud.region',
  'container.name',
  'deployment.environment',
  'deployment.environment.name',
  'k8s.cluster.name',
  'k8s.container.name',
  'k8s.cronjob.name',
  'k8s.daemonset.name',
  'k8s.deployment.name',
  'k8s.job.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.replicaset.name',
  'k8s.statefulset.name',
]);

/**
 * The resource attributes that become index labels of a log stream. Newer versions of Loki keep the others, such as
 * `service.instance.id`, as structured metadata.
 */
export const INDEXED_RESOURCE_ATTRIBUTES: ReadonlySet<string> = new Set(
  [...PROMOTED_RESOURCE_ATTRIBUTES].filter(
    (name) => !['service.instance.id', 'service.version', 'k8s.pod.name'].includes(name),
  ),
);
