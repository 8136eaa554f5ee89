/** `npm run doctor`: what this machine has, which world a run would choose, and what each missing part would need. */
import { relative } from 'node:path';
import { lookForImage } from '../images/resolve.ts';
import { CannotRun, cannotRunLines } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/stack.ts';
import { environmentWithDotenv, ROOT, readSettings, type Settings, SettingsError } from '../settings/settings.ts';
import { type EngineFinding, findDockerEngine } from '../setup/docker-engine.ts';
import { canInstallPrograms, packageRows, programRows, type Row, table } from '../setup/inventory.mjs';
import { programVersion } from '../setup/program-version.ts';
import { findOnPath, findProgram, programs } from '../setup/programs.mjs';
import { chooseStack } from '../stack/choose.ts';
import { imagesOf } from '../stack/containers/container-images.ts';
import { readGivenEndpoints } from '../stack/existing-endpoints.ts';
import { chooseAlloy } from '../stack/parts/alloy-program.ts';
import { readWarmState } from '../stack/warm/warm-state.ts';

const environment = environmentWithDotenv();
const [docker, alloy, versioned] = await Promise.all([
  findDockerEngine(environment),
  alloyRow(),
  Promise.all(programRows(environment).map(withVersion)),
]);
const rows = [...packageRows(ROOT), ...versioned, alloy, dockerRow(docker)];
process.stdout.write(`This machine\n${table(rows)}`);
process.exitCode = (await showWorld()) ? 0 : 2;

async function withVersion(row: Row): Promise<Row> {
  const program = programs.find(({ title }) => title === row.what);
  const path = program && findProgram(program.name, environment);
  if (program === undefined || path === undefined) return row;
  return { ...row, found: `${((await programVersion(program.name, path)) ?? '').padEnd(12)} ${path}` };
}

async function alloyRow(): Promise<Row> {
  const what = 'Grafana Alloy';
  const told = environment.ALLOY_BIN ?? '';
  const path = told === '' ? findOnPath('alloy', environment) : told;
  if (path === undefined) {
    return {
      what,
      state: 'absent',
      found: 'none on PATH, ALLOY_BIN unset: the embedded engine stands in, which is not Alloy',
    };
  }
  const version = await programVersion('alloy', path);
  const todo = 'a run would fail with it: set ALLOY_BIN to the path of an Alloy, or unset it';
  if (version === undefined) return { what, state: 'absent', found: `${path} does not say a version`, todo };
  return { what, state: 'ok', found: `${version.padEnd(12)} ${path}` };
}

function dockerRow(engine: EngineFinding): Row {
  const what = 'Docker engine';
  return 'version' in engine
    ? { what, state: 'ok', found: `${engine.version.padEnd(12)} ${engine.at}` }
    : { what, state: 'absent', found: engine.absent };
}

async function showWorld(): Promise<boolean> {
  try {
    const settings = readSettings(environment);
    process.stdout.write(`A run would choose\n${table(await choices(settings))}`);
  } catch (error) {
    if (error instanceof CannotRun) process.stdout.write(cannotRunLines(error));
    else if (error instanceof SettingsError) process.stdout.write(`${error.message}\n`);
    else throw error;
    return false;
  }
  const missing = rows.filter(({ state }) => state === 'missing');
  const could = canInstallPrograms() || missing.length === 0;
  if (missing.length === 0) process.stdout.write('It could start now.\n');
  else if (could) process.stdout.write('It could start, and would first install what is missing.\n');
  else process.stdout.write('It could not start before what is missing is there.\n');
  return could;
}

async function choices(settings: Settings): Promise<Row[]> {
  const why = (variable: string) => ((environment[variable] ?? '') === '' ? '' : `, by ${variable}`);
  const {
    stack,
    images = [],
    alloy,
  } = settings.stack === 'external' ? external(settings) : await startedStack(settings);
  const config = relative(ROOT, settings.alloyConfig);
  const warm = settings.stack === 'external' ? undefined : readWarmState();
  return [
    { what: 'STACK', state: 'ok', found: stack },
    ...images.map((image) => ({ what: '', state: 'absent' as const, found: image })),
    ...(warm === undefined
      ? []
      : [{ what: '', state: 'absent' as const, found: `a warm stack of this checkout runs: ${warm.run.stack}` }]),
    { what: 'ALLOY', state: 'ok', found: alloy },
    { what: 'BACKEND', state: 'ok', found: `${settings.backend}${why('BACKEND')}` },
    { what: 'configuration', state: 'ok', found: config.startsWith('..') ? settings.alloyConfig : config },
  ];
}

function external({ alloy, alloyBinary }: Settings): { stack: string; images?: string[]; alloy: string } {
  const { kind } = chooseAlloy(alloy, alloyBinary, environment);
  return { stack: 'external, by STACK', alloy: `the one of that stack; the ${kind} one validates its configuration` };
}

/** The stack that a run would start, and by which choice, and what would be its Alloy. */
async function startedStack(settings: Settings): Promise<{ stack: string; images?: string[]; alloy: string }> {
  const hasGiven = Object.keys(readGivenEndpoints(environment)).length > 0;
  const choice = await chooseStack({ settings, environment, parts: partsInOrder, hasGiven });
  if (choice.stack === 'native') {
    const { kind } = chooseAlloy(settings.alloy, settings.alloyBinary, environment);
    return { stack: `native (${choice.because})`, alloy: kind };
  }
  const parts = partsInOrder.filter((part) => part !== 'cloud');
  const images = imagesOf(parts, environment);
  const looks = await Promise.all(
    [...new Set(images.values())].map(
      async (image) => [image, await lookForImage(choice.engine.docker, image, environment)] as const,
    ),
  );
  const words = looks.map(([image, look]) => {
    if ('found' in look) return look.found.standIn === undefined ? image : `${look.found.image} for ${image}`;
    return 'pullable' in look ? `${image} (to be pulled)` : `${image} (missing: ${look.absent})`;
  });
  const asked = settings.stack === 'containers' ? ', by STACK' : '';
  const alloy = looks.find(([image]) => image === images.get('grafana-alloy'))?.[1];
  const isEmbedded = alloy !== undefined && 'found' in alloy && alloy.found.engine === 'embedded';
  return {
    stack: `containers${asked}`,
    images: words,
    alloy: isEmbedded ? 'the embedded engine, in a container' : 'Grafana Alloy, in a container',
  };
}
