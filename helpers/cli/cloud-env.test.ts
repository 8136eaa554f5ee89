import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { INSTANCE } from '../clients/testing/sample-stack.ts';
import { copyProject, runScript } from './testing/commands.ts';

const project = copyProject();
afterAll(() => project[Symbol.dispose]());
const file = join(project.root, '.env');
afterEach(() => writeFileSync(file, ''));

const CANARY = 'glc_canary-4f1e';
const EXPECTED = `GRAFANA_CLOUD_STACK=games
GRAFANA_CLOUD_OTLP_ENDPOINT=https://otlp-gateway-prod-eu-west-0.grafana.net/otlp
GRAFANA_CLOUD_OTLP_INSTANCE_ID=1461503
GRAFANA_CLOUD_PROMETHEUS_ENDPOINT=https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push
GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID=2847239
GRAFANA_CLOUD_LOKI_ENDPOINT=https://logs-prod-eu-west-0.grafana.net/loki/api/v1/push
GRAFANA_CLOUD_LOKI_INSTANCE_ID=1419296
GRAFANA_CLOUD_TEMPO_ENDPOINT=https://tempo-prod-01-eu-west-0.grafana.net/tempo
GRAFANA_CLOUD_TEMPO_INSTANCE_ID=1413606
`;

async function run(args: readonly string[], reply: Reply = { body: JSON.stringify(INSTANCE) }, token = CANARY) {
  await using server = await startAnsweringServer((request) =>
    request.path === '/api/instances/games' && request.headers.authorization === `Bearer ${token}` ? reply : undefined,
  );
  const environment = { GRAFANA_CLOUD_API_URL: server.url, ...(token !== '' && { GRAFANA_CLOUD_STACKS_TOKEN: token }) };
  const result = await runScript('cloud-env.ts', args, environment, project.root);
  expect(result.stdout + result.stderr).not.toContain(CANARY);
  return result;
}

test('it writes every endpoint and ID of a stack, the OTLP gateway with the ID of the stack itself', async () => {
  if (existsSync(file)) writeFileSync(file, '');
  const { exit, stdout } = await run(['games', '--yes']);
  expect(exit).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(EXPECTED);
  expect(stdout).toContain('+ GRAFANA_CLOUD_OTLP_INSTANCE_ID=1461503');
});

test('it changes what is wrong, shows it, and keeps the rest', async () => {
  const other = `# mine\n${EXPECTED.replace('=1461503', `="${CANARY}" # of games`)}GRAFANA_CLOUD_API_KEY=glc_x\nSTACK=native\n`;
  writeFileSync(file, other, { mode: 0o640 });
  const mode = statSync(file).mode;
  const { exit, stdout } = await run(['games', '--yes']);
  expect(exit).toBe(0);
  const right = EXPECTED.replace('=1461503', '=1461503 # of games');
  expect(readFileSync(file, 'utf8')).toBe(`# mine\n${right}GRAFANA_CLOUD_API_KEY=glc_x\nSTACK=native\n`);
  expect(stdout).toContain('- GRAFANA_CLOUD_OTLP_INSTANCE_ID=…\n+ GRAFANA_CLOUD_OTLP_INSTANCE_ID=1461503\n');
  expect(stdout.match(/^[-+] /gm)).toHaveLength(2);
  expect(statSync(file).mode).toBe(mode);
});

test.each([
  ['eyJrIjoi-canary'],
  ['Y2FuYXJ5LXNlY3JldA=='],
  ['"canary secret"'],
  ['https://u:canary@h/otlp'],
  ['1 # the token is canary'],
])('it shows no value that may be a secret, whatever its form: %s', async (value) => {
  writeFileSync(file, EXPECTED.replace('=1461503', `=${value}`));
  const { exit, stdout, stderr } = await run(['games', '--yes']);
  expect(exit).toBe(0);
  expect(stdout + stderr).not.toMatch(/canary|eyJ|Y2Fu/);
});

test('it says in one sentence that .env can’t be written, and leaves nothing behind', async () => {
  // A name of the greatest length has no room for that of the draft.
  const target = join(project.root, 'e'.repeat(255));
  rmSync(file, { force: true });
  writeFileSync(target, '');
  symlinkSync(target, file);
  try {
    const before = readdirSync(project.root);
    const { exit, stderr } = await run(['games', '--yes']);
    expect(stderr).toMatch(/^Cannot run: \.env can't be written: ENAMETOOLONG.*\nFix: .*\n$/);
    expect(exit).toBe(2);
    expect(readdirSync(project.root)).toEqual(before);
  } finally {
    rmSync(file);
    rmSync(target);
  }
});

test('it changes nothing where all is right', async () => {
  writeFileSync(file, EXPECTED);
  const { exit, stdout } = await run(['games']);
  expect(exit).toBe(0);
  expect(stdout).toContain('nothing to change');
});

test('it changes nothing where nobody can be asked', async () => {
  const { exit, stderr } = await run(['games']);
  expect(exit).toBe(2);
  expect(stderr).toContain('Fix: add --yes');
  expect(readFileSync(file, 'utf8')).toBe('');
});

test.each<[string, Reply, string, string]>([
  ['a token without the scope', { status: 403, body: '{"message":"no"}' }, CANARY, 'stacks:read'],
  ['a token that is not valid', { status: 401, body: '{"message":"no"}' }, CANARY, 'set GRAFANA_CLOUD_STACKS_TOKEN'],
  ['an unknown stack', { status: 404, body: '{"message":"no"}' }, CANARY, 'give the slug'],
  ['a web page', { body: '<html>', type: 'text/html' }, CANARY, 'an HTML page'],
  [
    'a stack without a Loki',
    { body: JSON.stringify({ ...INSTANCE, hlInstanceUrl: '' }) },
    CANARY,
    'the stack games has no Loki,',
  ],
  [
    'a stack without a Tempo and a Prometheus',
    { body: JSON.stringify({ ...INSTANCE, htInstanceUrl: null, htInstanceId: null, hmInstancePromId: undefined }) },
    CANARY,
    'the stack games has no Prometheus and no Tempo,',
  ],
  ['the JSON of another API', { body: '{"id":1,"slug":"games"}' }, CANARY, 'the JSON of another API'],
  [
    'the answer of another stack',
    { body: JSON.stringify({ ...INSTANCE, slug: 'other' }) },
    CANARY,
    'Grafana Cloud answers with other',
  ],
  [
    'a URL with a login',
    { body: JSON.stringify({ ...INSTANCE, hlInstanceUrl: 'https://u:p@logs.grafana.net' }) },
    CANARY,
    'another API',
  ],
  [
    'a stack at an IP address',
    { body: JSON.stringify({ ...INSTANCE, hmInstancePromUrl: 'http://127.0.0.1:43000' }) },
    CANARY,
    "the OTLP endpoint of games can't be derived",
  ],
  [
    'a stack at an IPv6 address',
    { body: JSON.stringify({ ...INSTANCE, hmInstancePromUrl: 'http://[::1]:43000' }) },
    CANARY,
    "the OTLP endpoint of games can't be derived",
  ],
  [
    'a stack at a host without a domain',
    { body: JSON.stringify({ ...INSTANCE, hmInstancePromUrl: 'http://localhost:43000' }) },
    CANARY,
    "the OTLP endpoint of games can't be derived",
  ],
  ['too many requests', { status: 429 }, CANARY, 'Fix: wait a minute'],
  ['a fault', { status: 503 }, CANARY, 'Fix: call it again later'],
  ['no token', {}, '', 'set GRAFANA_CLOUD_STACKS_TOKEN'],
])('it ends with 2 and says what to do for %s', async (_, reply, token, advice) => {
  const { exit, stderr } = await run(['games', '--yes'], reply, token);
  expect(exit).toBe(2);
  expect(stderr).toContain(advice);
  expect(readFileSync(file, 'utf8')).toBe('');
});

test.each([[[]], [['a', 'b']], [['../x']]])('it refuses arguments that are not one slug: %j', async (args) => {
  expect((await run(args)).exit).toBe(2);
});
