import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { AlloyEndpoint } from '../run/run.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;

/**
 * Runs `alloy validate` or `alloy fmt` on the configuration and returns what it reports, what to call the program that was
 * run, and the command with which a person runs it. Calls `skip` if this machine has none.
 */
export async function checkConfiguration(
  alloy: Pick<AlloyEndpoint, 'command' | 'config' | 'configInside' | 'isCommandEmbedded'>,
  question: 'validate' | 'fmt',
  skip: (reason: string) => never,
): Promise<{ readonly problems: readonly string[]; readonly name: string; readonly command: string }> {
  const { command, config, configInside = config, isCommandEmbedded } = alloy;
  // A machine whose stack has a Grafana Alloy need not have the program.
  const by = `npm run -s alloy -- ${question}`;
  const name = `alloy ${question}${isCommandEmbedded ? ' (embedded Alloy, not Grafana Alloy)' : ''}`;
  const [program, ...first] = command ?? skip('this machine has no alloy program to check it with');
  if (program === undefined) throw new TypeError('an empty command');
  try {
    const { stdout } = await run(program, [...first, question, configInside], { timeout: TIMEOUT_MS });
    const isFine = question === 'validate' || stdout === (await readFile(config, 'utf8'));
    return { name, command: by, problems: isFine ? [] : [`${config} is not formatted as alloy fmt does`] };
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    // The stand-in says so of what it lacks; an Alloy that runs elsewhere may have it.
    const missing = isCommandEmbedded ? /^Error: .*the embedded Alloy.*ALLOY_BIN.*$/m.exec(output)?.[0] : undefined;
    if (missing !== undefined) skip(`the embedded Alloy can't check it: ${missing}`);
    return { name, command: by, problems: [output === '' ? String(error) : output.replaceAll(configInside, config)] };
  }
}
