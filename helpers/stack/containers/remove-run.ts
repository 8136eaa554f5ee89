// remove-run.ts RUN: run by the watchdog of a run whose runner was killed. The engine may still be making
// what the runner asked it for: looking goes on until nothing has come for a while.

import { setTimeout as delay } from 'node:timers/promises';
import { readEngineSettings } from '../../settings/settings.ts';
import { findContainerEngine } from '../../setup/container-engine.ts';
import { removeRun } from './labels.ts';

const quietMs = 4000;
const maxMs = 60_000;

const [, , run] = process.argv;
const engine = await findContainerEngine(readEngineSettings());
if (run === undefined || 'absent' in engine) process.exit(2);
setTimeout(() => process.exit(1), maxMs).unref();
for (let quietSince = performance.now(); performance.now() - quietSince < quietMs; await delay(200)) {
  const found = await removeRun(engine.docker, run).catch(() => 1);
  if (found > 0) quietSince = performance.now();
}
