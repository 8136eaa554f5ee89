import type { Metadata } from '@grpc/grpc-js';
import { DecodeError, message } from '../../../otlp/message.ts';

type Duration = { seconds: bigint; nanos: number };
type Any = { typeUrl: string; value: Uint8Array };

// google.rpc.Status, google.protobuf.Any and google.rpc.RetryInfo, with the fields that are needed here.
const Duration = message<Duration>('google.protobuf.Duration', {
  seconds: { no: 1, type: 'int64' },
  nanos: { no: 2, type: 'int32' },
});
const Any = message<Any>('google.protobuf.Any', {
  typeUrl: { no: 1, type: 'string' },
  value: { no: 2, type: 'bytes' },
});
const Status = message<{ details: Any[] }>('google.rpc.Status', {
  details: { no: 3, type: { message: () => Any }, repeated: true },
});
const RetryInfo = message<{ retryDelay?: Duration }>('google.rpc.RetryInfo', {
  retryDelay: { no: 1, type: { message: () => Duration } },
});

/**
 * The retry delay that a server asks for when it refuses a call, in milliseconds (OTLP 1.x, "OTLP/gRPC Throttling");
 * undefined if it asks for none.
 */
export function readRetryDelay(trailers: Metadata): number | undefined {
  const [status] = trailers.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(status)) {
    return undefined;
  }
  try {
    const details = Status.decode(status).details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.RetryInfo'));
    if (details === undefined) {
      return undefined;
    }
    const { seconds, nanos } = RetryInfo.decode(details.value).retryDelay ?? { seconds: 0n, nanos: 0 };
    return Math.max(0, Number(seconds) * 1000 + nanos / 1e6);
  } catch (error) {
    if (error instanceof DecodeError) {
      return undefined;
    }
    throw error;
  }
}
