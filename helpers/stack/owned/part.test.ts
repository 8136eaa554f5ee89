import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { planNative, requestStack } from '../testing/plans.ts';
import { openLogFile } from './log-file.ts';
import { launchProcess, type PartPlan, startPart } from './part.ts';
import { takePortBlock } from './ports.ts';
import { makeRunDirectory } from './run-directory.ts';

/** Prints a line, and answers every request with two of its variables. */
const program = `
  console.log('started with', process.env.COLOUR);
  const answer = JSON.stringify([process.env.COLOUR, process.env.SHAPE]);
  require('node:http').createServer((_, response) => response.end(answer)).listen(process.env.PORT, '127.0.0.1');
`;

test('a part is started with other variables over its own, and its log is emptied', async () => {
  const plan = planNative([]);
  const run = await makeRunDirectory(plan.settings.engine);
  const ports = await takePortBlock();
  try {
    const logPath = `${run.path}/part.log`;
    const context = { request: requestStack(plan), run, ports, logPath, log: openLogFile(logPath) };
    const port = await ports.next();
    const ask = async () => await (await request(`http://127.0.0.1:${port}`)).body.json();
    const environment = { COLOUR: 'red', SHAPE: 'round', PORT: String(port) };
    const command = { file: process.execPath, args: ['-e', program], environment, cwd: run.path };
    const planned: PartPlan = {
      part: 'api',
      title: 'a program',
      endpoints: {},
      prepare: async () => {},
      launch: launchProcess('a program', command, context),
      probe: async () => void (await ask()),
      version: async () => '1',
      deadlineMs: 20_000,
      stopSignal: 'SIGTERM',
      outage: 'stop',
    };
    const part = await startPart(planned, context);
    expect(await ask()).toEqual(['red', 'round']);
    const answers = () => expect.poll(() => ask().catch(() => 'nothing'), { timeout: 20_000 });

    await part.change({ COLOUR: 'blue', SHAPE: undefined });
    await answers().toEqual(['blue', null]);
    expect(readFileSync(logPath, 'utf8')).toBe('started with blue\n');

    // Whoever takes it away and brings it back gets the same part.
    await part.takeAway();
    await part.bringBack();
    expect(await ask()).toEqual(['blue', null]);

    await part.change({});
    await answers().toEqual(['red', 'round']);
    await part.stop(0);
  } finally {
    await run.end();
    ports.release();
  }
});
