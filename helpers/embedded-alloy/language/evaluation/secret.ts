import { inspect } from 'node:util';

/** A string that must not be shown: printed, logged or serialised, it is `(secret)`. */
export type Secret = {
  /** The hidden text. Only the code that sends it to its service may call this. */
  readonly reveal: () => string;
  readonly toString: () => '(secret)';
  readonly toJSON: () => '(secret)';
};

/** Hides `text`. The empty string stands for "not set", as in Alloy. */
export function createSecret(text: string): Secret {
  const hidden = (): '(secret)' => '(secret)';
  const value = { reveal: () => text, toString: hidden, toJSON: hidden, [inspect.custom]: hidden };
  return Object.freeze(value);
}
