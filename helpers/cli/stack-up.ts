/** `npm run stack:up`: starts a warm stack of all parts, which later runs of this checkout reuse, and leaves it running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeRun } from '../report/terminal.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { readSettings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { chooseStack } from '../stack/choose.ts';
import { listPrograms } from '../stack/native/required-programs.ts';
import { endWarmStack } from '../stack/warm/warm-end.ts';
import { readWarmState } from '../stack/warm/warm-state.ts';
import { runCommand } from './command.ts';
import type { KeeperMessage } from './keep-stack.ts';

const usage = `npm run stack:up

Starts a stack of all parts and leaves it running: later runs of this checkout with the same settings reuse it, and
\`npm run smoke\` checks it.
\`npm run stack:down\` ends it.`;

await runCommand({ usage }, async () => {
  const settings = readSettings();
  if (settings.stack === 'external') {
    throw new CannotRun(
      '`npm run stack:up` starts a stack, and STACK=external names one that already runs.',
      'unset STACK, or set it to native or containers.',
    );
  }
  await endWarmStack();
  const plan = await chooseStack(settings, partsInOrder, { reuse: false });
  if (plan.stack === 'native') await installPrograms(listPrograms(plan), plan.settings);
  process.stdout.write('Starting a warm stack …\n');
  await startKeeper();
  const state = readWarmState();
  if (state === undefined)
    throw new CannotRun('the warm stack ended at once.', 'start it again with `npm run stack:up`.');
  const { alloy, api, grafana } = state.run;
  process.stdout.write(`${describeRun({ ...state.run, warm: true })}\n`);
  process.stdout.write(`Alloy: ${alloy.url}, OTLP/gRPC ${alloy.otlpGrpc}, OTLP/HTTP ${alloy.otlpHttp}\n`);
  if (api !== undefined) process.stdout.write(`API: ${api.url}\n`);
  if (grafana !== undefined) process.stdout.write(`Grafana: ${grafana.url}\n`);
  const seconds = ((state.timings.stack ?? 0) / 1000).toFixed(1);
  process.stdout.write(
    `Ready after ${seconds} s. Runs with the same settings use it, and \`npm run smoke\` checks it; \`npm run stack:down\` ends it.\n`,
  );
  return 0;
});

async function startKeeper(): Promise<void> {
  const nowhere = openSync('/dev/null', 'r+');
  const keeper = spawn(process.execPath, [fileURLToPath(new URL('./keep-stack.ts', import.meta.url))], {
    detached: true,
    stdio: [nowhere, nowhere, nowhere, 'ipc'],
  });
  const answered = new Promise<Exclude<KeeperMessage, { line: string }>>((resolve) => {
    keeper.on('message', (message: KeeperMessage) => {
      if ('line' in message) process.stdout.write(`${message.line}\n`);
      else resolve(message);
    });
  });
  const died = once(keeper, 'exit').then(() => ({
    message: 'the warm stack ended with no error message.',
    fix: 'run it again.',
  }));
  const answer = await Promise.race([answered, died]);
  keeper.unref();
  if (keeper.connected) keeper.disconnect();
  if ('message' in answer) throw new CannotRun(answer.message, answer.fix);
}
