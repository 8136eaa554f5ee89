/** A change of a text: what is replaced has to occur exactly so often, once by default. */
export type Edit = { readonly find: string; readonly replace: string; readonly times?: number };

/** An edit that does not apply to the text as it is now: the mutant has to be written again. */
export class EditRefused extends Error {
  override name = 'EditRefused';
}

/** Applies the edits one after the other. Throws {@link EditRefused} for one whose text occurs more or less often. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits.reduce((edited, { find, replace, times = 1 }) => {
    const found = find === '' ? 0 : edited.split(find).length - 1;
    if (found === times) return edited.replaceAll(find, () => replace);
    throw new EditRefused(`expected ${times} × ${JSON.stringify(find)} in the file, and found it ${found} ×`);
  }, text);
}

/** The edit that replaces one text by another. */
export function swap(find: string, replace: string, times = 1): Edit {
  return { find, replace, times };
}

/** The edit that takes a text away. */
export function cut(find: string, times = 1): Edit {
  return { find, replace: '', times };
}
