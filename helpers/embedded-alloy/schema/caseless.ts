import type { ValueType } from './schema.ts';
import { text } from './types.ts';

/** Text that must be one of `allowed`, in whatever case; `complaint` gets it in lower case. */
export function caseless(allowed: readonly string[], complaint: (text: string) => string): ValueType<string> {
  return text((written) => {
    const lower = written.toLowerCase();
    if (!allowed.includes(lower)) {
      throw new Error(complaint(lower));
    }
    return lower;
  }, '');
}
