import type { ValueType } from '../../schema/schema.ts';
import type { FunctionValue, Value } from '../evaluation/value.ts';
import { ValueError, within } from '../evaluation/value-error.ts';

/** A function that takes the language's values as they are. */
export function rawFunction(name: string, call: FunctionValue['call']): FunctionValue {
  return { type: 'function', name, call };
}

/**
 * A function of a fixed number of arguments, which are decoded first. What `body` throws is reported at the function.
 */
export function typedFunction<const Args extends readonly unknown[]>(
  name: string,
  types: { readonly [Index in keyof Args]: ValueType<Args[Index]> },
  body: (...args: Args) => Value,
): FunctionValue {
  return rawFunction(name, (args, self) => {
    if (args.length !== types.length) {
      throw new ValueError(self, `expected ${types.length} args, got ${args.length}`);
    }
    const decoded = types.map((type, index) => decodeArgument(args[index], type)) as unknown as Args;
    return reported(self, () => body(...decoded));
  });
}

/** Decodes an argument; an error about a part of it can be traced to it. */
export function decodeArgument<T>(argument: Value | undefined, type: ValueType<T>): T {
  const value = argument ?? { type: 'null' };
  return within(value, '', () => type.decode(value));
}

/** Runs the body of a function; an error that is not about a value becomes one about the function. */
export function reported<T>(self: FunctionValue, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof ValueError
      ? error
      : new ValueError(self, error instanceof Error ? error.message : String(error));
  }
}
