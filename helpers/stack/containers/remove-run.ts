// remove-run.ts RUN: run by the watchdog of a run whose runner is gone without a word. The engine may still be making
// what the runner asked it for: looking goes on until nothing has come for a while.

import { setTimeout as delay } from 'node:timers/promises';
import { findDockerEngine } from '../../setup/docker-engine.ts';
import { removeRun } from './labels.ts';

const quietMs = 4000;
const longestMs = 60_000;

const [, , run] = process.argv;
const engine = await findDockerEngine();
if (run === undefined || 'absent' in engine) process.exit(2);
setTimeout(() => process.exit(1), longestMs).unref();
for (let quietSince = performance.now(); performance.now() - quietSince < quietMs; await delay(200)) {
  const found = await removeRun(engine.docker, run).catch(() => 1);
  if (found > 0) quietSince = performance.now();
}
