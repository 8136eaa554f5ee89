/** `npm run doctor`: what this machine has, which world a run would choose, and what each missing part would need. */
import { relative } from 'node:path';
import { environmentWithDotenv, ROOT, readSettings, type Settings, SettingsError } from '../settings/settings.ts';
import { type EngineFinding, findDockerEngine } from '../setup/docker-engine.ts';
import { canInstallPrograms, packageRows, programRows, type Row, table } from '../setup/inventory.mjs';
import { programVersion } from '../setup/program-version.ts';
import { findOnPath, findProgram, programs } from '../setup/programs.mjs';
import { type AlloyProgram, chooseAlloy } from '../stack/alloy-program.ts';
import { CannotRun, cannotRunLines } from '../stack/cannot-run.ts';
import { readWarmState } from '../stack/warm-state.ts';

const environment = environmentWithDotenv();
const [docker, alloy, versioned] = await Promise.all([
  findDockerEngine(environment),
  alloyRow(),
  Promise.all(programRows(environment).map(withVersion)),
]);
const rows = [...packageRows(ROOT), ...versioned, alloy, dockerRow(docker)];
process.stdout.write(`This machine\n${table(rows)}`);
process.exitCode = showWorld() ? 0 : 2;

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

function showWorld(): boolean {
  try {
    const settings = readSettings(environment);
    const program = chooseAlloy(settings.alloy, settings.alloyBinary, environment);
    process.stdout.write(`A run would choose\n${table(choices(settings, program))}`);
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

function choices(settings: Settings, program: AlloyProgram): Row[] {
  const why = (variable: string) => ((environment[variable] ?? '') === '' ? '' : `, by ${variable}`);
  const engine = 'version' in docker ? ' (containers are not built yet)' : ' (no Docker engine)';
  const stack = settings.stack === undefined ? `native${engine}` : `${settings.stack}${why('STACK')}`;
  const config = relative(ROOT, settings.alloyConfig);
  const warm = settings.stack === undefined || settings.stack === 'native' ? readWarmState() : undefined;
  return [
    { what: 'STACK', state: 'ok', found: stack },
    ...(warm === undefined
      ? []
      : [{ what: '', state: 'absent' as const, found: 'a warm stack of this checkout runs' }]),
    { what: 'ALLOY', state: 'ok', found: `${program.kind}${why('ALLOY')}` },
    { what: 'BACKEND', state: 'ok', found: `${settings.backend}${why('BACKEND')}` },
    { what: 'configuration', state: 'ok', found: config.startsWith('..') ? settings.alloyConfig : config },
  ];
}
