import type { TypeName, Value } from './value.ts';

/**
 * The error for an unsuitable value. `message` is what `alloy validate` prints; `detail` is what follows the text of
 * the expression when a configuration is evaluated. `path` leads from the outermost value to the wrong one.
 */
export class ValueError extends Error {
  readonly value: Value;
  readonly detail: string;
  readonly path: readonly PathStep[];

  constructor(value: Value, message: string, detail: string = message, path: readonly PathStep[] = []) {
    super(message);
    this.value = value;
    this.detail = detail;
    this.path = path;
  }
}

/** One step into a value: the array or object, and the element as Alloy prints it (`[0]`, `.name`). */
export type PathStep = { readonly container: Value; readonly access: string };

/** The error for a value of the wrong type. */
export function createTypeError(value: Value, expected: TypeName): ValueError {
  return new ValueError(value, `expected ${expected}, got ${value.type}`, `should be ${expected}, got ${value.type}`);
}

/** Runs `decode` on an element of `container`, and adds the position of the element to the error that it throws. */
export function locateError<T>(container: Value, access: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ValueError)) {
      throw error;
    }
    throw new ValueError(error.value, error.message, error.detail, [{ container, access }, ...error.path]);
  }
}
