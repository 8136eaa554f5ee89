import type { EnvironmentChange } from '../../run/stack.ts';
import type { Edit } from '../edit.ts';

/**
 * Has a service run with other code than is in its files: `file` ends the path of one below fixtures/services. The service ends at
 * its start where the edit no longer applies.
 */
export function rewrite(file: string, { find, replace }: Edit): EnvironmentChange {
  const hook = `
    import { registerHooks } from 'node:module';
    const [file, find, replace] = ${JSON.stringify([file, find, replace])};
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        if (!url.endsWith(file)) return loaded;
        const text = String(loaded.source);
        if (text.split(find).length !== 2) throw new Error('the edit does not apply to ' + file);
        return { ...loaded, source: text.replace(find, () => replace) };
      },
    });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
}
