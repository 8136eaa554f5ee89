/** The environment, typed and validated once. Its problems come in one message, and no secret's value is in it. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudVariables } from './cloud.ts';
import { CLOUD_VARIABLES, findAddition } from './cloud.ts';
import { parseDuration } from './duration.ts';
import { type Environment, isFromDotenv, readEnvironment } from './environment.ts';
import { findMisnamed, type MisnamedVariable } from './misnamed-variables.ts';
import { readServiceTelemetry, type ServiceTelemetry } from './service-telemetry.ts';
import { SettingsError } from './settings-error.ts';

/** The project's root directory. */
export const ROOT = resolve(import.meta.dirname, '../..');

const duration = z.string().transform((text, context): Milliseconds => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is not a duration above 0, such as 1s, 500ms or 1m`,
  });
  return z.NEVER;
});

/** A URL with one of these schemes. Its text may hold a password, so no message shows it. */
function url(...schemes: readonly string[]) {
  return z
    .string()
    .transform((text, context): URL => {
      if (URL.canParse(text) && schemes.includes(new URL(text).protocol.replace(/\+\w+:$/, ':'))) return new URL(text);
      const beginnings = schemes.map((scheme) => `${scheme}//`).join(' or ');
      context.addIssue({ code: 'custom', message: `it is not a URL that begins with ${beginnings}` });
      return z.NEVER;
    })
    .optional();
}

const anyHttp = url('http:', 'https:');
/** A URL that a path is put behind. */
const http = anyHttp.superRefine((given, context) => {
  const addition = given && findAddition(given.href);
  if (addition) context.addIssue({ code: 'custom', message: `it has ${addition}: leave it out of the URL` });
});
/** A URL that is asked with a login of other variables, or with none; one in its text would be shown with it. */
const openHttp = http.refine((given) => given === undefined || given.username + given.password === '', {
  error: 'it carries a login, which is not used: leave it out of the URL',
});

/** One of these words. */
function choice<const T extends readonly string[]>(...words: T) {
  return z
    .enum(words, { error: ({ input }) => `${JSON.stringify(input)} is not one of ${words.join(', ')}` })
    .optional();
}

const notMilliseconds = { error: 'it is not a number of milliseconds above 0' };
const notSeconds = { error: 'it is not a number of seconds above 0' };

/** Variables that say more of what another one names, and would have no effect without it. */
const NEEDED = [
  ['RABBITMQ_METRICS_URL', 'RABBITMQ_URL'],
  ['ALLOY_OTLP_GRPC', 'ALLOY_URL'],
  ['ALLOY_OTLP_HTTP', 'ALLOY_URL'],
  ['TEMPO_OTLP_URL', 'TEMPO_URL'],
  ['BACKEND_TENANT', 'TEMPO_URL'],
  ['GRAFANA_SERVICE_ACCOUNT_TOKEN', 'GRAFANA_URL'],
] as const;

const Variables = z
  .object({
    STACK: choice('containers', 'native', 'external'),
    ALLOY: choice('container', 'binary', 'embedded'),
    BACKEND: choice('mock', 'lgtm', 'cloud'),
    ALLOY_VERIFY_TELEMETRY: choice('on', 'off'),
    ALLOY_LOG_LEVEL: choice('error', 'warn', 'info', 'debug'),
    ALLOY_BIN: z.string().optional(),
    ALLOY_CONFIG: z
      .string()
      .default('grafana-alloy/config.alloy')
      .transform((path) => resolve(ROOT, path))
      .refine((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true, {
        error: ({ input }) => `${String(input)} is not a file (a relative path begins at the project's directory)`,
      }),
    ALLOY_SCRAPE_INTERVAL: duration.optional(),
    ALLOY_SCRAPE_TIMEOUT: duration.optional(),
    ALLOY_OTLP_BATCH_TIMEOUT: duration.optional(),
    ALLOY_REMOTE_WRITE_DEADLINE: duration.optional(),
    OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number(notMilliseconds).positive(notMilliseconds).optional(),
    DLQ_CHECK_INTERVAL_SECONDS: z.coerce.number(notSeconds).positive(notSeconds).optional(),
    DATABASE_URL: url('postgresql:', 'postgres:'),
    REDIS_URL: url('redis:'),
    RABBITMQ_URL: url('amqp:'),
    RABBITMQ_METRICS_URL: anyHttp,
    API_URL: http,
    BOT_GATEWAY_URL: anyHttp,
    ALLOY_URL: openHttp,
    ALLOY_OTLP_GRPC: z
      .string()
      .regex(/^[^/\s]+:\d+$/, 'it is not HOST:PORT')
      .optional(),
    ALLOY_OTLP_HTTP: http,
    GRAFANA_CLOUD_TEMPO_QUERY_URL: openHttp,
    GRAFANA_CLOUD_PROMETHEUS_QUERY_URL: openHttp,
    GRAFANA_CLOUD_LOKI_QUERY_URL: openHttp,
    GRAFANA_CLOUD_READ_TOKEN: z.string().optional(),
    GRAFANA_CLOUD_STACK: z
      .string()
      .regex(/^(?!gl(?:c|sa)_|eyJ)[\w-]{1,100}$/, 'it is not the slug of a stack: STACK of https://STACK.grafana.net')
      .optional(),
    GRAFANA_CLOUD_STACKS_TOKEN: z.string().optional(),
    GRAFANA_CLOUD_API_URL: openHttp,
    GRAFANA_URL: openHttp,
    GRAFANA_SERVICE_ACCOUNT_TOKEN: z.string().optional(),
    TEMPO_URL: http,
    TEMPO_OTLP_URL: http,
    PROMETHEUS_URL: http,
    LOKI_URL: http,
    BACKEND_TENANT: z
      .string()
      .regex(
        /^[\w.()|!*'-]{1,150}$/,
        'it is not the name of a tenant: letters, digits and some signs, such as team-a, without spaces',
      )
      .optional(),
    CONTRACT_SEED: z.coerce.number({ error: 'it is not a whole number' }).int('it is not a whole number').optional(),
    DOCKER_HOST: z
      .string()
      .regex(
        /^(?:(?:unix|npipe|ssh):\/\/|(?:(?:tcp|https?):\/\/)?[\w.[\]:-]+$)/,
        "it is not an engine's address, such as unix:///var/run/docker.sock or tcp://HOST:2375, without a login",
      )
      .optional(),
    DEBIAN_MIRROR: z
      .string()
      .regex(/^(?:https?|file|copy):\S+$/, 'it is not the address of a mirror, such as http://deb.debian.org/debian')
      .optional(),
  })
  .superRefine((variables, context) => {
    for (const [name, needed] of NEEDED) {
      if (variables[name] === undefined || variables[needed] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [name], message: `it has no effect unless ${needed} is set` });
    }
    const { scrape, scrapeTimeout } = readIntervals(variables);
    if (scrapeTimeout > scrape) {
      const message = `it is longer than ALLOY_SCRAPE_INTERVAL, which is ${scrape}ms in this run`;
      context.addIssue({ code: 'custom', path: ['ALLOY_SCRAPE_TIMEOUT'], message });
    }
  });

/** The names of the variables that are read here, beside `PATH` and the `GRAFANA_CLOUD_*` ones that criterion P1.1 judges. */
export const SETTINGS_VARIABLES: readonly string[] = [
  ...Object.keys(Variables.shape),
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'CI', 'NODE_COMPILE_CACHE', 'IMAGE_REGISTRY'],
  ...['DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'XDG_RUNTIME_DIR', 'TESTCONTAINERS_HOST_OVERRIDE'],
  'TESTCONTAINERS_RYUK_DISABLED',
];

/** The choices and intervals of a run; durations in milliseconds. `cloud` holds the `GRAFANA_CLOUD_*` variables as set. */
export type Settings = {
  readonly stack: 'containers' | 'native' | 'external' | undefined;
  readonly alloy: 'container' | 'binary' | 'embedded' | undefined;
  readonly backend: 'mock' | 'lgtm' | 'cloud' | undefined;
  /** Whether the run sends metrics and a trace of its own; undefined leaves that to the kind of run. */
  readonly sendsTelemetry: boolean | undefined;
  readonly alloyBinary: string | undefined;
  /** The configuration under test: an absolute path. */
  readonly alloyConfig: string;
  readonly intervals: Intervals;
  /** Between two rounds of the dead-letter queue, in seconds. */
  readonly dlqCheckIntervalSeconds: number;
  readonly cloud: CloudVariables;
  readonly query: QuerySettings;
  readonly discovery: DiscoverySettings;
  readonly proxies: ProxySettings;
  readonly lgtm: LgtmSettings;
  /** The random choices of `npm run test:contract`; undefined for others each time. */
  readonly contractSeed: number | undefined;
  readonly existing: ExistingUrls;
  /** Where `npm run images` gets Debian's packages. */
  readonly debianMirror: string | undefined;
  readonly images: ImageSettings;
  readonly engine: EngineSettings;
  /** The folders in which programs are looked for, as `PATH` has them. */
  readonly path: string;
  /** Whether a person sits at the terminal who can be asked. */
  readonly isInteractive: boolean;
  /** The standard variables of telemetry, `OTEL_*` and `LOG_*`. */
  readonly telemetry: ServiceTelemetry;
  /** Where Node keeps compiled code, for the parts that are programs of this project. */
  readonly compileCache: string | undefined;
  readonly inherited: InheritedEnvironment;
  /** What is set and means nothing to anybody, though it is nearly called as one that does. */
  readonly misnamed: readonly MisnamedVariable[];
};

/**
 * Where a person corrects a variable: among the secrets or variables of a repository on GitHub, whose workflow gives it to the
 * run, in the settings of another pipeline, in `.env`, or in the environment, which wins over it.
 */
export type VariableHome =
  | 'repository secret'
  | 'repository variable'
  | 'pipeline'
  | 'dotenv'
  | 'environment'
  | 'unset';

/** The whole environment over `.env`, for what is started with it: Alloy, npm, apt-get, mmdebstrap. */
export type InheritedEnvironment = {
  /** All of it, with these variables over it. */
  readonly extend: (variables?: Readonly<Record<string, string>>) => Record<string, string>;
  /** Those of these variables that are set. A file that a person may change names them, as `config.alloy` does. */
  readonly pick: (names: readonly string[]) => Record<string, string>;
  /** Where this variable comes from; throws {@link SettingsError} for a `.env` that can't be read. */
  readonly findHome: (name: string) => VariableHome;
};

/** How Grafana Cloud is asked for what arrived, where that is not how Alloy writes to it. */
export type QuerySettings = {
  readonly tempo?: URL;
  readonly prometheus?: URL;
  readonly loki?: URL;
  /** A token with the scopes to read; that of Alloy is used where it is undefined. */
  readonly readToken?: string;
  /** A Grafana, and the token of a service account, with which all questions go through it. */
  readonly grafana?: { readonly url: URL; readonly token: string | undefined };
};

/** Where Grafana Cloud says what a stack consists of. */
export type DiscoverySettings = {
  /** The slug of the stack that the `GRAFANA_CLOUD_*` variables describe. */
  readonly stack?: string;
  /** A token with the scope `stacks:read`; that of Alloy is used where it is undefined. */
  readonly token?: string;
  /** Grafana Cloud's own API, where it is not that of grafana.com. */
  readonly url?: URL;
};

/** The proxies that lead out of a network, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name them; logins included. */
export type ProxySettings = { readonly https?: string; readonly http?: string; readonly except?: string };

/** The person's Tempo, Prometheus and Loki; logins included. */
export type LgtmSettings = {
  readonly tempo?: URL;
  /** Where Tempo receives OTLP over HTTP, which is another port. */
  readonly tempoOtlp?: URL;
  readonly prometheus?: URL;
  readonly loki?: URL;
  /** For the header `X-Scope-OrgID`. */
  readonly tenant?: string;
};

/** Which images the containers of a run have. */
export type ImageSettings = {
  /** Put before the name of every image, its slash included; empty for none. */
  readonly registry: string;
  /** The images that were named, by {@link IMAGE_VARIABLES}. */
  readonly named: Readonly<Partial<Record<ImageVariable, string>>>;
};

/** The variables that name an image; `NODE_IMAGE` is that of the project's own programs. */
const IMAGE_VARIABLES = [
  'POSTGRES_IMAGE',
  'REDIS_IMAGE',
  'RABBITMQ_IMAGE',
  'ALLOY_IMAGE',
  'LGTM_IMAGE',
  'NODE_IMAGE',
  'API_IMAGE',
  'BOT_IMAGE',
  'NOTIFICATION_DAEMON_IMAGE',
  'STATUS_TRANSITION_DAEMON_IMAGE',
] as const;
export type ImageVariable = (typeof IMAGE_VARIABLES)[number];

/** Where the container engine is, by the variables that Docker's own client reads; testcontainers' two beside them. */
export type EngineSettings = {
  /** `DOCKER_HOST`; the usual sockets are tried where it is undefined. */
  readonly host: string | undefined;
  readonly tlsVerify: boolean;
  readonly certPath: string | undefined;
  /** How long testcontainers' Ryuk stays when nobody is left. */
  readonly ryukReconnection: string;
  /** `XDG_RUNTIME_DIR`: the socket of a rootless engine is in it. */
  readonly runtimeDirectory: string | undefined;
  /** Where published ports are reached, where that is not where the engine is. */
  readonly publishedHost: string | undefined;
  readonly ryuk: boolean;
};

/** What already runs and takes the place of a part of the stack, by where it is; logins included. */
export type ExistingUrls = {
  readonly postgres?: URL;
  readonly redis?: URL;
  readonly rabbitmq?: URL;
  readonly rabbitmqMetrics?: URL;
  readonly api?: URL;
  readonly botGateway?: URL;
  readonly alloy?: URL;
  /** `host:port` */
  readonly alloyOtlpGrpc?: string;
  readonly alloyOtlpHttp?: URL;
};

/** The variable that says where a part already runs, by the part's name. */
export const EXISTING_VARIABLES: Readonly<Record<string, string>> = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  rabbitmq: 'RABBITMQ_URL',
  api: 'API_URL',
  bot: 'BOT_GATEWAY_URL',
  alloy: 'ALLOY_URL',
};

/** The intervals that decide how long telemetry may take; every deadline is computed from them. */
export type Intervals = {
  readonly scrape: Milliseconds;
  readonly scrapeTimeout: Milliseconds;
  readonly otlpBatch: Milliseconds;
  readonly remoteWriteDeadline: Milliseconds;
  /** Between two exports of the services' metrics. */
  readonly metricExport: Milliseconds;
};

/**
 * Reads the settings of a run, by default from the environment over `.env`. An empty variable counts as unset,
 * except the `GRAFANA_CLOUD_*` ones, where it is a finding of criterion P1.1. Throws {@link SettingsError} with every
 * problem at once.
 */
export function readSettings(environment: Environment = readEnvironment()): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  refuseInvalidProxies(given);
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new SettingsError(
      `these settings are not valid:\n${problems.join('\n')}`,
      'correct them in .env or in the environment; RUNTIME_CONFIG.md lists every variable.',
    );
  }
  const v = parsed.data;
  return {
    stack: v.STACK,
    alloy: v.ALLOY,
    backend: v.BACKEND,
    sendsTelemetry: v.ALLOY_VERIFY_TELEMETRY && v.ALLOY_VERIFY_TELEMETRY === 'on',
    alloyBinary: v.ALLOY_BIN,
    alloyConfig: v.ALLOY_CONFIG,
    intervals: readIntervals(v),
    dlqCheckIntervalSeconds: v.DLQ_CHECK_INTERVAL_SECONDS ?? chooseDlqInterval(v),
    cloud: Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, environment[name]])),
    query: omitUndefined({
      tempo: v.GRAFANA_CLOUD_TEMPO_QUERY_URL,
      prometheus: v.GRAFANA_CLOUD_PROMETHEUS_QUERY_URL,
      loki: v.GRAFANA_CLOUD_LOKI_QUERY_URL,
      readToken: v.GRAFANA_CLOUD_READ_TOKEN,
      grafana: v.GRAFANA_URL && { url: v.GRAFANA_URL, token: v.GRAFANA_SERVICE_ACCOUNT_TOKEN },
    }),
    discovery: omitUndefined({
      stack: v.GRAFANA_CLOUD_STACK,
      token: v.GRAFANA_CLOUD_STACKS_TOKEN,
      url: v.GRAFANA_CLOUD_API_URL,
    }),
    proxies: omitUndefined({
      https: given.https_proxy ?? given.HTTPS_PROXY,
      http: given.http_proxy ?? given.HTTP_PROXY,
      except: given.no_proxy ?? given.NO_PROXY,
    }),
    contractSeed: v.CONTRACT_SEED,
    lgtm: omitUndefined({
      tempo: v.TEMPO_URL,
      tempoOtlp: v.TEMPO_OTLP_URL,
      prometheus: v.PROMETHEUS_URL,
      loki: v.LOKI_URL,
      tenant: v.BACKEND_TENANT,
    }),
    existing: omitUndefined({
      postgres: v.DATABASE_URL,
      redis: v.REDIS_URL,
      rabbitmq: v.RABBITMQ_URL,
      rabbitmqMetrics: v.RABBITMQ_METRICS_URL,
      api: v.API_URL,
      botGateway: v.BOT_GATEWAY_URL,
      alloy: v.ALLOY_URL,
      alloyOtlpGrpc: v.ALLOY_OTLP_GRPC,
      alloyOtlpHttp: v.ALLOY_OTLP_HTTP,
    }),
    debianMirror: v.DEBIAN_MIRROR,
    images: {
      registry: given.IMAGE_REGISTRY ?? '',
      named: Object.fromEntries(IMAGE_VARIABLES.flatMap((name) => (given[name] ? [[name, given[name]]] : []))),
    },
    engine: readEngineSettings(given),
    path: given.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    isInteractive: process.stdin.isTTY === true && given.CI === undefined,
    telemetry: readServiceTelemetry(given),
    compileCache: given.NODE_COMPILE_CACHE,
    inherited: inheritEnvironment(environment),
    misnamed: findMisnamed(Object.keys(given), [...SETTINGS_VARIABLES, ...CLOUD_VARIABLES, ...IMAGE_VARIABLES]),
  };
}

function inheritEnvironment(environment: Environment): InheritedEnvironment {
  const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    extend: (variables = {}) => ({ ...Object.fromEntries(set), ...variables }),
    pick: (names) => Object.fromEntries(set.filter(([name]) => names.includes(name))),
    findHome: (name) => {
      if (environment.GITHUB_ACTIONS === 'true')
        return /_(?:KEY|TOKEN)$/.test(name) ? 'repository secret' : 'repository variable';
      if (environment.CI) return 'pipeline';
      if (isFromDotenv(name)) return 'dotenv';
      return environment[name] === undefined ? 'unset' : 'environment';
    },
  };
}

/** A proxy is an address of HTTP; its text may hold a password. Throws {@link SettingsError}. */
function refuseInvalidProxies(given: Readonly<Record<string, string>>): void {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  const invalid = names.filter((name) => given[name] !== undefined && !/^https?:$/.test(readProtocol(given[name])));
  if (invalid.length === 0) return;
  throw new SettingsError(
    `these settings are not valid:\n${invalid.map((name) => `  ${name}: it is not a URL that begins with http:// or https://`).join('\n')}`,
    'set them as in http://proxy.example:8080, or unset them.',
  );
}

function readProtocol(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

/**
 * The settings of a check of what already runs: `ALLOY_URL` names an external stack, whatever kind of stack `STACK` has a run
 * start; `inherited` has that. Throws {@link SettingsError}.
 */
export function readSmokeSettings(environment: Environment = readEnvironment()): Settings {
  const settings = readSettings(environment.ALLOY_URL ? { ...environment, STACK: 'external' } : environment);
  return { ...settings, inherited: inheritEnvironment(environment) };
}

/** The object without the properties that are undefined. */
function omitUndefined<T extends object>(object: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}

/**
 * Where the container engine is, by default as the environment over `.env` says; empty variables count as unset. Throws
 * {@link SettingsError} for a `.env` that can't be read.
 */
export function readEngineSettings(environment: Environment = readEnvironment()): EngineSettings {
  const read = (name: string) => environment[name] || undefined;
  return {
    host: read('DOCKER_HOST'),
    tlsVerify: read('DOCKER_TLS_VERIFY') === '1',
    certPath: read('DOCKER_CERT_PATH'),
    runtimeDirectory: read('XDG_RUNTIME_DIR'),
    publishedHost: read('TESTCONTAINERS_HOST_OVERRIDE'),
    ryuk: read('TESTCONTAINERS_RYUK_DISABLED') !== 'true',
    // By default it is ten seconds: nobody comes back to a run that has ended.
    ryukReconnection: read('TESTCONTAINERS_RYUK_RECONNECTION_TIMEOUT') ?? '1s',
  };
}

/** The variables by which another program finds the same engine. */
export function listEngineVariables({
  host,
  tlsVerify,
  certPath,
  runtimeDirectory,
}: EngineSettings): Record<string, string> {
  return {
    ...(host !== undefined && { DOCKER_HOST: host }),
    ...(tlsVerify && { DOCKER_TLS_VERIFY: '1' }),
    ...(certPath !== undefined && { DOCKER_CERT_PATH: certPath }),
    ...(runtimeDirectory !== undefined && { XDG_RUNTIME_DIR: runtimeDirectory }),
  };
}

/** The intervals of a local run, in milliseconds. */
const LOCAL = { scrape: 500, otlpBatch: 200, remoteWriteDeadline: 100, metricExport: 500 };
/** The defaults of `config.alloy` and, for the export, of OpenTelemetry, in milliseconds. */
const PRODUCTION = { scrape: 60_000, otlpBatch: 10_000, remoteWriteDeadline: 5000, metricExport: 60_000 };
/** The daemon's interval by default, in a stack that a run starts, and in one whose spans are paid for; in seconds. */
const DLQ = { production: 900, local: 1, paid: 45 };

function readIntervals(v: z.output<typeof Variables>): Intervals {
  // Grafana Cloud bills data points: there a run scrapes as often as production does.
  const usual = v.STACK === 'external' || v.BACKEND === 'cloud' ? PRODUCTION : LOCAL;
  const scrape = v.ALLOY_SCRAPE_INTERVAL ?? usual.scrape;
  return {
    scrape,
    scrapeTimeout: v.ALLOY_SCRAPE_TIMEOUT ?? Math.min(scrape, 10_000),
    otlpBatch: v.ALLOY_OTLP_BATCH_TIMEOUT ?? usual.otlpBatch,
    remoteWriteDeadline: v.ALLOY_REMOTE_WRITE_DEADLINE ?? usual.remoteWriteDeadline,
    metricExport: v.OTEL_METRIC_EXPORT_INTERVAL ?? usual.metricExport,
  };
}

function chooseDlqInterval({ STACK, BACKEND }: z.output<typeof Variables>): number {
  if (STACK === 'external') return DLQ.production;
  return BACKEND === 'cloud' ? DLQ.paid : DLQ.local;
}
