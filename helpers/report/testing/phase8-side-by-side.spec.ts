/** A phase whose criteria run concurrently, for the test of `alone`. It is not part of the project's runs. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { alone, phase, test } from '../../expect/criterion.ts';

const running = new Set<string>();
const MANY_TURNS = 100;

/** Runs until `others` more run as well, or would have started. Returns all that run. */
async function runWith(id: string, others: number): Promise<string> {
  running.add(id);
  if (others === 0) for (let turn = 0; turn < MANY_TURNS; turn++) await nextTurn();
  while (running.size <= others) await nextTurn();
  const all = [...running].sort();
  // The others see this one too.
  await nextTurn();
  running.delete(id);
  return `${all.join(' and ')} ${all.length === 1 ? 'runs' : 'run'}`;
}

phase('Phase 8: side by side', { needs: [] }, () => {
  test('P8.1 runs beside P8.2', async ({ note }) => note(await runWith('P8.1', 1)));
  test('P8.2 runs beside P8.1', async ({ note }) => note(await runWith('P8.2', 1)));
  alone('P8.3 runs alone', async ({ note }) => note(await runWith('P8.3', 0)));
  test('P8.4 runs beside P8.5', async ({ note }) => note(await runWith('P8.4', 1)));
  test('P8.5 runs beside P8.4', async ({ note }) => note(await runWith('P8.5', 1)));
});
