/**
 * A run that could not be made, as opposed to a criterion that failed: callers end with exit code 2 and print
 * `message` (what was expected and found) and `fix` (what to do).
 */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}
