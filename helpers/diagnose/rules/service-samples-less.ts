import { createServiceRule, readVariable } from '../service-rule.ts';
import type { ServiceState } from '../service-state.ts';

/**
 * The sampler of the service records no trace, or a share of them.
 *
 * `the API service records no trace: its sampler is OTEL_TRACES_SAMPLER=always_off`
 */
export const serviceSamplesLess = createServiceRule('service samples less', (service, { signals }) => {
  const set = readVariable(service, 'OTEL_TRACES_SAMPLER');
  if (set === undefined || !signals.includes('traces')) return undefined;
  if (set.value === undefined) return readRegistered(service);
  const sampler = set.value?.replace(/^parentbased_/, '');
  if (sampler === 'always_off') return { set };
  const ratio = readVariable(service, 'OTEL_TRACES_SAMPLER_ARG')?.value;
  return sampler === 'traceidratio' && Number(ratio ?? 1) < 1
    ? { set, ...(ratio !== undefined && { ratio }) }
    : undefined;
});

/** What the service records where no variable asks for less; without traces it exports none either, which is another fault. */
function readRegistered(service: ServiceState) {
  const recorded = service.telemetry?.recorded ?? ALL;
  const isOff = readVariable(service, 'OTEL_TRACES_EXPORTER')?.value === 'none';
  return recorded < ALL && !isOff ? { recorded } : undefined;
}

/** Of so many traces a service says how many it records. */
const ALL = 100;
