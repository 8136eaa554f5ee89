/** `npm run verify [-- phase2 phase7]`: the main job. Exit 0 all criteria hold, 1 one fails, 2 it could not be run. */
import { basename } from 'node:path';
import { startVitest } from 'vitest/node';
import { choosePhases, declaredPhase, hasOrder, phaseFiles } from '../report/criteria.ts';
import { ROOT, SettingsError } from '../settings/settings.ts';
import { CannotRun, cannotRunLines } from '../stack/cannot-run.ts';
import type { Order } from '../stack/run.ts';

/** The projects of vitest.config.ts, each with the criteria of one order. */
const ORDERS: readonly Order[] = ['criteria', 'outages', 'outages of services'];

process.exitCode = await verify(process.argv.slice(2));

async function verify(wanted: readonly string[]): Promise<0 | 1 | 2> {
  const files = phaseFiles();
  const known = files.map((file) => basename(file).split('-')[0] ?? '');
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no ${unknown.join(', ')}. The phases are: ${known.join(', ')}.\n`);
    return 2;
  }
  const chosen =
    wanted.length === 0 ? files : files.filter((file) => wanted.includes(basename(file).split('-')[0] ?? ''));
  process.env.ALLOY_VERIFY_SUMMARY = '1';
  choosePhases(chosen);
  try {
    const vitest = await startVitest('test', [], {
      root: ROOT,
      watch: false,
      project: ORDERS.filter((order) => chosen.map(declaredPhase).some((phase) => hasOrder(phase, order))),
      reporters: [],
    });
    const [first] = vitest.state.getUnhandledErrors();
    const failed =
      vitest.state.getCountOfFailedTests() > 0 || vitest.state.getTestModules().some((module) => !module.ok());
    await vitest.close();
    if (first !== undefined) throw first;
    return failed ? 1 : 0;
  } catch (error) {
    process.stderr.write(couldNotRun(error));
    return 2;
  }
}

function couldNotRun(error: unknown): string {
  // The stack is started by modules of vitest's own loader, whose classes are not the ones of this file.
  const { name, message, fix } = error as { name?: string; message?: string; fix?: string };
  if (name === 'CannotRun' && message !== undefined && fix !== undefined)
    return cannotRunLines(new CannotRun(message, fix));
  if (name === 'SettingsError') return `${new SettingsError(message).message}\n`;
  return `Cannot run: ${error instanceof Error ? error.stack : String(error)}\n`;
}
