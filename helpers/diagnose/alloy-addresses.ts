import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { request } from 'undici';
import { getPage } from '../clients/page.ts';
import type { WrongAddress } from '../findings/finding.ts';
import type { AlloyEndpoint } from '../run/run.ts';
import { scaleToLoad } from './load.ts';
import { readAddress } from './sources.ts';

const TIMEOUT_MS = 2000;

type Answer = WrongAddress['answer'];

/** The addresses of an Alloy at which something else answers, or nothing. All three are asked; each answer proves itself. */
export async function listWrongAddresses({ url, otlpGrpc, otlpHttp }: AddressesOfAlloy): Promise<WrongAddress[]> {
  const asked = [
    ['ALLOY_URL', url, url, askAlloy],
    ['ALLOY_OTLP_GRPC', otlpGrpc, `http://${otlpGrpc}`, askGrpc],
    ['ALLOY_OTLP_HTTP', otlpHttp, otlpHttp, askHttp],
  ] as const;
  const found = await Promise.all(
    asked.map(async ([variable, address, base, ask]) => {
      const answer = (await findConnectProblem(base)) ?? (await ask(base).catch((): Answer => 'another protocol'));
      return answer === undefined ? [] : [{ variable, address, answer }];
    }),
  );
  return found.flat();
}

type AddressesOfAlloy = Pick<AlloyEndpoint, 'url' | 'otlpGrpc' | 'otlpHttp'>;

async function findConnectProblem(url: string): Promise<Answer | undefined> {
  const { host = '', port = 0 } = readAddress(url) ?? {};
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(scaleToLoad(TIMEOUT_MS)) });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'unknown host' : 'nothing';
  } finally {
    socket.destroy();
  }
}

/** Alloy names itself in its metrics. */
async function askAlloy(url: string): Promise<Answer | undefined> {
  const { status, contentType, body } = await getPage(`${url}/metrics`, TIMEOUT_MS);
  return /^alloy_build_info\b/m.test(body) ? undefined : describeStranger(status, contentType);
}

/** A receiver has an output for one signal at least, and answers an empty export of that with a JSON object. */
async function askHttp(url: string): Promise<Answer | undefined> {
  const answers = await Promise.all(['traces', 'metrics', 'logs'].map((signal) => post(`${url}/v1/${signal}`)));
  if (answers.some(({ isOtlp }) => isOtlp)) return undefined;
  const [{ status, contentType } = { status: 0, contentType: '' }] = answers;
  return describeStranger(status, contentType);
}

async function post(url: string) {
  const { statusCode, headers, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const isOtlp = /^\{\s*("partialSuccess"|"code"|"message"|\})/.test(await body.text());
  return { status: statusCode, contentType: String(headers['content-type'] ?? ''), isOtlp };
}

/** Whatever a gRPC server answers, it says that it is gRPC. */
async function askGrpc(url: string): Promise<Answer | undefined> {
  const session = connectHttp2(url);
  try {
    const call = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // An error of the session ends the call too.
    session.on('error', () => {});
    call.on('error', () => {});
    call.end(Buffer.alloc(5));
    const [headers] = await once(call, 'response', { signal: AbortSignal.timeout(scaleToLoad(TIMEOUT_MS)) });
    if (String(headers['content-type']).startsWith('application/grpc')) return undefined;
  } catch {
    // It may speak HTTP/1, which tells what it is.
  } finally {
    session.destroy();
  }
  const { status, contentType } = await getPage(url, TIMEOUT_MS);
  return describeStranger(status, contentType);
}

function describeStranger(status: number, contentType: string): Answer {
  return contentType.startsWith('text/html') ? 'web page' : status;
}
