import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { ExportFailed } from '../otlp/failed-export.ts';
import type { ExportResponse as Response } from '../otlp/schema.ts';
import { ExportResponse, LogsData, MetricsData, TracesData } from '../otlp/schema.ts';
import { type Export, nameSignal } from './otlp-http.ts';

const SERVICE = 'opentelemetry.proto.collector';
const DEADLINE_MS = 10_000;

/**
 * Sends one export to an OTLP/gRPC receiver at `address` (`host:port`, in clear text) and returns its answer
 * (OTLP 1.x, "OTLP/gRPC"). Throws {@link ExportFailed} if it is refused or not answered within 10 s.
 */
export async function sendGrpc(address: string, data: Export): Promise<Response> {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  try {
    return await new Promise<Response>((resolve, reject) => {
      const { method, bytes } = encodeCall(data);
      client.makeUnaryRequest(
        method,
        (body: Buffer) => body,
        (body: Buffer) => ExportResponse.decode(body),
        bytes,
        { deadline: Date.now() + DEADLINE_MS },
        (error, answer) => (error === null ? resolve(answer ?? {}) : reject(readFailure(address, data, error))),
      );
    });
  } finally {
    client.close();
  }
}

/** What grpc-js says itself where nobody has answered: it has a code for that, too. */
const NO_ANSWER =
  /^(?:No connection established|Connection dropped|Name resolution failed|Deadline exceeded|Received HTTP status)/;

function readFailure(url: string, data: Export, error: ServiceError): ExportFailed {
  const isAnswer = !NO_ANSWER.test(error.details);
  return new ExportFailed(
    {
      protocol: 'grpc',
      url,
      signal: nameSignal(data),
      ...(isAnswer && { status: status[error.code] }),
      reason: error.details,
    },
    { cause: error },
  );
}

function encodeCall(data: Export): { method: string; bytes: Buffer } {
  if ('traces' in data) {
    return { method: `/${SERVICE}.trace.v1.TraceService/Export`, bytes: Buffer.from(TracesData.encode(data.traces)) };
  }
  if ('metrics' in data) {
    return {
      method: `/${SERVICE}.metrics.v1.MetricsService/Export`,
      bytes: Buffer.from(MetricsData.encode(data.metrics)),
    };
  }
  return { method: `/${SERVICE}.logs.v1.LogsService/Export`, bytes: Buffer.from(LogsData.encode(data.logs)) };
}
