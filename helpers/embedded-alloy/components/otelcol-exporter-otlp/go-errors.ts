import { STATUS_CODES } from 'node:http';
import { CONNECT_REASONS, formatTlsError } from '../../pipeline/http/connect-errors.ts';

/** The error codes of RFC 9113, section 7, by number. */
const HTTP2_ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/**
 * Translates the `details` of a grpc-js error to what Go's gRPC, and so Alloy, reports for failures that the client
 * detects. A message from the server stays as it is.
 */
export function formatAsGo(details: string): string {
  if (details.startsWith('Deadline exceeded after ')) {
    const waiting = details.includes('Waiting for') ? ' while waiting for connections to become ready' : '';
    return `context deadline exceeded${waiting}`;
  }
  if (details.startsWith('Name resolution failed for target ')) {
    return 'no children to pick from';
  }
  const port = /^Failed to parse DNS address dns:[^:]*:(.*)$/.exec(details)?.[1];
  if (port !== undefined) {
    return formatConnectionError(`transport: Error while dialing: dial tcp: lookup tcp/${port}: unknown port`);
  }
  const unconnected = /No connection established\. Last error: (?!.*Last error: )(.*)\. Resolution note: /s.exec(
    details,
  );
  if (unconnected !== null) {
    return formatConnectionError(formatConnectError(unconnected[1] ?? ''));
  }
  if (details === 'Connection dropped') {
    return 'error reading from server: EOF';
  }
  const httpStatus = /^Received HTTP status code (\d+)$/.exec(details)?.[1];
  if (httpStatus !== undefined) {
    return `unexpected HTTP status code received from server: ${httpStatus} (${STATUS_CODES[httpStatus] ?? ''})`;
  }
  const reset = /^Received RST_STREAM with code (\d+)/.exec(details)?.[1];
  if (reset !== undefined) {
    return `stream terminated by RST_STREAM with error code: ${HTTP2_ERRORS[Number(reset)] ?? reset}`;
  }
  return details;
}

function formatConnectionError(reason: string): string {
  return `connection error: desc = ${JSON.stringify(reason)}`;
}

function formatConnectError(error: string): string {
  const [, code = '', address = ''] = /connect (E[A-Z]+) (\S+:\d+)/.exec(error) ?? [];
  const refusal = CONNECT_REASONS[code];
  if (refusal !== undefined) {
    return `transport: Error while dialing: dial tcp ${addBrackets(address)}: connect: ${refusal}`;
  }
  if (error.startsWith('Failed to connect')) {
    return 'error reading server preface: EOF';
  }
  if (error.startsWith('Protocol error')) {
    return 'error reading server preface: http2: failed reading the frame payload: http2: frame too large, note that the frame header looked like an HTTP/1.1 header';
  }
  return `transport: authentication handshake failed: ${formatTlsError(error)}`;
}

/** `::1:4317` as `[::1]:4317`. */
function addBrackets(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return host.includes(':') ? `[${host}]${address.slice(colon)}` : address;
}
