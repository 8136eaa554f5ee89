/** A well-formed export that the hosted service refuses, in whole or in part; `status` is the answer's. */
export class RefusedExport extends Error {
  override readonly name = 'RefusedExport';
  readonly status: 400 | 422;
  constructor(status: 400 | 422, message: string) {
    super(message);
    this.status = status;
  }
}
