/** What Alloy itself tells: its metrics, its health and its components. The backend is asked elsewhere. */
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { request } from 'undici';
import { z } from 'zod';
import type { InstantSample, Labels } from '../backend/client/prometheus.ts';
import type { AlloyEndpoint } from '../stack/run.ts';

/** An HTTP answer of a part of the stack. */
export type Answer = { readonly status: number; readonly contentType: string; readonly body: string };

/** GETs a URL of the stack. */
export async function get(url: string): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, { headersTimeout: 10_000, bodyTimeout: 10_000 });
  return { status: statusCode, contentType: String(headers['content-type'] ?? ''), body: await body.text() };
}

/** The samples on a page in the Prometheus text format (counters, gauges and untyped ones, which is all that is asked here). */
export function samplesOf(page: string): InstantSample[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value, labels = {} }) =>
      value === undefined
        ? []
        : [{ labels: { __name__: name, ...labels }, time: 0, value: Number(value.replace('Inf', 'Infinity')) }],
    ),
  );
}

/** The sum of Alloy's own metric over all its series with these labels; 0 where it has none, as a counter without a first event. */
export async function alloyTotal(alloy: AlloyEndpoint, name: string, labels: Labels = {}): Promise<number> {
  const { body } = await get(`${alloy.url}/metrics`);
  return samplesOf(body)
    .filter((sample) => sample.labels.__name__ === name && carries(sample.labels, labels))
    .reduce((sum, { value }) => sum + value, 0);
}

const Components = z.array(
  z.object({ localID: z.string(), health: z.object({ state: z.string(), message: z.string().optional() }) }),
);
/** A component of the running configuration and how it is. */
export type ComponentHealth = { readonly id: string; readonly state: string; readonly message: string };

/** Every component of the running configuration (`/api/v0/web/components`). */
export async function componentsOf(alloy: AlloyEndpoint): Promise<ComponentHealth[]> {
  const { body } = await get(`${alloy.url}/api/v0/web/components`);
  return Components.parse(JSON.parse(body)).map(({ localID, health }) => ({
    id: localID,
    state: health.state,
    message: health.message ?? '',
  }));
}

function carries(found: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}
