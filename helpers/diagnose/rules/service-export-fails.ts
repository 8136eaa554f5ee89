import { createServiceRule, readVariable } from '../service-rule.ts';

/**
 * The service itself says that it can't export, and why.
 *
 * `the API service can't export to http://alloy:4318: it answered HTTP 404`
 */
export const serviceExportFails = createServiceRule('service export fails', (service, { signals }) => {
  const outage = service.outages.find((one) => one.signals?.some((signal) => signals.includes(signal)));
  if (outage?.address === undefined) return undefined;
  const { address, reason } = outage;
  const limits = signals.flatMap((signal) => [
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_TIMEOUT`,
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    ...(signal === 'traces' ? ['OTEL_BSP_EXPORT_TIMEOUT'] : []),
    ...(signal === 'logs' ? ['OTEL_BLRP_EXPORT_TIMEOUT'] : []),
  ]);
  const timeout = /time(?:d )?out/i.test(reason)
    ? limits.map((variable) => readVariable(service, variable)).find((set) => set?.value !== undefined)
    : undefined;
  // By its variables it would send where the signal is taken.
  const isMeant = signals.some(
    (signal) => service.exports[signal] !== undefined && service.exports[signal]?.answer === undefined,
  );
  const isInCode = timeout === undefined && /\b40[45]\b/.test(reason) && isMeant;
  return { address, reason, ...(timeout !== undefined && { timeout }), ...(isInCode && { isInCode }) };
});
