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
  'JSON with escaped quotes': (value) => JSON.stringify(JSON.stringify({ Authorization: value, Accept: 'x' })),
  Alloy: (value) => `headers = { "Authorization" = "${value}" }`,
  'a bare word on the next line': (value) => `Authorization: ${value}\n\nfoo\n`,
  'a comment above': (value) => `# Authorization: Basic ${encode('1:2')}\nAuthorization: ${value}\n`,
  'comments of Alloy': (value) =>
    `// "Authorization" = "Basic ${encode('1:2')}",\n"Authorization" = "${value}", // Authorization: Basic x\n/* Authorization: Basic y */`,
  'a proxy with a login': (value) => `curl -x http://me:secret@proxy:3128 -H "Authorization: ${value}" https://x`,
  'a user of a container': (value) => `docker run -u 1000:1000 curlimages/curl -H "Authorization: ${value}" https://x`,
  'a program': (value) => `request.setHeader("Authorization", "${value}")`,
  'an index': (value) => `headers["Authorization"] = "${value}"`,
  PowerShell: (value) => `-Headers @{Authorization="${value}"}`,
};

/** Each takes the login as it is, `ID:TOKEN`. */
const OPTION_FORMS: Record<string, (login: string) => string> = {
  'curl -u': (login) => `curl -u '${login}' https://x`,
  'curl -u, attached': (login) => `curl -u"${login}" https://x`,
  'curl -u after other flags': (login) => `curl -sSu '${login}' https://x`,
  'curl --user=': (login) => `/usr/bin/curl --user="${login}" https://x`,
  'curl, several lines': (login) => `curl https://x \\\n  --user "${login}" \\\n  -d '{}'`,
  'curl in a container': (login) => `docker run -u 1000:1000 curlimages/curl curl -u "${login}" https://x`,
  'the option alone': (login) => `  -u "${login}" \\\n`,
  'httpie -a': (login) => `http -a "${login}" POST https://x a=b`,
  'httpie --auth': (login) => `https --auth='${login}' POST x`,
};

const FIELD_FORMS: Record<string, (id: string, token: string) => string> = {
  'Alloy basic_auth': (id, token) => `basic_auth {\n  username = "${id}"\n  password = "${token}"\n}`,
  'Alloy, a comment above': (id, token) =>
    `basic_auth {\n  // username = "7"\n  username = "${id}"\n  password = "${token}"\n}`,
  'YAML basic_auth': (id, token) => `basic_auth:\n  username: "${id}"\n  password: "${token}"\n`,
  'a secret in YAML, sorted': (id, token) => `stringData:\n  password: "${token}"\n  username: "${id}"\n`,
  'JSON basic_auth': (id, token) => JSON.stringify({ username: id, password: token }),
  wget: (id, token) => `wget --user="${id}" --password="${token}" https://x`,
};

const LOGIN_FORMS: Record<string, (id: string, token: string) => string> = {
  ...Object.fromEntries(
    Object.entries(OPTION_FORMS).map(([name, paste]) => [name, (id: string, token: string) => paste(`${id}:${token}`)]),
  ),
  ...FIELD_FORMS,
  'curl -u without quotes': (id, token) => `curl -u ${id}:${token} https://x`,
  'curl -u with two quoted words': (id, token) => `curl -u '${id}':"${token}" https://x`,
  'YAML without quotes': (id, token) => `basic_auth:\n  username: ${id}\n  password: ${token}\n`,
};

/** What is wrong with a value, and a part of the sentence that says so. */
const FAULTS: readonly (readonly [value: string, problem: string])[] = [
  [`Bearer ${TOKEN}`, 'Bearer header'],
  [`Basic ${encode(GOOD)}`, 'encoded 2 times'],
  [`Basic ${encode(`${TOKEN}:1461503`)}`, 'the order is INSTANCE_ID:TOKEN'],
  [`Basic ${encode(TOKEN)}`, 'a token without its instance ID'],
  [`Basic ${encode(`2847239:${TOKEN}`)}`, 'which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
  [`Basic ${encode(`1461503:${TOKEN}\n`)}`, 'has a line end in it'],
  [`Basic ${encode(`1461503${TOKEN}`)}`, 'has no colon'],
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
    expectProblem(paste(value), problem);
  });
});

describe.each(Object.entries(LOGIN_FORMS))('%s', (_, paste) => {
  test('gives no alarm with a good login', () => {
    expect(describePasted(paste('1461503', TOKEN))).toEqual([{ facts: RIGHT, problems: [] }]);
  });

  test.each([
    [TOKEN, '1461503', 'the order is INSTANCE_ID:TOKEN'],
    ['2847239', TOKEN, 'which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'],
    ['1461503', 'glsa_abc', 'service account'],
  ])('has its fault named, and never its token: %#', (id, token, problem) => {
    expectProblem(paste(id, token), problem);
  });
});

describe.each(Object.entries(OPTION_FORMS))('%s', (_, paste) => {
  test.each([
    [TOKEN, 'a token without its instance ID'],
    ['1461503', 'it has to be INSTANCE_ID:TOKEN'],
    [`1461503:${TOKEN}\n`, 'has a line end in it'],
    [`1461503: ${TOKEN}`, 'a blank stands beside the token'],
  ])('has a missing colon, a line end and a blank named: %#', (login, problem) => {
    expectProblem(paste(login), problem);
  });
});

describe.each(Object.entries(FIELD_FORMS))('%s', (_, paste) => {
  test('has a line end and an empty password named', () => {
    expectProblem(paste('1461503', `${TOKEN}\n`), 'has a line end in it');
    expectProblem(paste(TOKEN, ''), 'the order is INSTANCE_ID:TOKEN');
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
  ['%3D for the equals sign', `Authorization%3DBasic%20${encodeURIComponent(GOOD)}`, 'equals sign'],
  ['a header line in percents', encodeURIComponent(`Authorization: Basic ${GOOD}`), 'percent-encoded'],
  ['a variable in -u', 'curl -u "$ID":"$TOKEN" https://x', 'refers to a variable'],
  ['an expression of Alloy', '"Authorization" = "Basic " + sys.env("LOGIN")', 'refers to a variable'],
  ['a function of Alloy', '"Authorization" = string.format("Basic %s", x)', 'refers to a variable'],
  ['a variable for the token', 'username = "1461503"\npassword = sys.env("TOKEN")', 'refers to a variable'],
  ['a component of Alloy', 'username = "1461503"\npassword = local.file.token.content', 'refers to a variable'],
  ['a placeholder', 'Authorization: Basic <base64 of INSTANCE_ID:TOKEN>', 'refers to a variable'],
  ['a misspelled scheme', `Authorization: Basci ${GOOD}`, 'does not begin with "Basic "'],
  ['a token alone', `Authorization: ${TOKEN}`, 'does not begin with "Basic "'],
  ['wrapped by PEM', `Authorization: Basic ${GOOD.slice(0, 64)}\n${GOOD.slice(64)}\n`, 'base64 -w0'],
  ['wrapped elsewhere, quoted', `-H "Authorization: Basic ${GOOD.slice(0, 50)}\n${GOOD.slice(50)}"`, 'base64 -w0'],
])('a header that is wrong is told as what it is, and its token never: %s', (_, header, problem) => {
  expectProblem(header, problem);
});

test.each(['Digest username="admin", realm="x"', 'Negotiate YII=', 'AWS4-HMAC-SHA256 Credential=x/y'])(
  'a scheme other than Basic is named, and nothing else guessed: %s',
  (value) => {
    const [scheme] = value.split(' ');
    const problems = [`${scheme} is not what Grafana Cloud takes: Basic, with INSTANCE_ID:TOKEN`];
    expect(describePasted(`Authorization: ${value}\n`)).toEqual([{ facts: [], problems }]);
  },
);

test('a login in a URL is judged, and told where Alloy takes it', () => {
  const url = (token: string) => `url = "https://1461503:${encodeURIComponent(token)}@otlp.example/otlp"`;
  const problem = 'the login stands in a URL, not encoded: Alloy takes it in otelcol.auth.basic or basic_auth';
  expect(describePasted(url(TOKEN))).toEqual([{ facts: RIGHT, problems: [problem] }]);
  expectProblem(url('glsa_abc'), 'service account');
});

test.each([
  'hello world',
  'Authorization:',
  'Authorization: see the docs',
  'Authorization: Basic',
  'Authorization: the-documentation-page',
  '"Authorization": { "type": "string" }',
  'curl https://x',
  'curl https://x && docker run -u 1000:1000 image',
  'docker run -u 1000:1000 image',
  'docker run --user 1000:1000 https://x',
  'user=admin password=canary host=db',
  'username=admin password=canary host=db',
  'postgres://admin:canary@db/x',
  'HTTPS_PROXY=http://me:canary@proxy:3128',
  `Proxy-Authorization: Basic ${GOOD}`,
  'Access-Control-Allow-Headers: Authorization, X-Scope-OrgID',
  '{"a": "b"}',
])('finds no login where there is none: %s', (text) => expect(findLogins(text)).toEqual([]));

test.each([
  `curl -H Authorization:\\ Basic\\ ${GOOD} localhost`,
  `curl -H Authorization:\\ Basic\\ ${GOOD} localhost/otlp/v1/traces`,
  `curl -H Authorization:\\ Basic\\ ${GOOD} -d'x'`,
  `Authorization: Basic ${GOOD}\nfoo`,
  `Authorization: Basic ${GOOD}\nfoo\n`,
])('a word after an unquoted header does not belong to it: %#', (text) => {
  expect(describePasted(text)[0]?.problems).toEqual([]);
});

test('a header and -u are one login where they are the same, and two where they differ', () => {
  const command = (login: string) => `curl -u ${login} -H "Authorization: Basic ${GOOD}" https://x`;
  expect(findLogins(command(`1461503:${TOKEN}`))).toHaveLength(1);
  expect(findLogins(command(`2847239:${TOKEN}`))).toHaveLength(2);
});

test('a comment is read where nothing else is there', () => {
  expect(describePasted(`  # Authorization: Basic ${GOOD}\n`)[0]?.problems).toEqual([]);
  expect(describePasted(`# curl -u 1461503:${TOKEN} https://x`)[0]?.problems).toEqual([]);
});

test('a field without its other half is not paired with that of another block', () => {
  const text = `username = "7"\npassword_file = "x"\nusername = "1461503"\npassword = "${TOKEN}"`;
  expect(describePasted(text)).toEqual([{ facts: RIGHT, problems: [] }]);
});

test('two different logins are both found', () => {
  expect(findLogins(`Authorization: Basic ${GOOD}\nAuthorization: Basic ${encode('1:2')}`)).toHaveLength(2);
});

function expectProblem(text: string, problem: string): void {
  const described = describePasted(text);
  expect(described).toHaveLength(1);
  expect(described[0]?.problems).toContainEqual(expect.stringContaining(problem));
  expectNoSecret(described);
}

function expectNoSecret(described: unknown): void {
  expect(JSON.stringify(described)).not.toContain('the-secret-part');
  expect(JSON.stringify(described)).not.toContain(TOKEN.slice(8, 30));
}
