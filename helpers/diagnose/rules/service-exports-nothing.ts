import type { Signal } from '../../findings/finding.ts';
import { createServiceRule, readList, readVariable } from '../service-rule.ts';
import type { ServiceState } from '../service-state.ts';

/**
 * A variable of the service keeps it from exporting the signal over OTLP/HTTP.
 *
 * `the API service exports no traces over OTLP: OTEL_TRACES_EXPORTER=none`
 */
export const serviceExportsNothing = createServiceRule('service exports nothing', (service, { signals }) => {
  const off = readVariable(service, 'OTEL_SDK_DISABLED');
  if (off?.value?.toLowerCase() === 'true' && signals.length > 0) return { signals, set: off };
  const [first] = signals.flatMap((signal) => findVariable(service, signal));
  const set = first === undefined ? undefined : readVariable(service, first);
  if (set === undefined) return undefined;
  return { signals: signals.filter((signal) => findVariable(service, signal).includes(set.variable)), set };
});

function findVariable(service: ServiceState, signal: Signal): string[] {
  const name = signal.toUpperCase();
  const exporter = `OTEL_${name}_EXPORTER`;
  const exporters = readList(service, exporter);
  if (exporters.length > 0 && !exporters.includes('otlp')) return [exporter];
  const protocols = [`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  const protocol = protocols.find((variable) => readVariable(service, variable)?.value !== undefined) ?? '';
  return readVariable(service, protocol)?.value === 'grpc' ? [protocol] : [];
}
