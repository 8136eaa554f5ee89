import type { CloudProblem, Unanswered } from '../run/cloud-problem.ts';

/** A problem in words: what is wrong, and what to do. */
export type ProblemText = { readonly cause: string; readonly fix: string };

const PORTAL: Readonly<Record<string, string>> = {
  OTLP: 'OpenTelemetry > Configure',
  PROMETHEUS: 'Prometheus > Details',
  LOKI: 'Loki > Details',
  TEMPO: 'Tempo > Details',
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
  switch (problem.kind) {
    case 'variable':
      return { cause: problem.message, fix: 'Correct it in .env, or wherever the run gets the variable from' };
    case "another service's ID":
      return {
        cause: `${problem.variable} is ${problem.id}, which is the ID of another service: that of ${problem.owner}`,
        fix: `Set ${problem.variable} to what Grafana Cloud shows under ${namePlace(problem.variable)}${adviseDiscovery()}`,
      };
    case 'ID in another variable':
      return {
        cause: `${problem.variable} is ${problem.id}, which the service refuses, and its own ID stands in ${problem.owner}`,
        fix: `Set ${problem.variable} to ${problem.right}, and look at ${problem.owner}`,
      };
    case "not the stack's ID":
      return {
        cause: `${problem.variable} is ${problem.id}, which is no ID of this stack: another stack's, or mistyped${hintAtScope(problem.variable)}`,
        fix:
          problem.expected === undefined
            ? `Set ${problem.variable} to what Grafana Cloud shows under ${namePlace(problem.variable)}${adviseDiscovery()}`
            : `Set ${problem.variable} to ${problem.expected}`,
      };
    case 'another endpoint':
      return {
        cause: `${problem.variable} leads to a service that refuses this stack's login, and the stack has another address`,
        fix: `Set ${problem.variable} to ${problem.expected}`,
      };
    case 'wrong region':
      return {
        cause: `${problem.variable} leads to the region ${problem.region}, and the stack or its token is in ${problem.expected}`,
        fix: `Set ${problem.variable} to what Grafana Cloud shows under ${namePlace(problem.variable)}${adviseDiscovery()}`,
      };
    case 'wrong token':
      return {
        cause: `${problem.variable} is refused, although the instance IDs are right: the token is wrong, expired, revoked or for another stack`,
        fix: `Create a token under Access Policies whose realm has this stack, and set ${problem.variable} to it`,
      };
    case "wrong token or another stack's IDs":
      return {
        cause: `every login with ${problem.variable} is refused: either the token is wrong, expired or revoked, or the instance IDs are all those of another stack`,
        fix: 'Compare both with what Grafana Cloud shows for the stack; with a token with stacks:read, `npm run cloud:env -- STACK` sets the IDs',
      };
    case "another stack's IDs":
      return {
        cause:
          'the token is valid, and every service refuses it with its instance ID: the IDs are those of another stack',
        fix: 'Set the instance IDs of the stack that the token is for; with stacks:read, `npm run cloud:env -- STACK` does it',
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
        cause: `the access policy of ${problem.variable} lacks ${problem.scopes.join(', ')}`,
        fix: problem.scopes.every((scope) => scope.endsWith(':read'))
          ? `Add ${problem.scopes.join(', ')} to the policy, or set GRAFANA_CLOUD_READ_TOKEN to a token that has them`
          : `Add ${problem.scopes.join(', ')} to the policy; its tokens have them at once`,
      };
    case 'access denied':
      return {
        cause: `${problem.url} answers 403: ${problem.body}`,
        fix: `Look at the allow-list of the access policy and at what your organisation permits, and at ${problem.variable}`,
      };
    case 'too many requests':
      return {
        cause: `${problem.url} answers 429: there were too many requests, so whether it takes the login can't be told`,
        fix: 'Wait a minute, and try again',
      };
    case 'wrong path':
      return {
        cause: `${problem.url} answers ${problem.status}: ${problem.variable} has a path that the service does not serve`,
        fix: `Set ${problem.variable} to what Grafana Cloud shows under ${namePlace(problem.variable)}`,
      };
    case 'web page':
      return {
        cause: `${problem.url} answers with an HTML page: ${problem.variable} leads to a web page or a proxy's login, not to the service`,
        fix: `Set ${problem.variable} to the address of the service, not of the portal or of Grafana`,
      };
    case 'other API':
      return {
        cause: `${problem.url} answers as another API: ${problem.body === '' ? 'an empty body' : problem.body}`,
        fix: `Set ${problem.variable} to what Grafana Cloud shows under ${namePlace(problem.variable)}`,
      };
    case 'redirect':
      return {
        cause: `${problem.url} answers ${problem.status}, a redirect, which no sender follows`,
        fix: `Set ${problem.variable} to the final address, with https://`,
      };
    case 'service fault':
      return {
        cause: `${problem.url} answers ${problem.status}: the service has a fault, or what stands in front of it has`,
        fix: 'Look at https://status.grafana.com, and try again',
      };
    case 'no answer':
      return describeSilence(problem.host, problem.reason, problem.variables);
    case 'clock': {
      const seconds = Math.round(Math.abs(problem.offset) / 1000);
      return {
        cause: `this machine's clock is ${seconds} s ${problem.offset > 0 ? 'behind' : 'ahead of'} Grafana Cloud's: its data gets wrong times, and is refused when they are too far off`,
        fix: 'Set the clock by NTP: timedatectl set-ntp true',
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
    case 'no data source':
      return {
        cause: `the Grafana at GRAFANA_URL can't be asked: ${problem.message}`,
        fix: 'Make one of them the default, or unset GRAFANA_URL and set the query URLs',
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

function describeSilence(host: string, reason: Unanswered, variables: readonly string[]): ProblemText {
  const names = variables.join(', ');
  switch (reason.kind) {
    case 'unknown host':
      return {
        cause: `the name ${host} is not known (DNS)`,
        fix: `Correct ${names}, or the name server of this machine`,
      };
    case 'refused connection':
      if (reason.isProxied) {
        return {
          cause: `no connection to ${host}: the proxy that HTTPS_PROXY names does not answer, or nothing listens there`,
          fix: `Correct HTTPS_PROXY, or name the host in NO_PROXY; if the proxy is right, correct ${names}`,
        };
      }
      return { cause: `nothing listens at ${host}`, fix: `Correct ${names}, or start what it leads to` };
    case 'timeout':
      return {
        cause: `${host} gives no answer in time: a firewall, a proxy that is needed, or a slow network`,
        fix: 'Allow HTTPS from this machine to it, or set HTTPS_PROXY',
      };
    case 'untrusted certificate':
      return {
        cause: `the certificate of ${host} is signed by nobody that this machine trusts (${reason.code}): a private CA, or a proxy that opens TLS`,
        fix: 'Name the file with that CA in NODE_EXTRA_CA_CERTS for this suite, and in SSL_CERT_FILE for Alloy',
      };
    case 'wrong certificate':
      return {
        cause: `the certificate of ${host} is not valid for it now (${reason.code})`,
        fix: `Check the host in ${names}, and this machine's clock`,
      };
    case 'proxy login':
      return {
        cause: `a proxy in front of ${host} wants a login (407)`,
        fix: 'Put it into HTTPS_PROXY, such as http://USER:PASSWORD@HOST:PORT, or name the host in NO_PROXY',
      };
    case 'proxy refuses':
      return {
        cause: `the proxy in front of ${host} answers ${reason.status}`,
        fix: 'Have the proxy allow CONNECT to it, or name the host in NO_PROXY',
      };
    case 'other':
      return { cause: `${host} gives no answer: ${reason.message}`, fix: `Check ${names}` };
  }
}

/** Where the portal shows the value of a variable. */
function namePlace(variable: string): string {
  const [service] = Object.keys(PORTAL).filter((name) => variable.includes(`_${name}_`));
  return `your stack > ${PORTAL[service ?? ''] ?? 'Details'}`;
}

/** Tempo is only read here: a bare 401 may be about either. */
function hintAtScope(variable: string): string {
  return variable.includes('_TEMPO_') ? '; or the token lacks traces:read, where the service does not say so' : '';
}

function adviseDiscovery(): string {
  return '; `npm run cloud:env -- STACK` sets all of them';
}
