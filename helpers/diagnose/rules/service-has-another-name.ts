import type { FoundSpan } from '../../clients/tempo.ts';
import { SERVICE_NAMES } from '../../run/part.ts';
import { createServiceRule, readResourceAttributes, readVariable } from '../service-rule.ts';

/**
 * The service sends its telemetry under another `service.name`: it says so itself, or the trace of the criterion's own request has
 * spans of a name that no service has.
 *
 * `the API service sends its telemetry with service.name my-service instead of api-service: OTEL_SERVICE_NAME=my-service`
 */
export const serviceHasAnotherName = createServiceRule(
  'service has another name',
  (service, { signals, trace = [] }) => {
    if (signals.length === 0) return undefined;
    const wanted = SERVICE_NAMES[service.part];
    const ofVariable = readVariable(service, 'OTEL_SERVICE_NAME');
    if (ofVariable !== undefined) {
      const attribute = readResourceAttributes(service)['service.name'];
      const name = ofVariable.value ?? attribute;
      if (name === undefined || name === wanted) return undefined;
      const set = ofVariable.value === undefined ? readVariable(service, 'OTEL_RESOURCE_ATTRIBUTES') : ofVariable;
      return { wanted, found: [name], ...(set !== undefined && { set }) };
    }
    const names = [...new Set(trace.map(({ resource }) => readName(resource)))];
    const known: readonly string[] = Object.values(SERVICE_NAMES);
    const found = names.filter((name) => name !== '' && !known.includes(name));
    return names.includes(wanted) || found.length === 0 ? undefined : { wanted, found };
  },
);

function readName({ attributes }: FoundSpan['resource']): string {
  return attributes.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '';
}
