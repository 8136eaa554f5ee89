import { CLOUD_SERVICES, type CloudVariables } from '../settings/cloud.ts';
import { describeToken } from '../settings/token.ts';
import { isReference, type PastedLogin } from './pasted-login.ts';

/** What a pasted `Authorization` header holds, and what is wrong with it; the token itself is in neither. */
export type HeaderDescription = { readonly facts: readonly string[]; readonly problems: readonly string[] };

/** Judges a login for the OTLP gateway, which has to be `Basic base64(INSTANCE_ID:TOKEN)`. */
export function describeHeader(pasted: PastedLogin, cloud: CloudVariables): HeaderDescription {
  const facts: string[] = [];
  const problems: string[] = [];
  const { form, scheme, login, layers } = pasted;
  if ((form !== 'header' || layers === 0) && isReference(login)) {
    problems.push('it refers to a variable or a command: paste what stands there once that is filled in');
    return { facts, problems };
  }
  if (!/^(?:basic|bearer)?$/i.test(scheme)) {
    problems.push(`${scheme} is not what Grafana Cloud takes: Basic, with INSTANCE_ID:TOKEN`);
    return { facts, problems };
  }
  if (form === 'header') describeEncoding(pasted, facts, problems);
  if (form === 'url')
    problems.push('the login stands in a URL, not encoded: Alloy takes it in otelcol.auth.basic or basic_auth');
  if (/[\r\n]/.test(login))
    problems.push(
      `the login has a line end in it${form === 'header' ? ': `echo` adds one, so encode with `printf %s`' : ''}`,
    );
  describeLogin(login.trim(), cloud, facts, problems);
  return { facts, problems };
}

function describeEncoding(pasted: PastedLogin, facts: string[], problems: string[]): void {
  const { scheme, layers, isBroken, strayPercent } = pasted;
  if (strayPercent === '%3D')
    problems.push('the equals sign after Authorization is percent-encoded (%3D): only what follows it may be');
  if (strayPercent === '%20')
    problems.push(
      'it is percent-encoded (%20), which belongs in OTEL_EXPORTER_OTLP_HEADERS only: nobody decodes it here',
    );
  if (scheme === '') problems.push('it does not begin with "Basic ": the gateway takes no other scheme');
  else if (!/^basic$/i.test(scheme))
    problems.push('it is a Bearer header: the OTLP gateway takes Basic, with INSTANCE_ID:TOKEN');
  if (isBroken) problems.push('the encoded login has a line end or a blank in it: encode with `base64 -w0`');
  if (layers === 0) problems.push('the login is not base64-encoded');
  else facts.push(`the login is base64-encoded${layers === 1 ? '' : ` ${layers} times`}`);
  if (layers > 1) problems.push(`the login is encoded ${layers} times: once is right`);
}

function describeLogin(login: string, cloud: CloudVariables, facts: string[], problems: string[]): void {
  const colon = login.indexOf(':');
  if (colon === -1) {
    const isToken = describeToken(login).kind !== 'unknown';
    problems.push(
      `the login has no colon: ${isToken ? 'it is a token without its instance ID' : 'it has to be INSTANCE_ID:TOKEN'}`,
    );
    return;
  }
  const [user, password] = [login.slice(0, colon), login.slice(colon + 1)];
  if (describeToken(user).kind !== 'unknown') {
    problems.push('the token stands before the colon: the order is INSTANCE_ID:TOKEN');
    return;
  }
  if (/^\d+$/.test(user)) facts.push(`the instance ID is ${user}${nameOwner(user, cloud)}`);
  else problems.push('what stands before the colon is not an instance ID, which is a number');
  const own = cloud.GRAFANA_CLOUD_OTLP_INSTANCE_ID;
  if (/^\d+$/.test(user) && isForeign(user, cloud)) {
    problems.push(`the instance ID is ${user}${nameOwner(user, cloud)}: the OTLP gateway has an ID of its own`);
  } else if (/^\d+$/.test(user) && own && own !== user) {
    problems.push(`the instance ID is ${user}, and GRAFANA_CLOUD_OTLP_INSTANCE_ID is ${own}`);
  }
  if (/^\s|\s$/.test(password)) problems.push('a blank stands beside the token');
  const token = describeToken(password);
  if (token.kind !== 'access policy') {
    problems.push(
      token.kind === 'unknown'
        ? 'what stands after the colon is not a token of Grafana Cloud (glc_…)'
        : `what stands after the colon is a ${token.kind} token, which the gateway does not take`,
    );
    return;
  }
  const { name, organization, region } = token;
  const told = [name && `"${name}"`, organization && `organisation ${organization}`, region && `region ${region}`];
  facts.push(['the token is that of an access policy', ...told.filter(Boolean)].join(', '));
  const key = cloud.GRAFANA_CLOUD_API_KEY;
  if (key) facts.push(`it is ${key === password ? 'the same as' : 'another one than'} GRAFANA_CLOUD_API_KEY`);
}

function isForeign(id: string, cloud: CloudVariables): boolean {
  return (
    cloud.GRAFANA_CLOUD_OTLP_INSTANCE_ID !== id &&
    CLOUD_SERVICES.some((service) => cloud[`GRAFANA_CLOUD_${service}_INSTANCE_ID`] === id)
  );
}

function nameOwner(id: string, cloud: CloudVariables): string {
  const names = CLOUD_SERVICES.map((service) => `GRAFANA_CLOUD_${service}_INSTANCE_ID`).filter(
    (name) => cloud[name] === id,
  );
  return names.length === 0 ? '' : `, which is ${names.join(' and ')}`;
}
