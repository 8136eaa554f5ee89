import { createServiceRule, readResourceAttributes, readVariable } from '../service-rule.ts';

/**
 * The service has not the instance ID of the run, by which the run finds what is its own.
 *
 * `the API service does not send service.instance.id=01a22d1e3fc7, by which this run finds its telemetry: OTEL_RESOURCE_ATTRIBUTES=…`
 */
export const serviceOfAnotherInstance = createServiceRule(
  'service of another instance',
  (service, { subject, run }) => {
    const wanted = run.servicesInstanceId;
    const set = readVariable(service, 'OTEL_RESOURCE_ATTRIBUTES');
    if (wanted === undefined || set === undefined || subject === undefined) return undefined;
    const isAsked =
      subject.kind === 'OTLP metric' ||
      subject.kind === 'delivery' ||
      (subject.kind === 'logs' && subject.query.includes(`service_instance_id="${wanted}"`));
    return isAsked && readResourceAttributes(service)['service.instance.id'] !== wanted ? { wanted, set } : undefined;
  },
);
