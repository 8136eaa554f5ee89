/** `npm run doctor`: what this machine has, which stack a run would choose, and whether Grafana Cloud takes and answers. */
import { relative } from 'node:path';
import { describeHeader } from '../doctor/authorization-header.ts';
import { checkCloud } from '../doctor/check-cloud.ts';
import { describeCheck } from '../doctor/describe-check.ts';
import { findLogins } from '../doctor/find-logins.ts';
import { describeProblem } from '../findings/cloud-problem-sentences.ts';
import { formatProblem } from '../report/terminal.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { listParts } from '../run/phases.ts';
import { readPhases } from '../run/read-phases.ts';
import { CLOUD_VARIABLES } from '../settings/cloud.ts';
import { ROOT, readSettings, type Settings } from '../settings/settings.ts';
import { type EngineFinding, findContainerEngine } from '../setup/container-engine.ts';
import { canInstallPrograms, packageRows, programRows, type Row, table } from '../setup/inventory.mjs';
import { readProgramVersion } from '../setup/program-version.ts';
import { findOnPath, findProgram, programs } from '../setup/programs.mjs';
import { chooseStack, describePlan } from '../stack/choose.ts';
import { listPrograms } from '../stack/native/required-programs.ts';
import type { StackPlan } from '../stack/plan.ts';
import { readWarmState } from '../stack/warm/warm-state.ts';
import { describeRefusal, runCommand } from './command.ts';

const usage = `npm run doctor [-- cloud [--header]]

Shows what this machine has, which stack a run of all phases would choose, and what each missing part would need.
It changes nothing. Exit code 0: a run could start; 2: it could not.

cloud     asks Grafana Cloud, as the GRAFANA_CLOUD_* variables describe it, with empty writes and tiny reads, and says
          what is wrong. It stores nothing. Exit code 0: all is well; 1: something is wrong; 2: too little is set to ask.
--header  decodes an Authorization header, which it reads from standard input: with which instance ID and token, in
          which order, how often encoded. It never prints the token. Paste the header, or what holds it: a curl, wget or
          httpie command, what \`curl -v\` prints, OTEL_EXPORTER_OTLP_HEADERS, YAML, JSON or Alloy with one login.`;

/** More than any header and the command around it. */
const MAX_PASTED = 16 * 1024;

await runCommand({ usage, takesNames: true, flags: ['header'] }, async ({ names, flags }) => {
  const [topic, ...more] = names;
  const unknown = topic === undefined || topic === 'cloud' ? more[0] : topic;
  if (unknown !== undefined)
    throw new CannotRun(`unknown argument ${unknown}.`, 'call it as npm run doctor [-- cloud].');
  if (flags.has('header')) return await explainHeader(readSettings());
  return topic === 'cloud' ? await doctorCloud(readSettings()) : await doctorMachine();
});

async function doctorMachine(): Promise<0 | 2> {
  const settings = readSettings();
  const plan = await chooseStack(settings, listParts(readPhases())).catch((error: unknown) => {
    const refusal = describeRefusal(error);
    if (refusal === undefined) throw error;
    return { refusal };
  });
  const needed = !('refusal' in plan) && plan.stack === 'native' ? listPrograms(plan) : [];
  const [engine, alloy, versioned] = await Promise.all([
    findContainerEngine(settings.engine),
    describeAlloy(settings),
    Promise.all(programRows(settings.path, needed).map((row) => addVersion(row, settings))),
  ]);
  const rows = [...packageRows(ROOT), ...versioned, alloy, describeEngine(engine)];
  process.stdout.write(`This machine\n${table(rows)}`);
  if ('refusal' in plan) {
    process.stdout.write(plan.refusal);
    return 2;
  }
  const choices = describeChoices(plan);
  process.stdout.write(`A run would choose\n${table(choices)}`);
  const missing = [...rows, ...choices].filter(({ state }) => state === 'missing');
  const canStart = missing.length === 0 || (plan.stack === 'native' && canInstallPrograms());
  if (missing.length === 0) process.stdout.write('It could start now.\n');
  else if (canStart) process.stdout.write('It could start, and would first install what is missing.\n');
  else process.stdout.write(`It could not start: ${missing.map(({ what }) => what).join(', ')} missing.\n`);
  return canStart ? 0 : 2;
}

async function doctorCloud(settings: Settings): Promise<0 | 1> {
  const missing = CLOUD_VARIABLES.filter((name) => !settings.cloud[name]);
  if (missing.length === CLOUD_VARIABLES.length) {
    throw new CannotRun(
      'no GRAFANA_CLOUD_* variable is set.',
      'set them in .env: `npm run cloud:env -- STACK` does it, or by hand as in grafana-alloy/SETUP_GRAFANA_CLOUD.md.',
    );
  }
  const started = performance.now();
  const check = await checkCloud(settings);
  process.stdout.write(`Grafana Cloud, as the GRAFANA_CLOUD_* variables describe it\n${table(describeCheck(check))}`);
  const texts = check.problems.map(describeProblem);
  process.stdout.write(texts.map(({ cause, fix }) => formatProblem(cause, fix)).join(''));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const outcome = texts.length === 0 ? 'It takes what is written, and answers.' : `${texts.length} to correct.`;
  process.stdout.write(`\n${outcome} ${seconds} s\n`);
  return texts.length === 0 ? 0 : 1;
}

async function explainHeader(settings: Settings): Promise<0 | 1> {
  if (process.stdin.isTTY) process.stderr.write('Paste the header, then press Enter and Ctrl-D:\n');
  const pasted = await readPasted();
  if (pasted.trim() === '') throw new CannotRun('no header was given.', 'give it on standard input.');
  const [login, ...others] = findLogins(pasted);
  if (login === undefined)
    throw new CannotRun('no Authorization header found in it.', 'paste the header alone: Authorization: Basic …');
  if (others.length > 0)
    throw new CannotRun(`${others.length + 1} different logins are in it.`, 'paste one of them alone.');
  const { facts, problems } = describeHeader(login, settings.cloud);
  process.stdout.write(facts.map((fact) => `✓ ${fact}\n`).join(''));
  process.stdout.write(problems.map((problem) => `✗ ${problem}\n`).join(''));
  return problems.length === 0 ? 0 : 1;
}

async function readPasted(): Promise<string> {
  let pasted = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    pasted += chunk;
    if (pasted.length > MAX_PASTED)
      throw new CannotRun('that is more than a header.', 'paste the header alone: Authorization: Basic …');
  }
  return pasted;
}

async function addVersion(row: Row, { path }: Settings): Promise<Row> {
  const program = programs.find(({ title }) => title === row.what);
  const found = program && findProgram(program.name, path);
  if (program === undefined || found === undefined) return row;
  return { ...row, found: `${((await readProgramVersion(program.name, found)) ?? '').padEnd(12)} ${found}` };
}

async function describeAlloy({ alloyBinary, path }: Settings): Promise<Row> {
  const what = 'Grafana Alloy';
  const found = alloyBinary ?? findOnPath('alloy', path);
  if (found === undefined) {
    return {
      what,
      state: 'absent',
      found: 'none on PATH, ALLOY_BIN unset: the embedded Alloy stands in, which is not Grafana Alloy',
    };
  }
  const version = await readProgramVersion('alloy', found);
  const todo = 'a run would fail with it: set ALLOY_BIN to the path of an Alloy, or unset it';
  if (version === undefined) return { what, state: 'absent', found: `${found} does not print a version`, todo };
  return { what, state: 'ok', found: `${version.padEnd(12)} ${found}` };
}

function describeEngine(engine: EngineFinding): Row {
  const what = 'container engine';
  return 'version' in engine
    ? { what, state: 'ok', found: `${engine.version.padEnd(12)} ${engine.address}` }
    : { what, state: 'absent', found: engine.absent };
}

function describeChoices(plan: StackPlan): Row[] {
  const { stack, because, backend, settings } = plan;
  const config = relative(ROOT, settings.alloyConfig);
  const warm = stack === 'external' ? undefined : readWarmState();
  const note = (found: string): Row => ({ what: '', state: 'absent', found });
  return [
    { what: 'STACK', state: 'ok', found: `${stack} (${because})` },
    ...listImages(plan),
    ...(warm === undefined ? [] : [note(`a warm stack of this checkout is running: ${warm.run.stack}`)]),
    { what: 'ALLOY', state: 'ok', found: nameAlloy(plan) },
    { what: 'BACKEND', state: 'ok', found: `${backend}${settings.backend === undefined ? '' : ' (BACKEND)'}` },
    { what: 'configuration', state: 'ok', found: config.startsWith('..') ? settings.alloyConfig : config },
  ];
}

function nameAlloy(plan: StackPlan): string {
  if (plan.stack === 'external') {
    return `the one of that stack; the ${plan.alloy.kind} one of this machine validates its configuration`;
  }
  if (plan.stack === 'native') return plan.alloy.kind;
  const { kind } = describePlan(plan).alloy;
  return kind === 'embedded' ? 'the embedded Alloy, in a container' : 'Grafana Alloy, in a container';
}

function listImages(plan: StackPlan): Row[] {
  if (plan.stack !== 'containers') return [];
  const looks = new Map([...plan.images.values()].map((look) => [look.wanted, look]));
  return [...looks.values()].map((look): Row => {
    const { wanted } = look;
    if ('found' in look) {
      const { standIn, image } = look.found;
      return { what: 'image', state: 'ok', found: standIn === undefined ? wanted : `${image} for ${wanted}` };
    }
    if ('pullable' in look) return { what: 'image', state: 'absent', found: `${wanted} (to be pulled)` };
    if ('outdated' in look) {
      const found = `${look.outdated} for ${wanted}, out of date`;
      return { what: 'image', state: 'missing', found, todo: '`npm run images` builds it again' };
    }
    return { what: 'image', state: 'missing', found: wanted, todo: look.absent };
  });
}
