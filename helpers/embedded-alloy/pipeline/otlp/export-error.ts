import { describeError } from '../../language/describe-error.ts';
/** A failed export, and whether it may be retried. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly permanent: boolean;
  /** The label `error_type` of the metrics: the name of a gRPC status, `Deadline_Exceeded`, `Shutdown` or `_OTHER`. */
  readonly type: string;
  /** The minimum delay before a retry that the server asked for; 0 for none. */
  readonly retryAfterMs: number;

  constructor(message: string, kind: { permanent?: boolean; type?: string; retryAfterMs?: number } = {}) {
    super(message);
    this.permanent = kind.permanent ?? false;
    this.type = kind.type ?? '_OTHER';
    this.retryAfterMs = kind.retryAfterMs ?? 0;
  }
}

/** Converts `error` to an {@link ExportError}, with `prefix` before its message. */
export function toExportError(error: unknown, prefix = ''): ExportError {
  if (error instanceof ExportError) {
    const { permanent, type, retryAfterMs } = error;
    return prefix === '' ? error : new ExportError(`${prefix}${error.message}`, { permanent, type, retryAfterMs });
  }
  return new ExportError(`${prefix}${describeError(error)}`);
}
