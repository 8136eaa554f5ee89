import { describeError } from '../describe-error.ts';
import type { FunctionValue, Value } from '../evaluation/value.ts';
import { locateError, ValueError } from '../evaluation/value-error.ts';

/** Reads an argument of a function as a plain value. */
export type Reader<T> = (value: Value) => T;

/** Defines a function that takes the values of the language as they are. */
export function defineRawFunction(name: string, call: FunctionValue['call']): FunctionValue {
  return { type: 'function', name, call };
}

/**
 * Defines a function with a fixed number of arguments, which are read first. What `body` throws is reported at the
 * function.
 */
export function defineFunction<const Args extends readonly unknown[]>(
  name: string,
  readers: { readonly [Index in keyof Args]: Reader<Args[Index]> },
  body: (...args: Args) => Value,
): FunctionValue {
  return defineRawFunction(name, (args, self) => {
    if (args.length !== readers.length) {
      throw new ValueError(self, `expected ${readers.length} args, got ${args.length}`);
    }
    const plain = readers.map((read, index) => readArgument(args[index], read)) as unknown as Args;
    return reportAt(self, () => body(...plain));
  });
}

/** Reads an argument, so that an error about a part of it can be traced to it. */
export function readArgument<T>(argument: Value | undefined, read: Reader<T>): T {
  const value = argument ?? { type: 'null' };
  return locateError(value, '', () => read(value));
}

/** Runs the body of a function. An error that is not about a value becomes one about the function. */
export function reportAt<T>(self: FunctionValue, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof ValueError ? error : new ValueError(self, describeError(error));
  }
}
