import { RE2JS } from 're2js';

/** A relabelling rule's expression: what was written, and the compiled whole-string match of RE2. */
export type Regex = { readonly source: string; readonly compiled: RE2JS };

/** Compiles `source` as relabelling does: anchored at both ends, `.` matches newlines. @throws Error with Go's text. */
export function regex(source: string): Regex {
  return { source, compiled: RE2JS.compile(`^(?s:${source})$`) };
}
