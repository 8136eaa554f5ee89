import { Client, credentials } from '@grpc/grpc-js';
import type { ExportResponse as Response } from '../otlp/schema.ts';
import { ExportResponse, LogsData, MetricsData, TracesData } from '../otlp/schema.ts';
import type { Export } from './otlp-http.ts';

const SERVICE = 'opentelemetry.proto.collector';
const DEADLINE_MS = 10_000;

/**
 * Sends one export to an OTLP/gRPC receiver at `address` (`host:port`, in clear text) and returns its answer
 * (OTLP 1.x, "OTLP/gRPC"). Throws grpc-js's `ServiceError` if it is refused or not answered within 10 s.
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
        (error, answer) => (error === null ? resolve(answer ?? {}) : reject(error)),
      );
    });
  } finally {
    client.close();
  }
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
