/** The names of the gRPC status codes by number (`google.rpc.Code`), as Go writes them. */
export const STATUS_NAMES: Readonly<Record<number, string>> = {
  0: 'OK',
  1: 'Canceled',
  2: 'Unknown',
  3: 'InvalidArgument',
  4: 'DeadlineExceeded',
  5: 'NotFound',
  6: 'AlreadyExists',
  7: 'PermissionDenied',
  8: 'ResourceExhausted',
  9: 'FailedPrecondition',
  10: 'Aborted',
  11: 'OutOfRange',
  12: 'Unimplemented',
  13: 'Internal',
  14: 'Unavailable',
  15: 'DataLoss',
  16: 'Unauthenticated',
};

/** Converts an HTTP status to a gRPC status code (OTLP 1.x, "Failures"). */
export function convertHttpStatus(httpStatus: number): number {
  switch (httpStatus) {
    case 400:
      return 3;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
      return 8;
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}
