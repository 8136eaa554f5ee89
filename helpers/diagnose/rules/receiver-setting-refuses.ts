import { findSetting, readList } from '../../clients/alloy-graph.ts';
import { findAttribute, findBlock } from '../../flow/configuration-text.ts';
import type { Component } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import type { FailedExport } from '../../otlp/failed-export.ts';
import { createRule } from '../rule.ts';
import { readAddress } from '../sources.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * The receiver has a setting by which it takes no export of the run, or of a service, as its answer says.
 *
 * `otelcol.receiver.otlp.services answers HTTP 400 to exports over OTLP/HTTP: its max_request_body_size is "256B" (grafana-alloy/config.alloy:18)`
 */
export const receiverSettingRefuses = createRule('receiver setting refuses', (symptoms) => {
  const { flow } = symptoms;
  if (flow === undefined) return undefined;
  const receivers = flow.components.filter(({ name }) => name === 'otelcol.receiver.otlp');
  for (const answer of [...listOwn(symptoms), ...listOfServices(symptoms, receivers)]) {
    for (const receiver of receivers) {
      const [only, ...others] = REFUSING[answer.protocol].filter((one) => isWhy(one, receiver, answer));
      if (only === undefined || others.length > 0) continue;
      const place = locate(flow, receiver, answer.protocol, only.setting);
      return { protocol: answer.protocol, place, ...(answer.status !== undefined && { status: answer.status }) };
    }
  }
  return undefined;
});

/** What a sender was answered; `reason` is undefined where only its status is known. */
type Answer = Pick<FailedExport, 'protocol' | 'status'> & { readonly reason?: string };

/** A setting in a receiver's block of a protocol, the answers that it can be why of, and the words in which they say so. */
type Refusing = {
  readonly setting: string;
  readonly statuses: readonly (string | undefined)[];
  readonly words?: RegExp;
};

/** As Alloy 1.18 answers; without an answer there is no status. */
const REFUSING: Readonly<Record<FailedExport['protocol'], readonly Refusing[]>> = {
  http: [
    { setting: 'max_request_body_size', statuses: ['HTTP 400', 'HTTP 413'], words: /body too large/ },
    { setting: 'compression_algorithms', statuses: ['HTTP 400'], words: /unsupported Content-Encoding/ },
    { setting: 'auth', statuses: ['HTTP 401', 'HTTP 403'] },
    { setting: 'tls', statuses: ['HTTP 400', undefined], words: /HTTPS server|other side closed|ECONNRESET/ },
  ],
  grpc: [
    { setting: 'max_recv_msg_size', statuses: ['RESOURCE_EXHAUSTED'], words: /message larger than max/ },
    { setting: 'auth', statuses: ['UNAUTHENTICATED', 'PERMISSION_DENIED'] },
    {
      setting: 'tls',
      statuses: ['UNAVAILABLE', undefined],
      words: /^No connection|^Connection dropped|socket|ECONNRESET/,
    },
  ],
};

function isWhy(
  { setting, statuses, words }: Refusing,
  receiver: Component,
  { protocol, status, reason }: Answer,
): boolean {
  const isSaid = reason === undefined || words === undefined || words.test(reason);
  return isSaid && statuses.includes(status) && refuses(receiver, protocol, setting);
}

/** Whether the receiver has the setting; one that it has anyway, in a way that refuses what senders send. */
function refuses({ written, settings }: Component, protocol: string, setting: string): boolean {
  if (setting === 'compression_algorithms') {
    const taken = readList(settings, protocol, setting)?.map(({ value }) => value);
    return taken !== undefined && !['', 'gzip'].every((one) => taken.includes(one));
  }
  if (written === undefined) return findSetting(settings, protocol, setting) !== undefined;
  return findAttribute(written, protocol, setting) !== undefined || findBlock(written, protocol, setting) !== undefined;
}

function listOwn({ evidence }: Symptoms): Answer[] {
  return evidence.kind === 'error' && evidence.failed !== undefined ? [evidence.failed] : [];
}

/** What services say that a collector at the port of one of the receivers answers to them. */
function listOfServices({ services, run }: Symptoms, receivers: readonly Component[]): Answer[] {
  const ports = [run.alloy.otlpHttp, ...receivers.map((receiver) => `http://${readEndpoint(receiver)}`)].map(readPort);
  return services
    .flatMap(({ outages }) => outages)
    .filter(
      ({ signals, address }) => signals !== undefined && address !== undefined && ports.includes(readPort(address)),
    )
    .map(({ status, reason }) =>
      status === undefined ? { protocol: 'http', reason } : { protocol: 'http', status: `HTTP ${status}` },
    );
}

function readEndpoint({ settings }: Component): string {
  return String(findSetting(settings, 'http', 'endpoint')?.value?.value ?? '');
}

function readPort(address: string): number | undefined {
  return readAddress(address)?.port;
}
