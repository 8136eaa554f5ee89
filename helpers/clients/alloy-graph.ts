import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import type { AlloyEndpoint } from '../run/run.ts';
import { getPage } from './page.ts';
import type { Labels } from './prometheus.ts';

/** A value in the JSON form of Alloy's evaluated arguments. Secrets are capsules: `(secret)`. */
type Value = { readonly type: string; readonly value?: unknown };

/** A setting as Alloy has evaluated it: an attribute with a value, or a block with settings of its own. */
export type Setting = {
  readonly name: string;
  readonly value?: Value | undefined;
  readonly body?: readonly Setting[] | undefined;
};

/** A component of the running configuration, as Alloy describes it (`/api/v0/web/components/ID`). */
export type GraphComponent = {
  /** `prometheus.scrape.redis` */
  readonly id: string;
  /** `prometheus.scrape` */
  readonly name: string;
  /** `healthy`, `unhealthy`, `exited`, `unknown` */
  readonly state: string;
  readonly message: string;
  /** Its arguments as evaluated, without those that have their default; undefined where Alloy reports none. */
  readonly settings?: readonly Setting[];
  /** The components that it passes something to, each once: telemetry, targets, a login. */
  readonly feeds: readonly string[];
  /** Of a `prometheus.scrape`: what it scrapes. */
  readonly targets: readonly ScrapeTarget[];
};

/** A target as a `prometheus.scrape` reports it. */
export type ScrapeTarget = {
  readonly url: string;
  readonly labels: Labels;
  /** Why the last scrape failed; empty if it worked, or if there was none. */
  readonly error: string;
  /** Whether it has been scraped. */
  readonly isScraped: boolean;
  /** When the last scrape began, where there was one. */
  readonly scrapedAt?: Milliseconds;
};

const Setting: z.ZodType<Setting> = z.object({
  name: z.string(),
  value: z.object({ type: z.string().catch(''), value: z.unknown() }).optional(),
  body: z.lazy(() => z.array(Setting)).optional(),
}) as z.ZodType<Setting>;
const Described = z.object({
  localID: z.string(),
  name: z.string(),
  health: z.object({ state: z.string(), message: z.string().optional() }),
  dataFlowEdgesTo: z.array(z.string()).nullish(),
  arguments: z.array(Setting).nullish().catch(undefined),
  debugInfo: z.array(Setting).nullish().catch(undefined),
});

/** Every component of the running configuration with its details. Throws if Alloy gives no answer. */
export async function readGraph({ url }: Pick<AlloyEndpoint, 'url'>): Promise<GraphComponent[]> {
  const list = `${url}/api/v0/web/components`;
  const { body } = await getPage(list);
  const ids = z.array(z.object({ localID: z.string() })).parse(JSON.parse(body));
  return await Promise.all(
    ids.map(async ({ localID }) => parseComponent(JSON.parse((await getPage(`${list}/${localID}`)).body))),
  );
}

/** A component of the running configuration, by its ID. Throws if Alloy gives no answer, or has none. */
export async function readComponent({ url }: Pick<AlloyEndpoint, 'url'>, id: string): Promise<GraphComponent> {
  return parseComponent(JSON.parse((await getPage(`${url}/api/v0/web/components/${id}`)).body));
}

/** A component from what Alloy answers for it. */
export function parseComponent(json: unknown): GraphComponent {
  const { localID: id, name, health, dataFlowEdgesTo, arguments: settings, debugInfo } = Described.parse(json);
  return {
    id,
    name,
    state: health.state,
    message: health.message ?? '',
    ...(settings && { settings }),
    feeds: [...new Set(dataFlowEdgesTo ?? [])],
    targets: (debugInfo ?? []).filter((block) => block.name === 'target').map(({ body = [] }) => readTarget(body)),
  };
}

function readTarget(body: readonly Setting[]): ScrapeTarget {
  const scrapedAt = Date.parse(readText(body, 'last_scrape') ?? '');
  return {
    url: readText(body, 'url') ?? '',
    labels: readPairs(findSetting(body, 'labels')?.value),
    error: readText(body, 'last_error') ?? '',
    isScraped: scrapedAt > 0,
    ...(scrapedAt > 0 && { scrapedAt }),
  };
}

/** The setting at a path: `client`, `endpoint`. Of several blocks with one name, the first that has it. */
export function findSetting(settings: readonly Setting[] = [], ...path: readonly string[]): Setting | undefined {
  const [first, ...others] = path;
  const found = settings.filter(({ name }) => name === first);
  if (others.length === 0) return found[0];
  for (const { body } of found) {
    const inner = findSetting(body, ...others);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The text at a path; undefined if there is none, or if it is a secret. */
export function readText(settings: readonly Setting[] | undefined, ...path: readonly string[]): string | undefined {
  const value = findSetting(settings, ...path)?.value;
  return value?.type !== 'capsule' && typeof value?.value === 'string' ? value.value : undefined;
}

/** The texts of all attributes with one of these names, at any depth; those that are secret are left out. */
export function findTexts(settings: readonly Setting[] = [], ...names: readonly string[]): string[] {
  return settings.flatMap((setting) => {
    const text = names.includes(setting.name) ? readText([setting], setting.name) : undefined;
    return text === undefined ? findTexts(setting.body, ...names) : [text];
  });
}

/**
 * The addresses to which a component sends, as it has evaluated them (`url` or `endpoint`, at any depth), without logins. Empty
 * if it has none, or this Alloy reports no arguments.
 */
export function listDestinations({ settings }: Pick<GraphComponent, 'settings'>): string[] {
  return findTexts(settings, 'url', 'endpoint').flatMap((text) => {
    // An exporter over gRPC has HOST:PORT.
    const address = /^https?:\/\//.test(text) ? text : `http://${text}`;
    if (text === '' || !URL.canParse(address)) return [];
    const { origin, pathname } = new URL(address);
    return `${origin}${pathname}`.replace(/\/$/, '');
  });
}

/** The elements of the list at a path, in Alloy's JSON form; undefined if there is none. */
export function readList(settings: readonly Setting[] | undefined, ...path: readonly string[]): Value[] | undefined {
  return z.array(AnyValue).safeParse(findSetting(settings, ...path)?.value?.value).data;
}

const AnyValue: z.ZodType<Value> = z.object({ type: z.string(), value: z.unknown() });
const Pairs = z.array(z.object({ key: z.string(), value: z.object({ value: z.unknown() }) }));

/** An object of texts, such as labels; other values are left out. */
export function readPairs(value: Value | undefined): Labels {
  const pairs = Pairs.safeParse(value?.value).data ?? [];
  return Object.fromEntries(
    pairs.flatMap(({ key, value: { value: text } }) => (typeof text === 'string' ? [[key, text] as const] : [])),
  );
}
