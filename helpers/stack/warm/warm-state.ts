import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Run } from '../../run/run.ts';
import type { Stack } from '../../run/stack.ts';
import { ROOT } from '../../settings/settings.ts';
import { isOwnerAlive } from '../owned/run-directory.ts';
import type { StackDescription } from './fingerprint.ts';

/** What a warm stack says about itself to the runs that may use it. It holds the credentials of its parts. */
export type WarmState = {
  /** The process that keeps it, as `describeOwner` writes it. */
  readonly owner: string;
  /** Where a run asks to be its only user. */
  readonly leaseSocket: string;
  readonly logs: string;
  readonly run: Run;
} & StackDescription &
  Pick<Stack, 'versions' | 'timings'>;

const directory = join(tmpdir(), `alloy-verify-warm-${process.getuid?.() ?? 0}`);
const file = join(directory, `${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}.json`);

/** The warm stack of this checkout, as far as its keeper lives; undefined where there is none. Throws `CannotRun` where another user could have written it. */
export function readWarmState(): WarmState | undefined {
  if (!existsSync(directory)) return undefined;
  requireOwnDirectory();
  let state: WarmState;
  try {
    state = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  return isOwnerAlive(state.owner) ? state : undefined;
}

/** Announces a warm stack of this checkout to later runs. */
export function writeWarmState(state: WarmState): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  requireOwnDirectory();
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
}

/** Ends the announcement of {@link writeWarmState}. */
export function removeWarmState(): void {
  rmSync(file, { force: true });
  try {
    rmdirSync(directory);
  } catch {
    // Other checkouts have a warm stack too.
  }
}

function requireOwnDirectory(): void {
  const { uid, mode } = lstatSync(directory);
  if (uid === process.getuid?.() && (mode & 0o077) === 0) return;
  throw new CannotRun(`other users can write to ${directory}.`, 'remove it, or set TMPDIR to a directory of your own.');
}
