import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentChange } from '../run/stack.ts';
import { ROOT } from '../settings/settings.ts';
import { applyEdits, type Edit } from './edit.ts';

const SERVICES = 'fixtures/services';

/**
 * Has a service run with a file of `fixtures/services` as edits leave it: a hook of Node gives it that text in place of the file's.
 * Throws {@link EditRefused} for an edit that does not apply.
 */
export function editSource(file: string, ...edits: readonly Edit[]): EnvironmentChange {
  const source = applyEdits(readFileSync(join(ROOT, SERVICES, file), 'utf8'), edits);
  const hook = `import { registerHooks } from 'node:module';
    const source = ${JSON.stringify(source)};
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        return url.endsWith(${JSON.stringify(`/${SERVICES}/${file}`)}) ? { ...loaded, source } : loaded;
      },
    });`;
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(hook).toString('base64')}` };
}
