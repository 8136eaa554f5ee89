import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import type { ProgramName } from './programs.mjs';

const run = promisify(execFile);

/** Asks a program of the native stack for its version, `15.18`; undefined where it prints none. Never throws. */
export async function readProgramVersion(name: ProgramName | 'alloy', path: string): Promise<string | undefined> {
  // Its own answer would take an Erlang's start; its directory has it in its name.
  if (name === 'rabbitmq') return /-(\d[\d.]*)$/.exec(basename(dirname(dirname(realpathSync(path)))))?.[1];
  const output = await askVersion(path).catch(() => '');
  return name !== 'alloy' || isAlloyOutput(output) ? /\d+\.\d+[\w.+-]*/.exec(output)?.[0] : undefined;
}

/** Whether a program says that it is an Alloy when it is asked for its version. Never throws. */
export async function isAlloy(path: string): Promise<boolean> {
  return isAlloyOutput(await askVersion(path).catch(() => ''));
}

function isAlloyOutput(output: string): boolean {
  return /\balloy\b/i.test(output);
}

async function askVersion(path: string): Promise<string> {
  const { stdout, stderr } = await run(path, ['--version'], { timeout: 5000 });
  return stdout + stderr;
}
