/** Why an exporter could not send, in Alloy's own words. */

/** An error of an exporter, taken apart. */
export type ExportError = {
  /** The HTTP status that the other side answered; undefined if there was no answer. */
  readonly status?: number;
  /** Where it was sent to. */
  readonly url?: string;
  /** What the other side said, or what kept it from being asked; one line. */
  readonly reason: string;
  /** It answered success, and not as OTLP does. */
  readonly isNoOtlp?: true;
};

/**
 * Reads the error of a log line of an OTLP exporter or of remote write, as Alloy 1.18 and the embedded one write them:
 * `… request to http://HOST/otlp/v1/traces responded with HTTP Status Code 401`,
 * `… server returned HTTP status 400 Bad Request: out of bounds`,
 * `… Post "http://HOST/otlp/v1/logs": dial tcp 127.0.0.1:9: connect: connection refused`.
 */
export function readExportError(text: string): ExportError {
  const error = text.replaceAll(/\s+/g, ' ').trim();
  const answered = /request to (\S+) responded with HTTP Status Code (\d+)(?:, Message=(.*?))?(?:, Details=.*)?$/.exec(
    error,
  );
  if (answered !== null) {
    const [, url = '', status, message = ''] = answered;
    return { status: Number(status), url, reason: message };
  }
  const returned = /server returned HTTP status (\d+) ?(.*)$/.exec(error);
  if (returned !== null) return { status: Number(returned[1]), reason: returned[2] ?? '' };
  // What is redirected is asked for with GET.
  const posted = /\b(?:Post|Get) "([^"]+)": (.*)$/.exec(error);
  if (posted !== null) return { url: posted[1] ?? '', reason: posted[2] ?? '' };
  const parsed = /error parsing (?:protobuf|json) response.*$/.exec(error);
  if (parsed !== null) return { reason: parsed[0], isNoOtlp: true };
  return { reason: error.replace(/^.*\bdesc = /, '') };
}
