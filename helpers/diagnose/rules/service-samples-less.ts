import { createServiceRule, readVariable } from '../service-rule.ts';

/**
 * The sampler of the service records no trace, or a share of them.
 *
 * `the API service records no trace: its sampler is OTEL_TRACES_SAMPLER=always_off`
 */
export const serviceSamplesLess = createServiceRule('service samples less', (service, { signals }) => {
  const set = readVariable(service, 'OTEL_TRACES_SAMPLER');
  if (set === undefined || !signals.includes('traces')) return undefined;
  const sampler = set.value?.replace(/^parentbased_/, '');
  if (sampler === 'always_off') return { set };
  const ratio = readVariable(service, 'OTEL_TRACES_SAMPLER_ARG')?.value;
  return sampler === 'traceidratio' && Number(ratio ?? 1) < 1
    ? { set, ...(ratio !== undefined && { ratio }) }
    : undefined;
});
