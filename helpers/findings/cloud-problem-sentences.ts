import type { CloudProblem, DerivedUrl, VariableHome } from '../run/cloud-problem.ts';

/** A problem in words: what is wrong, and what to do. */
export type ProblemText = { readonly cause: string; readonly fix: string };

const PORTAL: Readonly<Record<string, string>> = {
  OTLP: 'OpenTelemetry > Configure',
  PROMETHEUS: 'Prometheus > Details',
  LOKI: 'Loki > Details',
  TEMPO: 'Tempo > Details',
};
const SERVICES: Readonly<Record<string, string>> = {
  OTLP: 'the OTLP gateway',
  PROMETHEUS: 'Prometheus',
  LOKI: 'Loki',
  TEMPO: 'Tempo',
  GRAFANA_URL: 'Grafana',
};
const TOKENS = {
  'access policy': 'an access policy token',
  'service account':
    'the token of a service account (glsa_…), which one Grafana takes and no other service of Grafana Cloud',
  'legacy API key': 'an API key of the kind that Grafana Cloud has retired (eyJ…)',
  unknown: 'not a token of Grafana Cloud',
} as const;

/** The sentences for a problem. No secret is in them. */
export function describeProblem(problem: CloudProblem): ProblemText {
  const { cause, fix } = describeKind(problem);
  return { cause: problem.says === undefined ? cause : `${cause}; it answers "${problem.says}"`, fix };
}

function describeKind(problem: CloudProblem): ProblemText {
  switch (problem.kind) {
    case 'variable':
      return {
        cause: problem.message,
        fix: problem.expected ? setTo(problem.variable, problem.expected) : adviseCorrection([problem.home]),
      };
    case 'unset':
      return {
        cause: `${listVariables(problem.variables)} ${problem.variables.length === 1 ? 'is' : 'are'} not set`,
        fix: problem.homes.some((home) => home.startsWith('repository') || home === 'pipeline')
          ? adviseCorrection(problem.homes)
          : `Set what is missing in .env${problem.variables.every((variable) => /_(?:TOKEN|KEY)$/.test(variable)) ? '' : '; `npm run cloud:env -- STACK` writes the endpoints and IDs'}`,
      };
    case "another service's ID":
      return {
        cause: `${problem.variable} is ${problem.id}, which is the ID of another service: that of ${problem.owner}`,
        fix: problem.expected ? setTo(problem.variable, problem.expected) : lookUp(problem.variable),
      };
    case 'ID in another variable':
      return {
        cause: `${problem.variable} is ${problem.id}, which ${nameServices([problem.variable])} refuses; its own ID stands in ${problem.owner}`,
        fix: `${setTo(problem.variable, problem.right)}, and look at ${problem.owner}`,
      };
    case "not the stack's ID":
      return {
        cause: `${problem.variable} is ${problem.id}, which is no ID of this stack: another stack's, or mistyped`,
        fix: setTo(problem.variable, problem.expected),
      };
    case 'refused ID':
      return describeRefusedId(problem);
    case 'wrong address':
      return { cause: describeAddress(problem), fix: adviseAddress(problem) };
    case 'swapped': {
      const [names, ids] = [listVariables(problem.variables), problem.ids && listVariables(problem.ids)];
      return {
        cause: `${names} are swapped: each is the address of the other's service${ids ? `; so are ${ids}` : ''}`,
        fix: `Exchange the values of ${names}${ids ? `, and those of ${ids}` : ''}`,
      };
    }
    case 'refused address': {
      const { variable, url, tokenVariable, scopes, derived } = problem;
      return {
        cause: `${url} refuses the login that ${nameServices([variable])} takes at another address: ${variable} leads elsewhere, or ${tokenVariable} lacks ${list(scopes)}`,
        fix: `${derived ? adviseDerived(variable, derived) : lookUp(variable)}; if it is right, add ${list(scopes)} to the access policy`,
      };
    }
    case 'wrong token or endpoints': {
      const { variable, endpoints } = problem;
      const names = listVariables(endpoints.map((endpoint) => endpoint.variable));
      return {
        cause: `every login with ${variable} is refused, and ${names} ${endpoints.length === 1 ? 'is' : 'are'} not what the stack tells: the token is wrong, expired or revoked, or it is sent to another stack`,
        fix: `${endpoints.map((endpoint) => setTo(endpoint.variable, endpoint.expected)).join('; ')}; if it is refused there as well, create a token under Access Policies whose realm has this stack`,
      };
    }
    case 'another endpoint':
      return {
        cause: `${problem.variable} leads to ${problem.host}, which does not take the login, and the stack is at ${new URL(problem.expected).host}`,
        fix: setTo(problem.variable, problem.expected),
      };
    case 'wrong region':
      return {
        cause: `${problem.variable} leads to the region ${problem.region}, and the stack${problem.endpoint ? '' : ' or its token'} is in ${problem.expected}`,
        fix: problem.endpoint ? setTo(problem.variable, problem.endpoint) : lookUp(problem.variable),
      };
    case 'token of another region': {
      const { variable, endpoints, region, expected } = problem;
      const [one] = endpoints;
      // Several endpoints that agree are hardly all wrong.
      if (endpoints.length > 1) {
        return {
          cause: `${variable} is a token of the region ${region}, and the endpoints are in ${expected}: it is another stack's token, unless ${endpoints.length} endpoints are wrong`,
          fix: `Set ${variable} to a token of the stack in ${expected}; if ${region} is right, set ${listVariables(endpoints)} to what Grafana Cloud shows there`,
        };
      }
      return {
        cause: `${variable} is a token of the region ${region}, and ${one} leads to ${expected}: one of the two is another stack's`,
        fix: `Compare both with what Grafana Cloud shows for your stack${adviseDiscovery()}`,
      };
    }
    case 'wrong token':
      return {
        cause: `${problem.variable} is refused, although the instance IDs are right: the token is wrong, expired, revoked or for another stack${orLacks(problem.scopes)}`,
        fix: `Create a token under Access Policies whose realm has this stack, and set ${problem.variable} to it`,
      };
    case 'invalid token':
      return {
        cause: `${problem.variable} is not valid: every service and Grafana Cloud's own API refuse it, so it is mistyped, expired or revoked`,
        fix: `Create a token under Access Policies whose realm has this stack, and set ${problem.variable} to it`,
      };
    case 'no query':
      return {
        cause: `${problem.variable} lists the data sources of the Grafana at GRAFANA_URL, and a question to one is refused: the service account may not query, or the login of the data source is wrong`,
        fix: 'Give the service account the permission to query data sources, and test the data source in Grafana',
      };
    case "wrong token or another stack's IDs": {
      const [id] = problem.ids;
      return problem.ids.length === 1 && id !== undefined
        ? {
            cause: `${nameServices(problem.ids)} refuses ${problem.variable} with ${id}, and no other service has accepted the token: the token is wrong, expired or revoked, or the ID is another stack's`,
            fix: `Compare both with what Grafana Cloud shows for your stack${adviseDiscovery()}`,
          }
        : {
            cause: `every login with ${problem.variable} is refused: either the token is wrong, expired or revoked, or the IDs and endpoints are all another stack's`,
            fix: `Compare both with what Grafana Cloud shows for your stack${adviseDiscovery()}`,
          };
    }
    case "another stack's IDs":
      return {
        cause:
          'the token is valid, and every service refuses it with its instance ID: the IDs, or the endpoints, are those of another stack',
        fix: `Set the endpoints and IDs of the stack that the token is for${adviseDiscovery()}`,
      };
    case 'wrong kind of token':
      return {
        cause: `${problem.variable} is ${TOKENS[problem.token]}`,
        fix:
          problem.variable === 'GRAFANA_SERVICE_ACCOUNT_TOKEN'
            ? 'Set it to the token of a service account of that Grafana (glsa_…): Administration > Service accounts'
            : 'Set it to a token of an access policy (glc_…): grafana.com > My Account > Access Policies',
      };
    case 'missing scope':
      return {
        cause: `the access policy of ${problem.variable} lacks ${list(problem.scopes)}`,
        fix: problem.scopes.every((scope) => scope.endsWith(':read'))
          ? `Add ${list(problem.scopes)} to the policy, or set GRAFANA_CLOUD_READ_TOKEN to a token that has them`
          : `Add ${list(problem.scopes)} to the policy; its tokens have them at once`,
      };
    case 'unexplained 403':
      return {
        cause: `${list(problem.hosts)} ${problem.hosts.length === 1 ? 'answers' : 'answer'} 403${problem.says === undefined ? ' without a reason' : ''}: the access policy of ${problem.variable} lacks ${list(problem.scopes)}, or an allow-list or a firewall refuses this machine`,
        fix: "Look at the policy's scopes and its allow-list; if both are right, ask who runs the network what stands in between",
      };
    case 'access denied':
    case 'web page':
    case 'other API':
    case 'redirect':
    case 'service fault':
    case 'too many requests':
      return describeAnswer(problem);
    case 'no answer':
      return describeSilence(problem);
    case 'clock': {
      const seconds = Math.round(Math.abs(problem.offset) / 1000);
      return {
        cause: `this machine's clock is ${seconds} s ${problem.offset > 0 ? 'behind' : 'ahead of'} Grafana Cloud's: its data gets wrong times, and is refused when they are too far off${problem.isRefused ? '; every login is refused as well' : ''}`,
        fix: `Set the clock by NTP: timedatectl set-ntp true${problem.isRefused ? '; then check the logins again' : ''}`,
      };
    }
    case 'inactive stack':
      return {
        cause: `the stack ${problem.stack} is ${problem.status}, not active`,
        fix: 'Open it in the portal: a free stack that nobody used is paused until then',
      };
    case 'no such stack':
      return {
        cause: `the token's organisation has no stack ${problem.stack}`,
        fix: 'Set GRAFANA_CLOUD_STACK to STACK of https://STACK.grafana.net, or unset it',
      };
    case 'another slug':
      return {
        cause: `GRAFANA_CLOUD_STACK is ${problem.stack}, and the services accept instance IDs that are another stack's`,
        fix: 'Set GRAFANA_CLOUD_STACK to STACK of https://STACK.grafana.net, or unset it',
      };
    case 'no data source':
      return {
        cause: `the Grafana at GRAFANA_URL can't be asked: ${problem.message}`,
        fix: `${problem.isMissing ? 'Add such a data source to it, or let the service account see the one it has' : 'Make one of them the default'}, or unset GRAFANA_URL, so that the services are asked directly`,
      };
    case 'Grafana refuses':
      return {
        cause: `the Grafana at GRAFANA_URL can't be asked: ${problem.message}`,
        fix:
          problem.status === 401 || problem.status === 403
            ? 'Set GRAFANA_SERVICE_ACCOUNT_TOKEN to the token of a service account of that Grafana (glsa_…) that may query data sources'
            : 'Check that GRAFANA_URL is the address of a Grafana (https://STACK.grafana.net), and that it runs',
      };
  }
}

/** Where variables are corrected, in words; they may come from several places. */
export function adviseCorrection(homes: readonly VariableHome[]): string {
  const [home, ...others] = new Set(homes);
  if (home === undefined || others.length > 0 || home === 'unset') {
    return homes.some((one) => one.startsWith('repository'))
      ? `Correct each where the workflow has it: tokens among the repository's secrets, the rest among its variables (${ACTIONS})`
      : 'Correct it in .env, or in the environment, which wins over .env';
  }
  return `Correct it ${HOMES[home]}`;
}

const ACTIONS = 'on GitHub: Settings > Secrets and variables > Actions';
const HOMES: Readonly<Record<Exclude<VariableHome, 'unset'>, string>> = {
  'repository secret': `among the repository's secrets (${ACTIONS} > Secrets)`,
  'repository variable': `among the repository's variables (${ACTIONS} > Variables), or in the workflow that sets it`,
  pipeline: 'where the pipeline sets it',
  dotenv: 'in .env',
  environment: 'in the environment, which wins over .env',
};

/** All that a 401 may be about, the ID first. */
function describeRefusedId({
  variable,
  id,
  endpoint,
  scopes,
}: Extract<CloudProblem, { kind: 'refused ID' }>): ProblemText {
  const place = endpoint === undefined ? '' : `, or ${endpoint} leads to another region or cluster`;
  return {
    cause: `${nameServices([variable])} refuses ${variable} ${id}, and other services accept the token: it is no ID of this stack${place}${orLacks(scopes)}`,
    fix:
      endpoint === undefined
        ? lookUp(variable)
        : `Compare both with what Grafana Cloud shows under ${namePlace(variable)}${adviseDiscovery()}${endpoint.endsWith('_QUERY_URL') ? `, and unset ${endpoint}, so that it follows from ${nameSource(endpoint)}` : ''}`,
  };
}

function describeAddress(problem: Extract<CloudProblem, { kind: 'wrong address' }>): string {
  const { variable, value, url, status, missing, owner, right } = problem;
  const own = nameServices([variable]);
  if (missing === 'queries') return `${value} takes writes, and no query API is there: ${url} answers ${status}`;
  const asked = `${url} answers ${status}`;
  if (owner !== undefined) return `${variable} is ${value}, which is the address of ${SERVICES[owner]}, not of ${own}`;
  if (missing === 'writes')
    return `${asked}: no writes are taken there${right === undefined ? '' : `, but at ${right}`}`;
  if (right === undefined) return `${asked}: nothing serves this path`;
  if (status === 404 || status === 405) return `${asked}: ${own} is not there, and answers at ${right}`;
  return status === 401 || status === 403
    ? `${variable} is ${value}, which does not take the login that ${own} takes at ${right}`
    : `${asked}, and not as ${own} does, which answers at ${right}`;
}

function adviseAddress({ variable, value, missing, right }: Extract<CloudProblem, { kind: 'wrong address' }>): string {
  if (missing === 'queries') {
    return setTo(
      variable.replace(/_ENDPOINT$/, '_QUERY_URL'),
      right ?? `the address of ${nameServices([variable])}'s query API`,
    );
  }
  if (right === undefined) {
    return isHosted(value) ? lookUp(variable) : adviseCheck(variable);
  }
  return variable.endsWith('_QUERY_URL')
    ? adviseDerived(variable, { url: right, source: nameSource(variable) })
    : setTo(variable, right);
}

/** A Grafana that lists its data sources has the right address. */
const TEST_DATA_SOURCES = 'Test the data sources in Grafana: what they lead to answers so';

function adviseCheck(names: string): string {
  return `Correct the host, port and path in ${names}`;
}

/** Whether this is an address of Grafana Cloud's own, which its portal shows and its status page is about. */
function isHosted(url: string): boolean {
  return new URL(url).hostname.endsWith('.grafana.net');
}

/** A query URL that is not set, and what it has to be where its service is not at the address that follows from the endpoint. */
function adviseUnset(variable: string): string {
  return `${setTo(variable, `the address of the query API of ${nameServices([variable])}`)}; ${explainKept(variable)}`;
}

/** Why the endpoint that a query URL follows from is not to blame. */
function explainKept(variable: string): string {
  return `${nameSource(variable)} takes writes, and stays as it is`;
}

/** What to do with the variables that are set, then with those that are not. */
function adviseEach(
  { variables, unset = [] }: Pick<Answers, 'variables' | 'unset'>,
  advise: (variables: readonly string[]) => string,
): string {
  const set = variables.filter((variable) => !unset.includes(variable));
  const [first = '', ...others] = [...(set.length === 0 ? [] : [advise(set)]), ...unset.map(adviseUnset)];
  return [first, ...others.map((advice) => advice.replace(/^S/, 's'))].join('; ');
}

/** What to look at: what answers, the variables that lead there, and those that would lead elsewhere. */
function adviseLook(what: string, { variables, unset = [] }: Pick<Answers, 'variables' | 'unset'>): string {
  const set = variables.filter((variable) => !unset.includes(variable));
  return [
    `Look at ${what}${set.length === 0 ? '' : `, and at ${listVariables(set)}`}`,
    ...unset.map(adviseElsewhere),
  ].join('; ');
}

function adviseElsewhere(variable: string): string {
  return `if the query API of ${nameServices([variable])} is elsewhere, set ${variable} to its address; ${explainKept(variable)}`;
}

type Answers = Extract<CloudProblem, { urls: readonly string[] }>;

function describeAnswer(problem: Answers): ProblemText {
  const { kind, variables, urls, status, text, unset = [] } = problem;
  const hosts = [...new Set(urls.map((url) => new URL(url).host))];
  const isOneService = variables.length === 1;
  const who = isOneService ? list(urls) : nameHosts(hosts, variables);
  const answers = (isOneService ? urls : hosts).length === 1 ? 'answers' : 'answer';
  const isGrafana = variables.every((variable) => variable === 'GRAFANA_URL');
  switch (kind) {
    case 'access denied':
      return {
        cause: `${who} ${answers} ${status}: ${text}`,
        fix: adviseLook('the allow-list of the access policy and at what your organisation permits', problem),
      };
    case 'too many requests':
      return {
        cause: `${who} ${answers} 429: there were too many requests, so whether the login is right can't be told`,
        fix: 'Wait a minute, and try again',
      };
    case 'web page':
      return {
        cause: `${who} ${answers} with an HTML page: a website, or the login page of a proxy, and not the service`,
        fix: isGrafana
          ? TEST_DATA_SOURCES
          : adviseEach(problem, (set) =>
              setTo(listVariables(set), 'the address of the service, not of the portal or of Grafana'),
            ),
      };
    case 'other API':
      return {
        cause: `${who} ${answers} ${status}, and not as the service does: ${text === '' ? 'an empty body' : text}`,
        fix: isGrafana
          ? TEST_DATA_SOURCES
          : adviseEach(problem, (set) => (urls.some(isHosted) ? lookUp(...set) : adviseCheck(listVariables(set)))),
      };
    case 'redirect':
      return {
        cause: `${who} ${answers} ${status}, a redirect${text === '' ? '' : ` to ${text}`}, which no sender follows`,
        fix: adviseEach(
          problem,
          (set) =>
            `${setTo(listVariables(set), 'the final address')}${text.startsWith('https:') ? ', with https://' : ''}; if that is a login page, a proxy or another program answers there`,
        ),
      };
    case 'service fault':
      return {
        cause: `${who} ${answers} ${status}: the service has a fault, or what stands in front of it has`,
        fix: urls.some(isHosted)
          ? 'Look at https://status.grafana.com, and try again'
          : [`Look at what answers there and at its log, and try again`, ...unset.map(adviseElsewhere)].join('; '),
      };
  }
}

function describeSilence(problem: Extract<CloudProblem, { kind: 'no answer' }>): ProblemText {
  const { hosts, reason, variables, unset } = problem;
  const names = listVariables(variables);
  const who = nameHosts(hosts, variables);
  const isOne = hosts.length === 1;
  switch (reason.kind) {
    case 'unknown host':
      return isOne
        ? { cause: `the name ${who} is not known (DNS)`, fix: `Correct ${names}, or the name server of this machine` }
        : {
            cause: `these names are not known (DNS): ${list(hosts)} (${who})`,
            fix: `Correct the name server of this machine; if other names are known to it, correct ${names}`,
          };
    case 'refused connection':
      if (reason.proxy !== undefined) {
        return {
          cause: `no connection to ${who}: the proxy that ${reason.proxy} names does not answer, or nothing listens there`,
          fix: `Correct ${reason.proxy}, or name the host in NO_PROXY; if the proxy is right, correct ${names}`,
        };
      }
      return {
        cause: `nothing listens at ${who}`,
        fix:
          unset === undefined ? `Correct ${names}, or start what it leads to` : adviseLook('what runs there', problem),
      };
    case 'timeout':
      if (reason.proxy !== undefined) {
        return {
          cause: `no answer in time from ${who}: the proxy that ${reason.proxy} names hangs or can't reach it, or it is slow itself`,
          fix: `Try the proxy: curl -v --proxy ADDRESS https://grafana.com; correct ${reason.proxy}, or name the host in NO_PROXY`,
        };
      }
      if (!hosts.some((host) => isHosted(`https://${host}`))) {
        return {
          cause: `no answer in time from ${who}: it hangs, or a firewall, a proxy that is needed or a slow network stands in between`,
          fix: adviseLook('what listens there', problem),
        };
      }
      return {
        cause: `no answer in time from ${who}: a firewall, a proxy that is needed, or a slow network`,
        fix: 'Allow HTTPS from this machine to it, or set HTTPS_PROXY',
      };
    case 'untrusted certificate':
      return {
        cause: `nobody that this machine trusts has signed the certificate of ${who} (${reason.code}): a private CA, or a proxy that opens TLS`,
        fix: 'Name the file with that CA in NODE_EXTRA_CA_CERTS for this suite, in the environment and not in .env, which Node reads too late for it; and in SSL_CERT_FILE for Alloy',
      };
    case 'wrong certificate':
      return reason.code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? {
            cause: `the certificate of ${who} is for another name (${reason.code})`,
            fix: `Correct the host in ${names}`,
          }
        : {
            cause: `the certificate of ${who} is not valid at this time (${reason.code})`,
            fix: "Check this machine's clock; if it is right, have the certificate renewed",
          };
    case 'plain HTTP':
      return {
        cause: `${who} speaks plain HTTP, not TLS, and ${names} ${variables.length === 1 ? 'begins' : 'begin'} with https://`,
        fix: `Correct the port in ${names}; if the host is private and is to have no TLS, begin with http://`,
      };
    case 'proxy login':
      if (reason.proxy === undefined) {
        return {
          cause: `${who} asks for the login of a proxy (407), and no proxy variable applies to it: a proxy listens there, or one that is not set stands in between`,
          fix: adviseLook('what answers there', problem),
        };
      }
      return reason.hasLogin
        ? {
            cause: `the proxy in front of ${who} refuses the login that is in ${reason.proxy} (407)`,
            fix: `Correct the user and password in ${reason.proxy}, percent-encoded, or name the host in NO_PROXY`,
          }
        : {
            cause: `a proxy in front of ${who} wants a login (407)`,
            fix: `Put it into ${reason.proxy}, such as http://USER:PASSWORD@HOST:PORT, or name the host in NO_PROXY`,
          };
    case 'proxy refuses':
      return {
        cause: `the proxy in front of ${who} answers ${reason.status}`,
        fix: `${adviseProxy(reason.status, list(hosts))}, or name the host in NO_PROXY`,
      };
    case 'other':
      return { cause: `no answer from ${who}: ${reason.message}`, fix: adviseLook('what answers there', problem) };
  }
}

/** By what a proxy answers to CONNECT, which only TLS needs: it refuses, can't reach the host, or is none. */
function adviseProxy(status: string, hosts: string): string {
  if (status === '403' || status === '405') return 'Have the proxy allow CONNECT to it';
  return status.startsWith('5')
    ? `Check that the proxy that HTTPS_PROXY names can reach ${hosts}`
    : 'Check that HTTPS_PROXY is the address of a proxy';
}

/** One host as it is; several by the services that are there. */
function nameHosts(hosts: readonly string[], variables: readonly string[]): string {
  return hosts.length === 1 ? hosts.join() : nameServices(variables);
}

/** The services that these variables belong to. */
function nameServices(variables: readonly string[]): string {
  const services = Object.keys(SERVICES).filter((service) =>
    variables.some((name) => name === service || name.includes(`_${service}_`)),
  );
  return list(services.map((service) => SERVICES[service] ?? service));
}

function setTo(variable: string, value: string): string {
  return `Set ${variable} to ${value}`;
}

/** `a, b and c` */
function list(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

/** As `list`, and variables of several services in one word, such as `GRAFANA_CLOUD_{OTLP,LOKI}_ENDPOINT`. */
function listVariables(variables: readonly string[]): string {
  const alike = Map.groupBy(variables, (name) =>
    name.replace(/^(GRAFANA_CLOUD)_(?:OTLP|PROMETHEUS|LOKI|TEMPO)_/, '$1_*_'),
  );
  return list(
    [...alike].flatMap(([pattern, names]) => {
      if (names.length === 1) return names;
      const [before = '', after = ''] = pattern.split('*');
      return `${before}{${names.map((name) => name.slice(before.length, -after.length))}}${after}`;
    }),
  );
}

/** A bare 401 may be about a scope as well. */
function orLacks(scopes: readonly string[]): string {
  return scopes.length === 0 ? '' : `, or the token lacks ${list(scopes)}`;
}

/** To set variables to what the portal shows; a query URL is not among it, and needs not be set. */
function lookUp(...variables: readonly string[]): string {
  const typed = variables.filter((variable) => variable.endsWith('_QUERY_URL'));
  const others = variables.filter((variable) => !typed.includes(variable));
  return [
    ...(others.length === 0 ? [] : [lookUpInPortal(others)]),
    ...typed.map((variable) => `Correct ${variable}, or unset it, so that it follows from ${nameSource(variable)}`),
  ].join('; ');
}

/** The variable that a query URL follows from. */
function nameSource(variable: string): string {
  return variable.replace(/_QUERY_URL$/, '_ENDPOINT');
}

function lookUpInPortal(variables: readonly string[]): string {
  const places = [...new Set(variables.map(namePlace))];
  return `Set ${listVariables(variables)} to what Grafana Cloud shows under ${list(places)}${adviseDiscovery()}`;
}

/** Where the portal shows the value of a variable. */
function namePlace(variable: string): string {
  const [service] = Object.keys(PORTAL).filter((name) => variable.includes(`_${name}_`));
  return `your stack > ${PORTAL[service ?? ''] ?? 'Details'}`;
}

/** A query URL is what somebody has typed: `cloud:env` writes none. */
function adviseDerived(variable: string, { url, source }: DerivedUrl): string {
  return `Unset ${variable}, so that it follows from ${source} (${url}), or set it to that`;
}

/** With a token that may read the stack. */
function adviseDiscovery(): string {
  return '; `npm run cloud:env -- STACK` shows all of them';
}
