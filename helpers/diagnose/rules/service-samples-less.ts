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

/** The sampler that the service has where no variable asks for one (JavaScript SDK, descriptions of its samplers). */
function readRegistered({ telemetry }: ServiceState) {
  const sampler = telemetry?.sampler ?? '';
  const ratio = /TraceIdRatioBased\{([\d.]+)\}/.exec(sampler)?.[1];
  if (ratio !== undefined && Number(ratio) < 1) return { sampler, ratio };
  return /^(?:ParentBased\{root=)?AlwaysOffSampler/.test(sampler) ? { sampler } : undefined;
}
