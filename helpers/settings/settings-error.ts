/** Settings that can't be used; `message` lists every problem with what would be right, `fix` says what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}
