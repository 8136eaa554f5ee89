/** `npm run stack:up`: starts a warm stack of all parts, which later runs of this checkout reuse, and leaves it running. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeRun } from '../report/terminal.ts';
import { CannotRun, cannotRunLines } from '../run/cannot-run.ts';
import type { KeeperMessage } from '../stack/warm/keeper.ts';
import { endWarmStack } from '../stack/warm/warm-end.ts';
import { readWarmState } from '../stack/warm/warm-state.ts';

try {
  await endWarmStack();
  process.stdout.write('Starting a warm stack …\n');
  await startKeeper();
  const state = readWarmState();
  if (state === undefined)
    throw new CannotRun('the warm stack ended at once.', 'start it again with `npm run stack:up`.');
  process.stdout.write(`${describeRun({ ...state.run, warm: true })}\n`);
  const seconds = ((state.timings.stack ?? 0) / 1000).toFixed(1);
  process.stdout.write(
    `Ready after ${seconds} s. Runs with the same settings use it; \`npm run stack:down\` ends it.\n`,
  );
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  process.stderr.write(cannotRunLines(error));
  process.exitCode = 2;
}

async function startKeeper(): Promise<void> {
  const nowhere = openSync('/dev/null', 'r+');
  const keeper = fork(fileURLToPath(new URL('../stack/warm/keeper.ts', import.meta.url)), {
    detached: true,
    execArgv: [],
    stdio: [nowhere, nowhere, nowhere, 'ipc'],
  });
  const said = new Promise<Exclude<KeeperMessage, { line: string }>>((resolve) => {
    keeper.on('message', (message: KeeperMessage) => {
      if ('line' in message) process.stdout.write(`${message.line}\n`);
      else resolve(message);
    });
  });
  const silent = once(keeper, 'exit').then(() => ({
    message: 'the warm stack ended without a word.',
    fix: 'run it again.',
  }));
  const answer = await Promise.race([said, silent]);
  keeper.unref();
  if (keeper.connected) keeper.disconnect();
  if ('message' in answer) throw new CannotRun(answer.message, answer.fix);
}
