import { findSetting } from '../../clients/alloy-graph.ts';
import type { Place } from '../../findings/place.ts';
import { locate } from '../../flow/place.ts';
import { CLOUD_PATHS, CLOUD_SERVICES, type CloudService, nameEndpoint } from '../../settings/cloud.ts';
import { readFailedExport } from '../failed-export.ts';
import { readFailedWrite } from '../failed-write.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * An exporter, or remote write, sends to another service of Grafana Cloud than the one that is for it.
 *
 * `endpoint of otelcol.exporter.otlphttp.x (config.alloy:47) is that of Tempo, http://HOST/tempo, which answers 401`
 */
export const endpointOfAnotherService = createRule('endpoint of another service', (symptoms) => {
  const { service, place, status } = readDestination(symptoms) ?? {};
  if (service === undefined || place === undefined) return undefined;
  const other = CLOUD_SERVICES.find((one) => one !== service && isOf(one, place));
  return other && { service, other, place, ...(status !== undefined && { status }) };
});

type Destination = { readonly service: CloudService; readonly place: Place; readonly status: number | undefined };

function readDestination(symptoms: Symptoms): Destination | undefined {
  const { stop } = symptoms;
  const exported = readFailedExport(symptoms);
  if (exported !== undefined && stop?.of === 'signal') {
    const { flow, component, error } = exported;
    const own = `${stop.signal}_endpoint`;
    const path = findSetting(component.settings, own) === undefined ? ['client', 'endpoint'] : [own];
    return { service: 'OTLP', place: locate(flow, component, ...path), status: error?.status };
  }
  const written = readFailedWrite(symptoms);
  if (written === undefined) return undefined;
  const { flow, component, error } = written;
  return { service: 'PROMETHEUS', place: locate(flow, component, 'endpoint', 'url'), status: error?.status };
}

/** Whether an address is that of a service, by the variable that it is read from, or by its path. */
function isOf(service: CloudService, { variables = [], value = '' }: Place): boolean {
  if (variables.length === 1 && variables[0] === nameEndpoint(service)) return true;
  return URL.canParse(value) && new URL(value).pathname.replace(/\/$/, '') === CLOUD_PATHS[service];
}
