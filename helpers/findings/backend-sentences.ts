import { describeProblem } from './cloud-problem-sentences.ts';
import type { FindingKind, RefusedQuestion, RefusedUse } from './finding.ts';
import { describeAsked, describeSeconds, list, SERVICES, type Sentences, STRANGERS } from './words.ts';

/** The words for findings about the backend, its logins and the machine. */
export const BACKEND_SENTENCES = {
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
      adviseOnIds(refused) ??
      (all
        ? `Set GRAFANA_CLOUD_READ_TOKEN, or GRAFANA_CLOUD_API_KEY without one, to a token of this stack with the scopes ${list(refused.map(({ service }) => SCOPES[service]))}`
        : `Give the token the scopes ${list(refused.map(({ service }) => SCOPES[service]))}, and check ${list(
            refused.map(({ service }) => `GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID`),
          )}`),
  }),

  'query refused': (refused) => ({ cause: refused.message, fix: adviseOnQuery(refused) }),

  'machine overloaded': ({ load, cores, delay, limit }) => ({
    cause:
      `this machine is overloaded: ${(load / cores).toFixed(1)} processes want each of its ${cores} cores (load ${load.toFixed(1)})` +
      (delay === undefined || limit === undefined
        ? ', and something took longer than it may; nothing else was found to be wrong'
        : `, and what was asked for came after ${describeSeconds(delay)}, where it has ${describeSeconds(limit)}`),
    fix: 'Run it again with less beside it, or on a machine with more cores',
  }),
} satisfies Partial<Sentences>;

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

const SCOPES: Readonly<Record<RefusedQuestion['service'], string>> = {
  prometheus: 'metrics:read',
  tempo: 'traces:read',
  loki: 'logs:read',
};

function describeRefused({ service, user, status, twin, reason }: RefusedQuestion): string {
  const whose =
    twin !== undefined
      ? `, which is ${twin}`
      : reason === 'foreign instance ID'
        ? ', which belongs to another service'
        : reason === 'unknown instance ID'
          ? ', which is none of your stack'
          : '';
  return `${SERVICES[service]} (${user === '' ? '' : `instance ID ${user}${whose}, `}${status})`;
}

/** What to do where each of the logins has a wrong ID, or none. */
function adviseOnIds(refused: readonly RefusedQuestion[]): string | undefined {
  const isWrong = ({ user, twin, reason }: RefusedQuestion) =>
    twin !== undefined ||
    (reason !== undefined && reason !== 'wrong token' && (user === '' || reason !== 'no credentials'));
  if (!refused.every(isWrong)) return undefined;
  return refused
    .map(
      ({ service }) =>
        `Set GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID to what Grafana Cloud shows under your stack > ${SERVICES[service]} > Details`,
    )
    .join('; ');
}

/** What is refused, and what that means. */
const REFUSALS: Readonly<Record<RefusedUse, string>> = {
  'OTLP export': "the OTLP gateway refuses Alloy's login, and Alloy drops the data",
  'remote write': "Prometheus refuses Alloy's login, and Alloy drops the samples",
  question: "Grafana Cloud refuses the run's questions about what arrived",
};
