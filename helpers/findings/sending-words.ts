/** Words for what a login, an address or a status does to what Alloy sends, over OTLP and by remote write. */
import type { CloudService } from '../settings/cloud.ts';
import type { RefusedLogin } from './finding.ts';
import type { Place } from './place.ts';
import { describeLine, describeWhere, nameCorrection } from './place.ts';
import { type Explanation, nameAddress, nameComponent } from './words.ts';

/** What can't be delivered, and is kept. */
export function describeUnreachable(place: Place, setting: string, reason: string, leadsTo?: string): Explanation {
  const address = nameAddress(place, `its ${setting}`);
  if (leadsTo !== undefined)
    return {
      cause: `${address} redirects ${nameComponent(place)} to ${leadsTo}, which can't be reached: ${reason}`,
      fix: `Make ${nameCorrection(place)} the address of the service itself: what answers there redirects elsewhere, as the login page of a proxy does`,
    };
  return {
    cause:
      reason === ''
        ? `${place.component} gets no answer from ${address}${describeLine(place)} to what it sends, and keeps it`
        : `${place.component} can't reach ${address}${describeLine(place)}, and keeps trying: ${reason}`,
    fix:
      reason === ''
        ? `Look at how long ${address} takes to answer, and at the network and proxy between Alloy and it; or correct ${nameCorrection(place)}`
        : `Check ${nameCorrection(place)}, and the network and proxy between Alloy and it`,
  };
}

/** Says where an ID comes from that is read from the variable of another service, or is written in the configuration. */
export function describeOddSource(place: Place, service: 'OTLP' | 'PROMETHEUS'): string {
  return isOddSource(place, service)
    ? `, as ${place.setting} of ${place.component} is ${place.expression}${describeLine(place)}`
    : '';
}

/** The password, where it is read from elsewhere than the variable with the token. */
export function describeOddPassword({ oddPassword }: RefusedLogin): string {
  return oddPassword === undefined
    ? ''
    : `, with the password ${oddPassword.expression} of ${oddPassword.component}${describeLine(oddPassword)}`;
}

/** Whether an ID comes from elsewhere than the variable of its service. */
export function isOddSource({ expression, variables = [] }: Place, service: 'OTLP' | 'PROMETHEUS'): boolean {
  return expression !== undefined && !variables.includes(`GRAFANA_CLOUD_${service}_INSTANCE_ID`);
}

/** A login that is sent, and does not arrive. */
export function describeLostLogin(service: string, endpoint: Place, { instanceId }: RefusedLogin): string {
  return (
    `${service} answers 401 Unauthorized, because the requests arrive without a login: ${nameComponent(endpoint)} sends them to ` +
    `${nameAddress(endpoint, 'its endpoint')} with that of the instance ID ${instanceId}, so something on the way removes the Authorization header`
  );
}

/** What to do where the login is lost on the way. */
export function adviseOnLostLogin(endpoint: Place): string {
  return `Let the proxy or gateway at ${nameAddress(endpoint, 'that endpoint')} pass on the Authorization header, or make ${nameCorrection(endpoint)} the address of the service itself`;
}

/** How Grafana Cloud wants a login that is of another kind. */
export function adviseOnOtherLogin(place: Place, block: string, service: CloudService): string {
  return `Log in with ${block} in place of ${place.setting ?? place.component}${describeWhere(place)}: username is sys.env("GRAFANA_CLOUD_${service}_INSTANCE_ID"), password sys.env("GRAFANA_CLOUD_API_KEY")`;
}

/** What to do where the password is read from elsewhere than the variable with the token. */
export function adviseOnPassword(password: Place): string {
  return password.misspelt === undefined
    ? `Let password${describeWhere(password)} be sys.env("GRAFANA_CLOUD_API_KEY")`
    : `Correct ${nameCorrection(password)}`;
}

/** What a service said, where it said something. */
export function quote(message: string): string {
  return message === '' ? '' : `: ${message}`;
}

/** Grafana Cloud answers 400 as well where a limit of the stack is reached: `per-user series limit of 10000 exceeded`. */
export const IS_LIMIT = /\blimits?\b.*\bexceed|\bexceed\w*\b.*\blimits?\b|\berr-mimir-max-series/i;

/** What to do about a status that says the same whatever was sent. */
export function adviseOnAnyStatus(status: number, place: Place): string {
  const address = nameAddress(place, place.component);
  if (status >= 300 && status < 400)
    return `Make ${nameCorrection(place)} the address of the service itself: ${address} redirects elsewhere, as the login page of a proxy does`;
  if (status === 407)
    return `Let Alloy log in to the proxy (HTTPS_PROXY in its environment), or name the host of ${address} in NO_PROXY`;
  if (status === 502 || status === 504)
    return `Look at the proxy or load balancer at ${address}: what it passes on to gives no answer. Alloy keeps the data and tries again`;
  if (status === 503)
    return `Look at the status page or the log of what answers at ${address}: it is overloaded or not ready. Alloy keeps the data and tries again`;
  if (status >= 500) return `Look at the log or the status page of what answers at ${address}: the fault is there`;
  return `Correct what the answer reports, in what is sent or at ${nameCorrection(place)}`;
}

/** The user name that was sent, and what is wrong with the login. */
export function describeLogin({ instanceId, reason, twin }: RefusedLogin): string {
  if (reason === 'no credentials') return 'a request without a login';
  if (instanceId === '') return 'a login without an instance ID';
  const name = instanceId === undefined ? "Alloy's login" : `the instance ID ${instanceId}`;
  if (twin !== undefined) return `${name}, which is ${twin}`;
  if (reason === 'wrong token') return `${name} with a token that is not the stack's`;
  if (reason === 'foreign instance ID') return `${name}, which belongs to another service of Grafana Cloud`;
  return reason === 'unknown instance ID' ? `${name}, which is none of your Grafana Cloud stack` : name;
}

/** What to do about a login that is not taken; `section` is where Grafana Cloud shows the right one. */
export function adviseOnLogin(service: 'OTLP' | 'PROMETHEUS', refused: RefusedLogin, section: string): string {
  const names = listLoginVariables(service, refused);
  const shown = `what Grafana Cloud shows under your stack > ${section}`;
  if (refused.isElsewhere !== true) return `Set ${names} to ${shown}`;
  // Grafana Cloud shows no token again.
  const right = refused.reason === 'wrong token' ? 'the token of this run, which is taken, or a new one' : shown;
  return `Set ${names} in the environment of that Alloy to ${right}, and start it again`;
}

/** The variables to correct: both where nothing says which one is wrong. */
function listLoginVariables(service: 'OTLP' | 'PROMETHEUS', { instanceId, reason, twin }: RefusedLogin): string {
  const id = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
  if (reason === 'wrong token') return 'GRAFANA_CLOUD_API_KEY';
  const isIdWrong =
    twin !== undefined || instanceId === '' || reason === 'foreign instance ID' || reason === 'unknown instance ID';
  return isIdWrong ? id : `${id} and GRAFANA_CLOUD_API_KEY`;
}
