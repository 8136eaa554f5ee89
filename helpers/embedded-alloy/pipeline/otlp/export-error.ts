import { describeError } from '../../language/describe-error.ts';
/** Why an export failed, and whether another attempt could help. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly permanent: boolean;
  /** The label `error_type` of the metrics: the name of a gRPC status, `Deadline_Exceeded`, `Shutdown` or `_OTHER`. */
  readonly type: string;
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number;

  constructor(message: string, kind: { permanent?: boolean; type?: string; retryAfterMs?: number } = {}) {
    super(message);
    this.permanent = kind.permanent ?? false;
    this.type = kind.type ?? '_OTHER';
    this.retryAfterMs = kind.retryAfterMs ?? 0;
  }
}

/** `error` as an {@link ExportError}, with `prefix` before its message. */
export function toExportError(error: unknown, prefix = ''): ExportError {
  if (error instanceof ExportError) {
    const { permanent, type, retryAfterMs } = error;
    return prefix === '' ? error : new ExportError(`${prefix}${error.message}`, { permanent, type, retryAfterMs });
  }
  return new ExportError(`${prefix}${describeError(error)}`);
}
