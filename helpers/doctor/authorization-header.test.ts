import { describe, expect, test } from 'vitest';
import { describeHeader } from './authorization-header.ts';
import { findLogins } from './find-logins.ts';

const TOKEN = `glc_${Buffer.from('{"o":"1234","n":"alloy","k":"the-secret-part","m":{"r":"eu"}}').toString('base64')}`;
const CLOUD = {
  GRAFANA_CLOUD_API_KEY: TOKEN,
  GRAFANA_CLOUD_OTLP_INSTANCE_ID: '1461503',
  GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '2847239',
};
const encode = (text: string) => Buffer.from(text).toString('base64');
const GOOD = encode(`1461503:${TOKEN}`);

const describePasted = (text: string) => findLogins(text).map((login) => describeHeader(login, CLOUD));

/** Each takes the value of the header, `Basic …`. */
const FORMS: Record<string, (value: string) => string> = {
  'a whole line': (value) => `Authorization: ${value}\n`,
  'CRLF, no-break and zero-width characters': (value) => `\ufeffAuthorization:\u00a0${value}\u200b\r\n`,
  'typographic quotes': (value) => `-H “Authorization: ${value}”`,
  'the value alone': (value) => value,
  'the value in quotes': (value) => `"${value}" \\\n`,
  'a variable': (value) => `OTEL_EXPORTER_OTLP_HEADERS=Authorization=${value.replace(' ', '%20')}`,
  'an exported variable, another header after': (value) =>
    `export OTEL_EXPORTER_OTLP_HEADERS="authorization=${encodeURIComponent(value)},X-Scope-OrgID=1"\n`,
  'a variable, another header before': (value) =>
    `OTEL_EXPORTER_OTLP_HEADERS='X-Scope-OrgID=a%20b,Authorization=${value}'`,
  'curl -v': (value) =>
    `> POST /otlp/v1/traces HTTP/1.1\n> Host: x\n> Authorization: ${value}\n> User-Agent: curl/8.5.0\n> Accept: */*\n`,
  'curl -v, HTTP/2': (value) =>
    `* [HTTP/2] [1] [:path: /otlp]\n* [HTTP/2] [1] [authorization: ${value}]\n> POST / HTTP/2\n> authorization: ${value}\n> accept: */*\n`,
  'escaped blanks': (value) => `curl https://x -H Authorization:\\ ${value.replace(' ', '\\ ')}`,
  'single quotes': (value) => `curl -X POST -H 'Authorization: ${value}' -H 'Content-Type: application/json' https://x`,
  'several lines': (value) =>
    `curl https://x \\\n  -H "Authorization: ${value}" \\\n  -H "X-Scope-OrgID: 1" \\\n  -d '{}'\n`,
  'ANSI-C quotes': (value) => `curl -H $'Authorization: ${value}' https://x`,
  'a missing quote': (value) => `-H "Authorization: ${value} \\\n`,
  'wget --header=': (value) => `wget --header="Authorization: ${value}" https://x`,
  httpie: (value) => `http POST https://x 'Authorization:${value}' a=b`,
  YAML: (value) => `headers:\n  Authorization: "${value}"\n  X-Scope-OrgID: 1\n`,
  'YAML without quotes': (value) => `    headers:\n      authorization: ${value}\nservice:\n`,
  JSON: (value) => `{ "Authorization": "${value}", "Accept": "x" }`,
  Alloy: (value) => `headers = { "Authorization" = "${value}" }`,
  PowerShell: (value) => `-Headers @{Authorization="${value}"}`,
};

const LOGIN_FORMS: Record<string, (id: string, token: string) => string> = {
  'curl -u': (id, token) => `curl -u ${id}:${token} https://x`,
  'curl -u, attached': (id, token) => `curl -u${id}:${token} https://x`,
  'curl --user, quoted': (id, token) => `curl --user "${id}:${token}" https://x`,
  'Alloy basic_auth': (id, token) => `basic_auth {\n  username = "${id}"\n  password = "${token}"\n}`,
  'YAML basic_auth': (id, token) => `basic_auth:\n  username: ${id}\n  password: ${token}\n`,
  wget: (id, token) => `wget --user=${id} --password=${token} https://x`,
};

/** What is wrong with a value, and a part of the sentence that says so. */
const FAULTS: readonly (readonly [value: string, problem: string])[] = [
  [`Bearer ${TOKEN}`, 'Bearer header'],
  [`Basic ${encode(GOOD)}`, 'encoded 2 times'],
  [`Basic ${encode(`${TOKEN}:1461503`)}`, 'the order is INSTANCE_ID:TOKEN'],
  [`Basic ${encode(TOKEN)}`, 'a token without its instance ID'],
  [`Basic ${encode(`2847239:${TOKEN}`)}`, 'which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
  [`Basic ${encode(`1461503:${TOKEN}\n`)}`, 'ends with a line end'],
  [`Basic ${GOOD.slice(0, 76)}\n${GOOD.slice(76)}`, 'base64 -w0'],
];

const RIGHT = [
  'the instance ID is 1461503, which is GRAFANA_CLOUD_OTLP_INSTANCE_ID',
  'the token is that of an access policy, "alloy", organisation 1234, region eu',
  'it is the same as GRAFANA_CLOUD_API_KEY',
];

describe.each(Object.entries(FORMS))('%s', (_, paste) => {
  test('gives no alarm with a good header', () => {
    expect(describePasted(paste(`Basic ${GOOD}`))).toEqual([
      { facts: ['the login is base64-encoded', ...RIGHT], problems: [] },
    ]);
  });

  test.each(FAULTS)('has its fault named, and never its token: %#', (value, problem) => {
    const described = describePasted(paste(value));
    expect(described).toHaveLength(1);
    expect(described[0]?.problems).toContainEqual(expect.stringContaining(problem));
    expectNoSecret(described);
  });
});

describe.each(Object.entries(LOGIN_FORMS))('%s', (_, paste) => {
  test('gives no alarm with a good login', () => {
    expect(describePasted(paste('1461503', TOKEN))).toEqual([{ facts: RIGHT, problems: [] }]);
  });

  test('has a swapped login and the ID of another service named', () => {
    const described = [...describePasted(paste(TOKEN, '1461503')), ...describePasted(paste('2847239', TOKEN))];
    const problems = described.flatMap((description) => description.problems).join('\n');
    expect(problems).toContain('the order is INSTANCE_ID:TOKEN');
    expect(problems).toContain('which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID');
    expectNoSecret(described);
  });
});

test.each([
  ['no scheme', GOOD, 'does not begin with "Basic "'],
  ['not encoded', `Basic 1461503:${TOKEN}`, 'not base64-encoded'],
  ['a service account', `Basic ${encode('1461503:glsa_abc')}`, 'service account'],
  ['an ID that .env does not have', `Basic ${encode(`777:${TOKEN}`)}`, 'GRAFANA_CLOUD_OTLP_INSTANCE_ID is 1461503'],
  ['a blank after the colon', `Basic ${encode(`1461503: ${TOKEN}`)}`, 'a blank stands beside the token'],
  ['something else', `Basic ${encode('admin:admin')}`, 'not an instance ID'],
  ['%20 in a header', `-H "Authorization: Basic%20${GOOD}"`, 'percent-encoded'],
  ['a variable', 'curl -H "Authorization: Basic $LOGIN" https://x', 'refers to a variable'],
  ['no colon in curl -u', `curl -u ${TOKEN} https://x`, 'a token without its instance ID'],
])('a header that is wrong is told as what it is, and its token never: %s', (_, header, problem) => {
  const described = describePasted(header);
  expect(described[0]?.problems).toContainEqual(expect.stringContaining(problem));
  expectNoSecret(described);
});

test.each(['hello world', 'Authorization:', 'curl https://x', `Proxy-Authorization: Basic ${GOOD}`, '{"a": "b"}'])(
  'finds no login where there is none: %s',
  (text) => expect(findLogins(text)).toEqual([]),
);

test('a word after an unquoted header does not belong to it', () => {
  const [description] = describePasted(`curl -H Authorization:\\ Basic\\ ${GOOD} localhost`);
  expect(description?.problems).toEqual([]);
});

test('two different logins are both found', () => {
  expect(findLogins(`Authorization: Basic ${GOOD}\nAuthorization: Basic ${encode('1:2')}`)).toHaveLength(2);
});

function expectNoSecret(described: unknown): void {
  expect(JSON.stringify(described)).not.toContain('the-secret-part');
  expect(JSON.stringify(described)).not.toContain(TOKEN.slice(8, 30));
}
