import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import type { AlloyEndpoint } from '../run/run.ts';
import { parseDuration } from '../settings/duration.ts';
import { getPage } from './page.ts';

const Components = z.array(
  z.object({
    localID: z.string(),
    name: z.string(),
    health: z.object({ state: z.string(), message: z.string().optional() }),
  }),
);
/** A component of the running configuration: its ID (`prometheus.scrape.redis`), its name without the label, its health. */
export type Component = {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly message: string;
};

/** Every component of the running configuration (`/api/v0/web/components`). */
export async function listComponents({ url }: Pick<AlloyEndpoint, 'url'>): Promise<Component[]> {
  const { body } = await getPage(`${url}/api/v0/web/components`);
  return Components.parse(JSON.parse(body)).map(({ localID, name, health }) => ({
    id: localID,
    name,
    state: health.state,
    message: health.message ?? '',
  }));
}

/** A setting in the JSON form of Alloy's evaluated arguments: an attribute with a value, or a block with settings. */
type Setting = {
  readonly name: string;
  readonly value?: { readonly value?: unknown };
  readonly body?: readonly Setting[];
};
const Setting: z.ZodType<Setting> = z.object({
  name: z.string(),
  value: z.object({ value: z.unknown() }).optional(),
  body: z.lazy(() => z.array(Setting)).optional(),
}) as z.ZodType<Setting>;
const Arguments = z.object({ arguments: z.array(Setting).optional().catch(undefined) });

/**
 * The user names among the evaluated arguments of a component, at any depth (`arguments` of `/api/v0/web/components/ID`).
 * Empty if this Alloy reports no arguments.
 */
export async function listUsernames({ url }: Pick<AlloyEndpoint, 'url'>, id: string): Promise<string[]> {
  const { body } = await getPage(`${url}/api/v0/web/components/${id}`);
  return findTexts(Arguments.parse(JSON.parse(body)).arguments ?? [], ['username']);
}

/**
 * The durations among the evaluated arguments of a component by the names of their settings (`scrape_interval`, `timeout`), the
 * longest where a name occurs more than once. Those that have their default are left out; undefined if this Alloy reports no
 * arguments.
 */
export async function listDurations(
  { url }: Pick<AlloyEndpoint, 'url'>,
  id: string,
): Promise<ReadonlyMap<string, Milliseconds> | undefined> {
  const { body } = await getPage(`${url}/api/v0/web/components/${id}`);
  const { arguments: settings } = Arguments.parse(JSON.parse(body));
  if (settings === undefined) return undefined;
  const durations = new Map<string, Milliseconds>();
  const add = ({ name, value, body: inner = [] }: Setting) => {
    const milliseconds = typeof value?.value === 'string' ? parseDuration(value.value) : undefined;
    if (milliseconds !== undefined) durations.set(name, Math.max(milliseconds, durations.get(name) ?? 0));
    inner.forEach(add);
  };
  settings.forEach(add);
  return durations;
}

/**
 * The addresses to which a component sends, as its evaluated arguments have them (`url` or `endpoint`, at any depth), without
 * logins. Empty if it has none, or this Alloy reports no arguments.
 */
export async function listDestinations({ url }: Pick<AlloyEndpoint, 'url'>, id: string): Promise<string[]> {
  const { body } = await getPage(`${url}/api/v0/web/components/${id}`);
  const texts = findTexts(Arguments.parse(JSON.parse(body)).arguments ?? [], ['url', 'endpoint']);
  return texts.flatMap((text) => {
    // An exporter over gRPC has HOST:PORT.
    const address = /^https?:\/\//.test(text) ? text : `http://${text}`;
    if (text === '' || !URL.canParse(address)) return [];
    const { origin, pathname } = new URL(address);
    return `${origin}${pathname}`.replace(/\/$/, '');
  });
}

/** The texts of the attributes with these names. */
function findTexts(settings: readonly Setting[], names: readonly string[]): string[] {
  return settings.flatMap(({ name, value, body = [] }) =>
    names.includes(name) && typeof value?.value === 'string' ? [value.value] : findTexts(body, names),
  );
}
