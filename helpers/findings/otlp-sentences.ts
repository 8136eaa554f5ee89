import type { CloudService } from '../settings/cloud.ts';
import type { Items } from './evidence.ts';
import { ITEM_NAMES } from './evidence-sentences.ts';
import type { FindingKind, RefusedLogin, Signal } from './finding.ts';
import type { Place } from './place.ts';
import { describeFlaw, describeLine, describePlace, describeWhere, getWholeVariable, nameCorrection } from './place.ts';
import {
  adviseOnAnyStatus,
  adviseOnLogin,
  adviseOnLostLogin,
  adviseOnOtherLogin,
  adviseOnPassword,
  describeLogin,
  describeLostLogin,
  describeOddPassword,
  describeOddSource,
  describeUnreachable,
  IS_LIMIT,
  isOddSource,
  quote,
} from './sending-words.ts';
import { list, nameAddress, nameComponent, type Sentences } from './words.ts';

/** The words for findings about what is sent over OTLP: receivers, their outputs, and the exporter. */
export const OTLP_SENTENCES = {
  'endpoint of another service': ({ service, other, place, status }) => ({
    cause: `${describePlace(place)} is that of ${CLOUD_SERVICE_NAMES[other]}, ${place.value ?? place.expression}${describeVariable(place)}${status === undefined ? '' : `, which answers ${status}`}`,
    fix: /^(?:traces|metrics|logs)_endpoint$/.test(place.setting ?? '')
      ? `Remove ${place.setting}${describeWhere(place)}: the exporter sends each signal below the endpoint of its client block`
      : getWholeVariable(place) === `GRAFANA_CLOUD_${service}_ENDPOINT`
        ? `Set GRAFANA_CLOUD_${service}_ENDPOINT to the address of ${CLOUD_SERVICE_NAMES[service]}`
        : `Let ${place.setting}${describeWhere(place)} be sys.env("GRAFANA_CLOUD_${service}_ENDPOINT")`,
  }),

  'signal endpoint not found': ({ signal, status, place }) => ({
    cause: `the OTLP gateway answers ${status} to ${signal}: ${place.value ?? place.expression}, ${describePlace(place)}, is not a path that it serves`,
    fix: `Make ${place.setting}${describeWhere(place)} end in /otlp/v1/${signal}, or remove it: the exporter then adds that path to the endpoint of its client block`,
  }),

  'compression refused': ({ place, status, message }) => ({
    cause: `${place.component} sends with ${place.setting} = ${place.expression}${describeLine(place)}, and gets ${status}: ${message}`,
    fix: `Remove ${place.setting}${describeWhere(place)}: the default is gzip`,
  }),

  'answer awaited too briefly': ({ place }) => ({
    cause: `${place.component} gives up after ${place.value ?? place.expression} (${place.setting}${describeWhere(place)}), before it is answered`,
    fix: `Raise ${place.setting}${describeWhere(place)}, or remove it: the default is 30s`,
  }),

  'receiver at another path': ({ signal, path, place }) => ({
    cause: `${place.component} takes ${signal} at ${path} (${place.setting}${describeWhere(place)}), and they are sent to /v1/${signal}`,
    fix: `Remove ${place.setting}${describeWhere(place)}, or let the senders use that path`,
  }),

  'OTLP login refused': ({ login, place, lostOnWayTo, ...refused }) => ({
    cause:
      lostOnWayTo !== undefined
        ? describeLostLogin('the OTLP gateway', lostOnWayTo, refused)
        : login === 'none'
          ? `${place.component} sends without a login${describeLine(place)}, and the OTLP gateway answers 401 Unauthorized; Alloy drops the data, while senders get 200 and every component is healthy`
          : `the OTLP gateway answers 401 Unauthorized to ${describeLogin(refused)}${describeFlaw(place)}${describeOddSource(place, 'OTLP')}${describeOddPassword(refused)}; ` +
            'Alloy drops the data, while senders get 200 and every component is healthy',
    fix: lostOnWayTo !== undefined ? adviseOnLostLogin(lostOnWayTo) : adviseOnOtlpLogin(login, place, refused),
  }),

  'OTLP path not found': ({ url, place }) => ({
    cause: `the OTLP gateway answers 404: ${url ?? "the exporter's endpoint"}${describeLine(place)} is not a path that it serves`,
    fix:
      place.value !== undefined && /\/v1\/\w+\/?$/.test(place.value)
        ? `Remove ${/\/v1\/\w+\/?$/.exec(place.value)?.[0]} from ${nameCorrection(place)}: the exporter adds the path of each signal itself`
        : place.value !== undefined && /\/otlp\/?$/.test(place.value)
          ? `Look at what answers at ${place.value}, a proxy or another gateway: the path is that of the OTLP gateway, and it changes it or serves another one`
          : `Make ${nameCorrection(place)} end in /otlp: the exporter adds the path of each signal itself`,
  }),

  'exporter of another protocol': ({ place }) => ({
    cause: `${place.component} speaks gRPC, and its endpoint is an HTTP URL: ${place.value ?? place.expression}${describeLine(place)}`,
    fix: `Use otelcol.exporter.otlphttp in its place, and let every output that names ${place.component}.input name that`,
  }),

  'OTLP endpoint unreachable': ({ reason, place, leadsTo }) => describeUnreachable(place, 'endpoint', reason, leadsTo),

  'OTLP export refused': ({ status, signals, others, message, place, batch, headers }) => ({
    cause: `the OTLP gateway answers ${status} to ${list(signals)} of ${nameComponent(place)}${others.length === 0 ? '' : `, and takes ${list(others)}`}${quote(message)}${
      headers === undefined
        ? ''
        : `; ${describePlace(headers)} replaces headers that the exporter sets itself: ${headers.expression}`
    }`,
    fix:
      headers === undefined
        ? adviseOnExport({ status, signals, others, message, place, batch })
        : `Take those headers out of ${headers.setting}${describeWhere(headers)}: the exporter says itself what it sends`,
  }),

  'sending queue full': ({ place }) => ({
    cause: `${place.component} refuses what its queue does not hold: ${place.setting} is ${place.expression}${describeLine(place)}; what it is given beyond that is dropped`,
    fix: `Raise ${place.setting}${describeWhere(place)}, or remove it: the default is 1000`,
  }),

  'no OTLP response': ({ reason, place }) => ({
    cause: `what answers to ${nameComponent(place)} at ${nameAddress(place, 'its endpoint')} is not an OTLP gateway: ${reason}`,
    fix: `Make ${nameCorrection(place)} the OTLP gateway's address, and look for a proxy on the way that answers in its place`,
  }),

  'partial success': ({ signal, count, message, place }) => ({
    cause: `the OTLP gateway rejects ${count} ${ITEM_NAMES[ITEMS[signal]]} of the ${signal} that it takes from ${nameComponent(place)} (partial success)${quote(message)}; Alloy counts them as sent and does not send them again`,
    fix: adviseOnRejected(signal, message),
  }),

  'no OTLP receiver': ({ file }) => ({
    cause: `${file} has no otelcol.receiver.otlp: nothing receives what is sent over OTLP`,
    fix: 'Add an otelcol.receiver.otlp with grpc and http, and an output for each signal',
  }),

  'receiver elsewhere': ({ protocol, place, endpoint, asked }) => ({
    cause:
      endpoint === ''
        ? `${place.component} has no ${protocol} block${describeLine(place)}, so that nothing listens at ${asked}`
        : `${place.component} listens for OTLP/${protocol === 'grpc' ? 'gRPC' : 'HTTP'} on ${endpoint}${describeLine(place)}, and it is sent to ${asked}`,
    fix:
      endpoint === ''
        ? `Add a ${protocol} block${describeWhere(place)} with endpoint = sys.env("ALLOY_OTLP_${protocol.toUpperCase()}_LISTEN")`
        : getWholeVariable(place) === undefined
          ? `Let ${protocol}.endpoint read ALLOY_OTLP_${protocol.toUpperCase()}_LISTEN${describeWhere(place)}, which a run sets, as in the shipped configuration`
          : `Set ${getWholeVariable(place)} to the address that senders have`,
  }),

  'signal without output': ({ signal, place, example }) => ({
    cause: `${place.component} has no output for ${signal}${describeLine(place)}: they end there, or are refused`,
    fix: `Add ${signal} = ${example ?? '[…]'} to its output block`,
  }),

  'receiver refuses': ({ signal, place, between, answer }) => ({
    cause:
      answer === undefined
        ? `${describePlace(place)} refuses all ${signal} that it is sent: what is behind it takes none`
        : `${describePlace(place)} answers ${answer.status} to an export of ${signal} that is well-formed${answer.reason === '' ? '' : `: ${answer.reason}`}`,
    fix: `Look for the reason in Alloy's log${between.length === 0 ? '' : `, and at ${list(between.map(describePlace))}`}`,
  }),

  'receiver setting refuses': ({ protocol, place, status }) => {
    const { setting = '', expression } = place;
    return {
      cause: `${place.component} ${status === undefined ? 'gives no answer' : `answers ${status}`} to exports over OTLP/${protocol === 'grpc' ? 'gRPC' : 'HTTP'}: ${expression === undefined ? `it has ${setting}` : `its ${setting} is ${expression}`}${describeLine(place)}`,
      fix: `${RECEIVER_FIXES[setting] ?? `Change ${setting},`}${describeWhere(place)}`,
    };
  },

  'nothing accepted over OTLP': ({ signal, grpc, http }) => ({
    cause: `Alloy has accepted no ${signal} over OTLP in this run, at ${grpc} or ${http}`,
    fix: `Check that what should send ${signal} runs, and sends them there`,
  }),

  'held too long': ({ place, timeout }) => {
    const setting = place.setting ?? 'timeout';
    const variable = setting === 'timeout' ? 'ALLOY_OTLP_BATCH_TIMEOUT' : 'ALLOY_REMOTE_WRITE_DEADLINE';
    return {
      cause: `${place.component} keeps a batch for ${timeout}${describeLine(place)}, which is longer than the criteria wait`,
      fix: `Let ${setting} read ${variable}${describeWhere(place)}, or set that variable to what it is, so that the criteria wait`,
    };
  },

  'nothing exported over OTLP': ({ signal, between }) => ({
    cause: `Alloy has accepted ${signal} over OTLP, and no exporter has sent any`,
    fix:
      between.length === 0
        ? "Let the output of otelcol.receiver.otlp end at an exporter's input (Alloy shows the graph at /graph)"
        : `Look at what they pass: ${list(between.map(describePlace))}`,
  }),
} satisfies Partial<Sentences>;

/** ` (GRAFANA_CLOUD_OTLP_ENDPOINT)`, where the setting is a variable. */
function describeVariable(place: Place): string {
  const variable = getWholeVariable(place);
  return variable === undefined ? '' : ` (${variable})`;
}

function adviseOnOtlpLogin(login: 'basic' | 'other' | 'none', place: Place, refused: RefusedLogin): string {
  if (place.misspelt !== undefined || (place.flaw !== undefined && !isOddSource(place, 'OTLP')))
    return `Correct ${nameCorrection(place)}`;
  if (login === 'other' && place.misspelt === undefined)
    return adviseOnOtherLogin(place, 'an otelcol.auth.basic', 'OTLP');
  if (login === 'none') return `Let auth in its client block be the handler of an otelcol.auth.basic`;
  if (isOddSource(place, 'OTLP'))
    return `Let ${place.setting ?? 'username'}${describeWhere(place)} be sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID"): the OTLP gateway has an ID of its own`;
  if (refused.oddPassword !== undefined) return adviseOnPassword(refused.oddPassword);
  return refused.twin === undefined
    ? adviseOnLogin('OTLP', refused, 'OpenTelemetry > Configure')
    : "Set GRAFANA_CLOUD_OTLP_INSTANCE_ID to the OTLP gateway's own ID: Grafana Cloud shows it under your stack > OpenTelemetry > Configure";
}

/** The items of each signal. */
const ITEMS: Readonly<Record<Signal, Items>> = { traces: 'spans', metrics: 'metric_points', logs: 'log_records' };

/** What a setting of a receiver that refuses exports has to be. */
const RECEIVER_FIXES: Readonly<Record<string, string>> = {
  max_request_body_size: 'Raise max_request_body_size, or leave it out (its default is 20MiB),',
  max_recv_msg_size: 'Raise max_recv_msg_size, or leave it out (its default is 4MiB),',
  compression_algorithms: 'Let compression_algorithms have "" and "gzip", as senders use them, or leave it out,',
  auth: 'Give senders the login that auth wants, or leave it out,',
  tls: 'Let senders use https://, with the authority of its certificate, or leave the tls block out,',
};

/** How less of a signal is sent. */
const SEND_LESS: Readonly<Record<Signal, string>> = {
  traces: 'sample traces (otelcol.processor.tail_sampling)',
  metrics: 'export fewer series, or less often (OTEL_METRIC_EXPORT_INTERVAL)',
  logs: 'log less',
};

/** What is answered to bytes that are no export (protobuf, gzip and JSON libraries of Go and JavaScript). */
const UNREADABLE =
  /wire ?type|unexpected EOF|illegal tag|invalid (?:tag|header|character|varint)|unmarshal|can(?:'|no)?t (?:be )?(?:decode|parse|skip)|proto:/i;

/** What to do about an answer to an export. */
function adviseOnExport(
  refused: Omit<FindingKind<'OTLP export refused'>, 'kind' | 'batch' | 'headers'> & {
    readonly batch: Place | undefined;
  },
): string {
  const { status, signals, others, message, place, batch } = refused;
  if (status === 402 || status === 429 || ((status === 400 || status === 422) && IS_LIMIT.test(message)))
    return `Send less, or have the limits of the stack raised: ${list(signals)} are more than they allow. To send less, ${list(signals.map((signal) => SEND_LESS[signal]))}`;
  if (status === 404)
    return `Let what answers at ${nameAddress(place, place.component)} serve ${list(signals.map((signal) => `/v1/${signal}`))}, as it serves ${list(others)}, or send ${list(signals)} to what does`;
  if (status === 401 || status === 403)
    return `Give the access policy of GRAFANA_CLOUD_API_KEY the ${signals.length === 1 ? 'scope' : 'scopes'} ${list(signals.map((signal) => `${signal}:write`))}, and look at its allow-list of addresses`;
  if (status === 413)
    return batch === undefined
      ? `Send smaller exports: put an otelcol.processor.batch with a send_batch_max_size before ${place.component}`
      : `Send smaller exports: set send_batch_size and send_batch_max_size of ${nameComponent(batch)} to less; or have a proxy on the way take larger ones`;
  if (status === 415)
    return `Let encoding and compression of ${nameComponent(place)} be what the gateway takes: proto and gzip`;
  if (status === 400 && others.length === 0 && UNREADABLE.test(message))
    return `Look for a proxy on the way to ${nameAddress(place, place.component)} that changes what it passes on, such as one that removes Content-Encoding: what arrives can't be decoded, of any signal. With compression = "none" in the client block it would get through`;
  if (status === 400 || status === 422)
    return `Correct the ${list(signals)} that are sent: the gateway refuses their content, and Alloy drops the whole export. Its answer says what is wrong, or else look for a proxy on the way that changes what it passes on`;
  return adviseOnAnyStatus(status, place);
}

/** The names of the services of Grafana Cloud for people. */
const CLOUD_SERVICE_NAMES: Readonly<Record<CloudService, string>> = {
  OTLP: 'the OTLP gateway',
  PROMETHEUS: 'Prometheus',
  LOKI: 'Loki',
  TEMPO: 'Tempo',
};

/** What to do about items that the gateway rejects, by what it says of them (the words of Mimir's OTLP receiver). */
function adviseOnRejected(signal: Signal, message: string): string {
  const [, metric] = /"([\w.]+)"/.exec(message) ?? [];
  const maker = metric === undefined ? 'the service that sends them' : `the service that sends ${metric}`;
  if (/invalid temporality/.test(message)) {
    return `Have ${maker} export totals, not changes: cumulative temporality (OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, or temporalityPreference of its exporter)`;
  }
  if (/exponential histogram|native histogram/.test(message)) {
    return `Have ${maker} use a histogram with explicit buckets, the default, or have native histograms switched on in Grafana Cloud`;
  }
  return `Correct what the answer reports in the ${signal} that are sent: the gateway takes the others of the same export`;
}
