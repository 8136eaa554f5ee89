import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { AlloyEndpoint } from '../run/run.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;

/**
 * Asks Alloy's program about its configuration: `validate` whether it is valid, `fmt` whether it is formatted. Returns what
 * is wrong, in the program's own words. Calls `skip` where there is no program on this machine that could be asked.
 */
export async function checkConfiguration(
  { command, config, configInside = config }: Pick<AlloyEndpoint, 'command' | 'config' | 'configInside'>,
  question: 'validate' | 'fmt',
  skip: (reason: string) => never,
): Promise<{ problems: string[] }> {
  const [program, ...first] = command ?? skip('there is no alloy program on this machine to ask');
  if (program === undefined) throw new TypeError('an empty command');
  try {
    const { stdout } = await run(program, [...first, question, configInside], { timeout: TIMEOUT_MS });
    const isFine = question === 'validate' || stdout === (await readFile(config, 'utf8'));
    return { problems: isFine ? [] : [`${config} is not formatted as alloy fmt does`] };
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return { problems: [output === '' ? String(error) : output.replaceAll(configInside, config)] };
  }
}
