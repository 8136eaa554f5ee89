// Preloaded into a program of its own that reads its environment itself, such as the mock cloud: gives it the variables of
// `.env`. Ends the process with exit code 2 where those can't be read, as commands do; help needs no variables.

import { isMainThread } from 'node:worker_threads';
import { readEnvironment } from './environment.ts';
import { SettingsError } from './settings-error.ts';

const isHelp = process.argv.some((word) => word === '--help' || word === '-h');
if (isMainThread && !isHelp) {
  try {
    Object.assign(process.env, readEnvironment());
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`Cannot run: ${error.message}\nFix: ${error.fix}\n`);
    process.exit(2);
  }
}
