/** `npm run cloud:env -- STACK`: writes the endpoints and instance IDs of a stack of Grafana Cloud into `.env`. */
import {
  chmodSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {
  type CloudApi,
  type CloudStack,
  findStack,
  IncompleteStack,
  readCloudApi,
  UnknownGateway,
} from '../clients/cloud-api.ts';
import { QueryError } from '../clients/http.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { DOTENV, editDotenv, type LineChange } from '../settings/edit-dotenv.ts';
import { readSettings } from '../settings/settings.ts';
import { describeToken } from '../settings/token.ts';
import { askForConsent } from './ask.ts';
import { runCommand } from './command.ts';

const usage = `npm run cloud:env -- STACK [--yes]

Asks Grafana Cloud for the stack of this slug (STACK of https://STACK.grafana.net), and writes its endpoints and instance
IDs into .env. It shows each line that changes, asks before it changes one, and keeps all others.
The token is GRAFANA_CLOUD_STACKS_TOKEN, else GRAFANA_CLOUD_API_KEY, with the scope stacks:read.
--yes     changes them without asking
Exit code 0: .env is right; 1: it was left as it was; 2: it could not be found out or written.`;

/** IDs, slugs and the addresses of services: whatever else stands there may be a secret, pasted into the wrong line. */
const HARMLESS = /^(?:\d{1,12}|[a-z][a-z\d-]{0,28}|https?:\/\/[a-z\d.-]{1,80}(?::\d+)?(?:\/[a-z\d]{1,8}){0,4}\/?)?$/;

await runCommand({ usage, takesNames: true, flags: ['yes'] }, async ({ names, flags }) => {
  const [slug, ...more] = names;
  if (slug === undefined || more.length > 0 || !/^[\w-]+$/.test(slug)) {
    throw new CannotRun(
      'one stack has to be named.',
      'call it as npm run cloud:env -- STACK: STACK of https://STACK.grafana.net.',
    );
  }
  return await writeStack(slug, flags.has('yes'));
});

async function writeStack(slug: string, isAgreed: boolean): Promise<0 | 1 | 130> {
  const settings = readSettings();
  const stack = await askForStack(readCloudApi(settings), slug);
  const file = DOTENV;
  if (stack.slug.toLowerCase() !== slug.toLowerCase()) {
    throw new CannotRun(`asked for ${slug}, Grafana Cloud answers with ${stack.slug}.`, 'give the slug of the stack.');
  }
  const original = readFile(file);
  const { file: edited, changes, before } = edit(original, { GRAFANA_CLOUD_STACK: stack.slug, ...stack.variables });
  // What differs although .env is going to say it comes from the environment.
  const hidden = Object.entries(stack.variables).filter(([name, value]) => {
    const set = settings.cloud[name];
    return set !== undefined && set !== before[name] && set !== value;
  });
  print(`${stack.slug}: ${stack.region}, ${stack.status}`);
  for (const [name] of hidden) print(`! ${name} is also set in the environment, which comes before .env`);
  if (changes.length === 0) {
    print('.env is right: nothing to change');
  } else {
    print(describeChanges(changes));
    const consent = isAgreed ? 'yes' : await askToChange(settings.isInteractive, changes.length);
    if (consent !== 'yes') {
      print('.env was left as it was');
      return consent === 'interrupted' ? 130 : 1;
    }
    if (!readFile(file).equals(original)) {
      throw new CannotRun('.env was changed in the meantime.', 'call it again.');
    }
    replaceFile(file, edited);
    print(`.env: ${changes.length} ${changes.length === 1 ? 'line' : 'lines'} written`);
  }
  if (!settings.cloud.GRAFANA_CLOUD_API_KEY) print('GRAFANA_CLOUD_API_KEY is not set: give it a token that may write');
  print('`npm run doctor -- cloud` checks them');
  return 0;
}

async function askForStack(api: CloudApi, slug: string): Promise<CloudStack> {
  if (api.token === '') {
    throw new CannotRun(
      'no token is set.',
      'set GRAFANA_CLOUD_STACKS_TOKEN to a token with the scope stacks:read (grafana.com > My Account > Access Policies).',
    );
  }
  try {
    return await findStack(api, slug, 10_000);
  } catch (error) {
    if (error instanceof IncompleteStack) {
      throw new CannotRun(
        `the stack ${slug} has no ${error.lacks.join(' and no ')}, so far as Grafana Cloud says.`,
        'wait until the stack is ready, if it is new, or give another one: metrics, logs and traces are all verified.',
      );
    }
    if (error instanceof UnknownGateway) {
      throw new CannotRun(
        `the OTLP endpoint of ${slug} can't be derived: it is in the domain of the stack's Prometheus, and that is at ${error.host}.`,
        'write the endpoints and IDs into .env yourself, as in grafana-alloy/SETUP_GRAFANA_CLOUD.md.',
      );
    }
    if (!(error instanceof QueryError)) throw error;
    throw new CannotRun(`Grafana Cloud does not say what ${slug} is: ${error.message}.`, adviseOn(error, api));
  }
}

function adviseOn({ status }: QueryError, { token }: CloudApi): string {
  const { kind } = describeToken(token);
  if (kind === 'service account' || kind === 'legacy API key' || status === 401) {
    return 'set GRAFANA_CLOUD_STACKS_TOKEN to a token of an access policy (glc_…) with the scope stacks:read.';
  }
  if (status === 403) return 'add the scope stacks:read to the access policy of the token.';
  if (status === 404)
    return 'give the slug, which is STACK of https://STACK.grafana.net, and a token of its organisation.';
  if (status === 429) return 'wait a minute, and call it again.';
  if (status >= 500) return 'call it again later, and look at https://status.grafana.com.';
  if (status > 0) return 'check GRAFANA_CLOUD_API_URL where it is set, and whether a proxy answers instead.';
  return 'check the network and its proxy, and GRAFANA_CLOUD_API_URL where it is set.';
}

function readFile(file: string): Buffer {
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
}

function edit(file: Buffer, values: Readonly<Record<string, string>>): ReturnType<typeof editDotenv> {
  try {
    return editDotenv(file, values);
  } catch (error) {
    const problem = error instanceof Error ? error.message : error;
    throw new CannotRun(`.env can't be changed: ${problem}.`, `write the lines yourself:\n${formatLines(values)}`);
  }
}

function formatLines(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `  ${name}=${value}`)
    .join('\n');
}

function describeChanges(changes: readonly LineChange[]): string {
  return changes
    .flatMap(({ name, before, after }) => [
      ...(before === undefined ? [] : [`- ${name}=${showIfHarmless(before)}`]),
      `+ ${after}`,
    ])
    .join('\n');
}

function showIfHarmless(value: string): string {
  return HARMLESS.test(value) ? value : '…';
}

async function askToChange(isInteractive: boolean, count: number): Promise<'yes' | 'no' | 'interrupted'> {
  if (!isInteractive) {
    throw new CannotRun(
      'nobody can be asked whether to change .env.',
      'add --yes to change these lines without asking.',
    );
  }
  const consent = await askForConsent(`Change ${count === 1 ? 'this line' : `these ${count} lines`} of .env? [y/N] `);
  if (consent !== 'ended') return consent;
  throw new CannotRun('nobody answered, and .env was left as it was.', 'answer y, or add --yes.');
}

/** Whole or not at all; a link stays one, and a new file is for its owner alone: tokens are in it. */
function replaceFile(file: string, content: Buffer): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o600;
  const draft = `${target}.${process.pid}.new`;
  let isOurs = false;
  try {
    // It follows no link that somebody else has put there, and is as closed as the file was.
    writeFileSync(draft, '', { mode: 0o600, flag: 'wx' });
    isOurs = true;
    writeFileSync(draft, content);
    chmodSync(draft, mode);
    renameSync(draft, target);
  } catch (error) {
    if (isOurs) rmSync(draft, { force: true });
    const reason = error instanceof Error ? error.message : error;
    throw new CannotRun(
      `.env can't be written: ${reason}.`,
      'let this user write to its directory, and call it again.',
    );
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
