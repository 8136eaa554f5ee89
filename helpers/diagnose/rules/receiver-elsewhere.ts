import { findSetting, readText } from '../../clients/alloy-graph.ts';
import type { Component } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';
import { readAddress } from '../sources.ts';

/**
 * The receiver listens on another port than the one to which the run and its services send, or has no block for that protocol.
 *
 * `otelcol.receiver.otlp.services listens for OTLP/HTTP on 0.0.0.0:4399 (grafana-alloy/config.alloy:18), and the run sends to 127.0.0.1:4318`
 */
export const receiverElsewhere = createRule('receiver elsewhere', ({ flow, stop, evidence, run }) => {
  // In a container the receiver has other ports than those that are published.
  if (flow === undefined || run.alloy.kind === 'container' || run.alloy.kind === 'external') return undefined;
  const asked = { http: run.alloy.otlpHttp, grpc: run.alloy.otlpGrpc };
  const isUnaccepted = stop?.of === 'signal' && stop.at === 'nothing accepted';
  if (evidence.kind === 'error' && evidence.failed?.status !== undefined) return undefined;
  const message = evidence.kind === 'error' ? evidence.message : '';
  const receivers = flow.components.filter(({ name }) => name === 'otelcol.receiver.otlp');
  for (const protocol of ['http', 'grpc'] as const) {
    const port = readPort(asked[protocol]);
    const isRefused = message.includes('ECONNREFUSED') && new RegExp(`:${port}\\b`).test(message);
    if (!isUnaccepted && !isRefused) continue;
    const [only] = receivers;
    const isBlockMissing = ({ settings }: Component) =>
      settings !== undefined && findSetting(settings, protocol) === undefined;
    if (only !== undefined && receivers.every(isBlockMissing)) {
      return { protocol, place: locate(flow, only), endpoint: '', asked: asked[protocol] };
    }
    const places = receivers.map((receiver) => ({ receiver, endpoint: readEndpoint(receiver, protocol) }));
    if (places.some(({ endpoint }) => endpoint === undefined || readPort(endpoint) === port)) continue;
    const [first] = places;
    if (first?.endpoint === undefined) continue;
    const place = locate(flow, first.receiver, protocol, 'endpoint');
    return { protocol, place, endpoint: first.endpoint, asked: asked[protocol] };
  }
  return undefined;
});

function readEndpoint({ settings }: Component, protocol: 'grpc' | 'http'): string | undefined {
  return readText(settings, protocol, 'endpoint');
}

function readPort(address: string): number | undefined {
  return readAddress(address.includes('://') ? address : `http://${address}`)?.port;
}
