import type { Stranger } from '../run/endpoints.ts';
import type { Part } from '../run/part.ts';
import { describeProblem } from './cloud-problem-sentences.ts';
import { describeLabels } from './evidence-sentences.ts';
import type {
  Finding,
  FindingKind,
  LogExcerpt,
  RefusedLogin,
  RefusedQuestion,
  RefusedUse,
  WrongAddress,
} from './finding.ts';
import { toLine, toLines } from './plain-text.ts';

/** Why a criterion failed, and what to do about it. */
export type Explanation = { readonly cause: string; readonly fix: string };

/** Puts a finding into words, in a line each; the problems that a criterion lists keep their lines. */
export function describeFinding<K extends Finding['kind']>(finding: FindingKind<K>): Explanation {
  const { cause, fix } = SENTENCES[finding.kind as K](finding);
  return { cause: finding.kind === 'listed problems' ? toLines(cause) : toLine(cause), fix: toLine(fix) };
}

/** The words for each kind of finding. */
const SENTENCES: { readonly [K in Finding['kind']]: (finding: FindingKind<K>) => Explanation } = {
  'listed problems': ({ problems, fix }) => ({ cause: problems.join('; '), fix }),

  'configuration error': ({ file, line, column, message }) => ({
    cause: `Alloy did not start: ${file}:${line}:${column}: ${message}`,
    fix: 'Correct the configuration at that line',
  }),

  'no answer from Alloy': ({ url, lastLog }) => ({
    cause: `Alloy gives no answer at ${url}${lastLog === undefined ? '' : `; its log ends with: ${describeLog(lastLog)}`}`,
    fix: 'Check whether it runs and listens at that address',
  }),

  'wrong address of Alloy': ({ addresses }) => ({
    cause: addresses
      .map(({ variable, address, answer }) => `${variable} leads to ${address}, where ${describeAnswer(answer)}`)
      .join('; '),
    fix: `${addresses.every(({ answer }) => answer === 'nothing') ? 'Start Alloy there, or set' : 'Set'} ${addresses
      .map(({ variable }) => `${variable} to ${ALLOY_ADDRESSES[variable]}`)
      .join(', ')}`,
  }),

  'unhealthy components': ({ ids, message, portInUse }) => ({
    cause: `${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'} not healthy: ${message}`,
    fix: portInUse
      ? 'Another program holds that port: stop it, or give Alloy another address (ALLOY_OTLP_GRPC_LISTEN, ALLOY_OTLP_HTTP_LISTEN)'
      : `Correct ${ids[0]} in the configuration; Alloy shows its state at /component/${ids[0]}`,
  }),

  'source unreachable': ({ source, address, variable }) => ({
    cause: `${NAMES[source]} gives no answer at ${address}`,
    fix: `Start ${NAMES[source]}${variable === undefined ? '' : `, or correct ${variable} if you set it`}`,
  }),

  'exporter cannot connect': ({ source, log }) => ({
    cause:
      log === undefined
        ? `Alloy's exporter can't connect to ${NAMES[source]}`
        : `${log.component} can't connect to ${NAMES[source]}: ${log.message}`,
    fix:
      source === 'redis'
        ? 'Check REDIS_EXPORTER_ADDRESS and REDIS_EXPORTER_PASSWORD'
        : 'Check the address, user and password in POSTGRES_EXPORTER_DSN',
  }),

  'scrape fails': ({ job, instance, source, target }) => ({
    cause:
      `Alloy can't scrape the target ${describeLabels({ job, instance })}: its up is 0` +
      (target === undefined ? '' : `; ${target.component} reports for ${target.url}: ${target.error}`),
    fix:
      source === 'rabbitmq'
        ? 'Check the address that Alloy scrapes: RABBITMQ_METRICS_ADDRESS in the shipped configuration'
        : 'Check the address in targets of the prometheus.scrape of this job, and its scrape_timeout',
  }),

  'other labels': ({ wanted, found }) => ({
    cause: `it is scraped and delivered under other labels: ${describeLabels(found)} instead of ${describeLabels(wanted)}`,
    fix:
      'Put a discovery.relabel between the exporter and the scrape that sets job and instance: ' +
      'the job_name of a prometheus.scrape does not override the labels that an exporter sets',
  }),

  'OTLP login refused': (login) => ({
    cause:
      `the OTLP gateway answers 401 Unauthorized to ${describeLogin(login)}; ` +
      'Alloy drops the data, while senders get 200 and every component is healthy',
    fix:
      login.twin === undefined
        ? `Set ${listLoginVariables('OTLP', login)} to what Grafana Cloud shows under your stack > OpenTelemetry > Configure`
        : "Set GRAFANA_CLOUD_OTLP_INSTANCE_ID to the OTLP gateway's own ID: Grafana Cloud shows it under your stack > OpenTelemetry > Configure",
  }),

  'OTLP path not found': ({ url }) => ({
    cause: `the OTLP gateway answers 404: ${url ?? "the exporter's endpoint"} is not a path that it serves`,
    fix: 'Make GRAFANA_CLOUD_OTLP_ENDPOINT end in /otlp: the exporter adds the path of each signal itself',
  }),

  'OTLP endpoint unreachable': ({ log }) => ({
    cause: `Alloy can't reach the OTLP endpoint and keeps trying: ${describeLog(log)}`,
    fix: 'Check GRAFANA_CLOUD_OTLP_ENDPOINT, and the network and proxy between Alloy and it',
  }),

  'OTLP export fails': ({ log }) => ({
    cause: `Alloy can't export over OTLP and drops the data${log === undefined ? '' : `: ${describeLog(log)}`}`,
    fix:
      log === undefined
        ? 'Look for "Exporting failed" in the log of Alloy: it gives the reason'
        : "Fix what the exporter's error reports",
  }),

  'nothing accepted over OTLP': ({ grpc, http }) => ({
    cause: `Alloy has accepted nothing over OTLP at ${grpc} and ${http}`,
    fix: 'Check that the services send there, and that an otelcol.receiver.otlp listens there with an output for each signal',
  }),

  'nothing exported over OTLP': () => ({
    cause: 'Alloy accepted data over OTLP, and no exporter has sent any of it',
    fix: "Follow the output of otelcol.receiver.otlp: each signal has to end at an exporter's input (Alloy shows the graph at /graph)",
  }),

  'remote write without URL': ({ component }) => ({
    cause: `${component} has an empty url: it drops every sample, with no error message in its log`,
    fix: 'Set GRAFANA_CLOUD_PROMETHEUS_ENDPOINT',
  }),

  'remote write login refused': (login) => ({
    cause:
      `remote write gets 401 Unauthorized for ${describeLogin(login)}; ` +
      'the samples are dropped, while every component is healthy',
    fix: `Set ${listLoginVariables('PROMETHEUS', login)} to what Grafana Cloud shows under your stack > Prometheus > Details`,
  }),

  'remote write path not found': ({ url }) => ({
    cause: `remote write gets 404: ${url ?? 'its URL'} is not a path where Prometheus accepts samples`,
    fix: 'Make GRAFANA_CLOUD_PROMETHEUS_ENDPOINT end in /api/prom/push',
  }),

  'remote write fails': ({ log }) => ({
    cause: `remote write fails${log === undefined ? ', and samples are dropped' : `: ${describeLog(log)}`}`,
    fix:
      log === undefined
        ? 'Look for "non-recoverable error" in the log of Alloy: it gives the reason'
        : 'Fix what the error reports',
  }),

  'nothing sent by remote write': () => ({
    cause: 'remote write has not sent a single sample',
    fix: 'Let forward_to of each prometheus.scrape lead to a prometheus.remote_write (Alloy shows the graph at /graph)',
  }),

  'Grafana Cloud refuses': ({ use, problem }) => {
    const { cause, fix } = describeProblem(problem);
    return { cause: `${REFUSALS[use]}: ${cause}`, fix };
  },

  'token expired': ({ use, variable }) => ({
    cause: `${REFUSALS[use]}, although it accepted the same login when the run began: ${variable} has expired, or was revoked or changed since`,
    fix:
      variable === 'GRAFANA_SERVICE_ACCOUNT_TOKEN'
        ? `Create a token for the service account (Administration > Service accounts), and set ${variable} to it`
        : `Create a token for the access policy (grafana.com > My Account > Access Policies), and set ${variable} to it`,
  }),

  'clock differs': ({ offset }) => describeProblem({ kind: 'clock', offset }),

  'another backend': ({ sendsTo, asked }) => {
    const variables = asked.flatMap(({ variable = [] }) => variable);
    return {
      cause:
        `this Alloy sends to another backend than the one that is asked: it counts as delivered what it sends to ${list(sendsTo)}, ` +
        `and nothing of it is in ${list(asked.map(describeAsked))}`,
      fix:
        `Set ALLOY_URL to the Alloy that sends there, or ${variables.length === 0 ? 'what is asked' : list(variables)} to the backend ` +
        `of this one; if ${list(sendsTo)} should pass it on, look there`,
    };
  },

  'backend silent': ({ service, url, variable, since, reason }) => ({
    cause: `${SERVICES[service]} has given no answer at ${url} since ${new Date(since).toISOString()}: ${reason}`,
    fix:
      (variable === undefined ? '' : `Check that ${variable} is right. `) +
      `Look at the log and the load of ${SERVICES[service]}, and of what stands between it and here: the run asks it for what arrived`,
  }),

  'questions refused': ({ refused, all }) => ({
    cause: `${list(refused.map(describeRefused))} ${refused.length === 1 ? 'refuses' : 'refuse'} the run's questions about what arrived`,
    fix:
      adviseOnLogins(refused) ??
      (all
        ? `Set GRAFANA_CLOUD_READ_TOKEN, or GRAFANA_CLOUD_API_KEY without one, to a token of this stack with the scopes ${list(refused.map(({ service }) => SCOPES[service]))}`
        : `Give the token the scopes ${list(refused.map(({ service }) => SCOPES[service]))}, and check ${list(
            refused.map(({ service }) => `GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID`),
          )}`),
  }),

  'query refused': (refused) => ({ cause: refused.message, fix: adviseOnQuery(refused) }),
};

/** What to do about a question that failed, by the variables that decide where it goes and as whom. */
function adviseOnQuery(refused: FindingKind<'query refused'>): string {
  const { url, status, stranger, leadsTo, service, other, variables, isProxied } = refused;
  const variable = variables?.url ?? 'the address where the run asks this service';
  const name = service === undefined ? 'the service' : SERVICES[service];
  if (status === 407 && isProxied === true)
    return "Put the proxy's login into HTTPS_PROXY, such as http://USER:PASSWORD@HOST:PORT, or name the host in NO_PROXY";
  const right = `Set ${variable} to the address of ${name}'s query API`;
  if (status === 407) return `${right}: at ${url} a proxy answers that wants a login`;
  if (leadsTo !== undefined) return `${right}: ${url} leads to ${leadsTo}`;
  if (other !== undefined) return `${right}: ${SERVICES[other]} answers there`;
  if (stranger !== undefined) return `${right}: at ${url} ${STRANGERS[stranger]} answers`;
  if (status === 404) return `${right}: ${url} is not there`;
  if (status === 401 || status === 403)
    return variables === undefined
      ? `Give the run a login that may read from ${url}`
      : (adviseOnLogins([{ variables }]) ?? `Set ${list(variables.login)} to a login that may read from ${url}`);
  if (status === 0)
    return `Check that ${variables === undefined ? url : variable} is right, and that ${url} can be reached from here: the run asks it for what arrived`;
  if (status === 429) return 'Run it again later: the service is asked too often';
  if (status >= 500) return `Look at the log or the status page of the service: ${url} has a fault`;
  return `Check ${variable}, and the query`;
}

/** Where the logins go that are refused, unless they are those of Grafana Cloud's own services. */
function adviseOnLogins(refused: readonly Pick<RefusedQuestion, 'variables'>[]): string | undefined {
  const variables = refused.map((one) => one.variables).filter((one) => one !== undefined);
  if (variables.length < refused.length) return undefined;
  if (variables.every(({ url, login }) => login.includes(url))) {
    const names = list(variables.map(({ url }) => url));
    return `Put a login that may read into ${names}, such as http://USER:PASSWORD@HOST:PORT, or the tenant into BACKEND_TENANT`;
  }
  const [token, ...others] = new Set(variables.flatMap(({ login }) => login));
  return others.length > 0 ? undefined : `Set ${token} to a token that may query the data sources`;
}

const SERVICES: Readonly<Record<RefusedQuestion['service'], string>> = {
  prometheus: 'Prometheus',
  tempo: 'Tempo',
  loki: 'Loki',
};

const SCOPES: Readonly<Record<RefusedQuestion['service'], string>> = {
  prometheus: 'metrics:read',
  tempo: 'traces:read',
  loki: 'logs:read',
};

function describeRefused({ service, user, status }: RefusedQuestion): string {
  return `${SERVICES[service]} (${user === '' ? '' : `instance ID ${user}, `}${status})`;
}

function describeAsked({ service, url, user }: FindingKind<'another backend'>['asked'][number]): string {
  return `${SERVICES[service]} at ${url}${user === undefined ? '' : ` (instance ID ${user})`}`;
}

function list(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(words);
}

const ALLOY_ADDRESSES: Readonly<Record<WrongAddress['variable'], string>> = {
  ALLOY_URL: "that of Alloy's own HTTP server, such as http://HOST:12345",
  ALLOY_OTLP_GRPC: 'that of grpc in its otelcol.receiver.otlp, such as HOST:4317',
  ALLOY_OTLP_HTTP: 'that of http in its otelcol.receiver.otlp, such as http://HOST:4318',
};

function describeAnswer(answer: WrongAddress['answer']): string {
  if (typeof answer === 'number') return `something other than Alloy answers (HTTP status ${answer})`;
  const answers = {
    nothing: 'nothing answers',
    'unknown host': 'no host has this name',
    'web page': 'a web page answers, not Alloy',
    'another protocol': 'something answers that speaks another protocol',
  };
  return answers[answer];
}

const STRANGERS: Readonly<Record<Stranger, string>> = {
  'web page': "a web page, such as the portal, Grafana or a proxy's login,",
  'empty body': 'something with an empty body, which no query API has,',
  'other API': 'another API',
};

/** What is refused, and what that means. */
const REFUSALS: Readonly<Record<RefusedUse, string>> = {
  'OTLP export': "the OTLP gateway refuses Alloy's login, and Alloy drops the data",
  'remote write': "Prometheus refuses Alloy's login, and Alloy drops the samples",
  question: "Grafana Cloud refuses the run's questions about what arrived",
};

/** The parts' names for people. */
const NAMES: Readonly<Record<Part, string>> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  rabbitmq: 'RabbitMQ',
  alloy: 'Alloy',
  'mock-cloud': 'the mock Grafana Cloud',
  lgtm: 'grafana/otel-lgtm',
  api: 'the API service',
  bot: 'the bot service',
  'notification-daemon': 'the notification daemon',
  'status-transition-daemon': 'the status transition daemon',
};

function describeLog({ component, message }: LogExcerpt): string {
  return component === '' ? message : `${component}: ${message}`;
}

/** The user name that was sent, and what is wrong with the login. */
function describeLogin({ instanceId, reason, twin }: RefusedLogin): string {
  if (reason === 'no credentials') return 'a request without a login';
  const name = instanceId === undefined ? "Alloy's login" : `the instance ID ${instanceId}`;
  if (twin !== undefined) return `${name}, which is ${twin}`;
  if (reason === 'wrong token') return `${name} with a token that is not the stack's`;
  if (reason === 'foreign instance ID') return `${name}, which belongs to another service of Grafana Cloud`;
  return reason === 'unknown instance ID' ? `${name}, which is none of your Grafana Cloud stack` : name;
}

/** The variables to correct: both where nothing says which one is wrong. */
function listLoginVariables(service: 'OTLP' | 'PROMETHEUS', { reason, twin }: RefusedLogin): string {
  const id = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
  if (reason === 'wrong token') return 'GRAFANA_CLOUD_API_KEY';
  const isIdWrong = twin !== undefined || reason === 'foreign instance ID' || reason === 'unknown instance ID';
  return isIdWrong ? id : `${id} and GRAFANA_CLOUD_API_KEY`;
}
