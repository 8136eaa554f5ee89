import { BACKEND_SENTENCES } from './backend-sentences.ts';
import { DELIVERY_SENTENCES } from './delivery-sentences.ts';
import type { Finding, FindingKind, LogExcerpt, WrongAddress } from './finding.ts';
import { OTLP_SENTENCES } from './otlp-sentences.ts';
import { describeWhere, nameCorrection } from './place.ts';
import { toLine, toLines } from './plain-text.ts';
import { REMOTE_WRITE_SENTENCES } from './remote-write-sentences.ts';
import { SCRAPE_SENTENCES } from './scrape-sentences.ts';
import { SERVICE_SENTENCES } from './service-sentences.ts';
import { type Explanation, list, NAMES, type Sentences } from './words.ts';

/** Puts a finding into words, in a line each; the problems that a criterion lists keep their lines. */
export function describeFinding<K extends Finding['kind']>(finding: FindingKind<K>): Explanation {
  const { cause, fix } = SENTENCES[finding.kind as K](finding);
  return { cause: finding.kind === 'listed problems' ? toLines(cause) : toLine(cause), fix: toLine(fix) };
}

const SENTENCES: Sentences = {
  ...SERVICE_SENTENCES,
  ...SCRAPE_SENTENCES,
  ...OTLP_SENTENCES,
  ...REMOTE_WRITE_SENTENCES,
  ...DELIVERY_SENTENCES,
  ...BACKEND_SENTENCES,

  'messages not acknowledged': ({ queue, unacknowledged, ready, consumers, acknowledged }) => ({
    cause: `the queue ${queue} holds ${unacknowledged} ${unacknowledged === 1 ? 'message' : 'messages'} that its ${
      consumers === 1 ? 'consumer has' : `${consumers} consumers have`
    } taken and not acknowledged${acknowledged === 0 ? ', and none has been acknowledged' : ''}${ready === 0 ? '' : `; ${ready} more wait in it`}`,
    fix: `Have the consumer of ${queue} acknowledge each message when it has handled it (channel.ack in fixtures/services/messaging/consumer.ts), also where handling fails; its span ends only then`,
  }),

  'event lost': ({ processed, announced }) => ({
    cause: `${processed} ${processed === 1 ? 'row is' : 'rows are'} marked as processed, and ${announced === 0 ? 'none' : announced} of ${processed === 1 ? 'its' : 'their'} events was handled by the bot service: what is missing was lost between the two`,
    fix: `Look at how the daemon publishes (mandatory: true, and a message that RabbitMQ returns is published again: publish in fixtures/services/messaging/messaging.ts), and at what the bot service does with what it takes`,
  }),

  'dead letters wait': ({ queue, messages }) => ({
    cause: `the queue ${queue} holds ${messages === 1 ? '1 message' : `${messages} messages`}, which nobody takes: dead letters are not processed`,
    fix: `Have the notification daemon process that queue (deadLetters: true in fixtures/services/notification-daemon/main.ts, fixtures/services/messaging/process-dead-letters.ts)`,
  }),

  'dead letter lost': () => ({
    cause: `the message that the bot service has to reject is in no queue: it was acknowledged, or RabbitMQ dropped it on its way to the dead letters`,
    fix: `Have the bot service dead-letter what it can't read (fixtures/services/messaging/dead-letter.ts), and look at the binding of the dead-letter exchange and at policies with a time to live: rabbitmqctl list_bindings, rabbitmqctl list_policies`,
  }),

  'queue shared': ({ queue, consumers }) => ({
    cause: `the queue ${queue} has ${consumers} consumers, and this stack has started one: another program takes messages out of it`,
    fix: `Find that program (rabbitmqctl list_consumers; rabbitmqctl list_connections name peer_host client_properties), and stop it or give it a queue of its own`,
  }),

  'source says so': ({ source, metric, value, wanted, queue }) => ({
    cause: `${NAMES[source]} itself says that ${metric}${queue === undefined ? '' : ` of ${queue}`} is ${value}, as it has arrived, and not ${wanted}: the telemetry is right`,
    fix:
      queue === undefined
        ? `Look at what changes it in ${NAMES[source]} beside this run`
        : `Look at what takes messages out of queues in RabbitMQ: a policy (rabbitmqctl list_policies: max-length, message-ttl), or a consumer`,
  }),

  'listed problems': ({ problems, fix }) => ({ cause: problems.join('; '), fix }),

  'configuration error': ({ file, line, column, message, place, meant }) => {
    const { setting, variables = [], misspelt } = place ?? {};
    const reads = variables.length === 0 ? '' : `; ${setting} reads ${list(variables)}${place && describeWhere(place)}`;
    return {
      cause: `Alloy did not start: ${file}:${line}:${column}: ${message}${reads}`,
      fix:
        meant !== undefined
          ? `Name what that component exports: ${meant}${place === undefined ? '' : `, in ${place.setting}${describeWhere(place)}`}`
          : place === undefined
            ? 'Correct the configuration at that line'
            : misspelt !== undefined || variables.length === 0
              ? `Correct ${nameCorrection(place)}`
              : `Set ${list(variables)} to what ${setting} may be, or correct ${setting}${describeWhere(place)}`,
    };
  },

  'no answer from Alloy': ({ url, lastLog }) => ({
    cause: `Alloy gives no answer at ${url}${lastLog === undefined ? '' : `; its log ends with: ${describeLog(lastLog)}`}`,
    fix: 'Check whether it runs and listens at that address',
  }),

  'wrong address of Alloy': ({ addresses }) => ({
    cause: addresses
      .map(({ variable, address, answer }) => `${variable} leads to ${address}, where ${describeAnswer(answer)}`)
      .join('; '),
    fix: `${addresses.every(({ answer }) => answer === 'nothing') ? 'Start Alloy there, or set' : 'Set'} ${addresses
      .map(({ variable }) => `${variable} to ${ALLOY_ADDRESSES[variable]}`)
      .join(', ')}`,
  }),

  'unhealthy components': ({ ids, message, portInUse }) => ({
    cause: `${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'} not healthy: ${message}`,
    fix: portInUse
      ? 'Another program holds that port: stop it, or give Alloy another address (ALLOY_OTLP_GRPC_LISTEN, ALLOY_OTLP_HTTP_LISTEN)'
      : `Correct ${ids[0]} in the configuration; Alloy shows its state at /component/${ids[0]}`,
  }),

  'service unhealthy': ({ service, address, reason }) => ({
    cause: `${NAMES[service]} at ${address} reports that it does not work: ${reason}`,
    fix: /\b(?:column|relation|table|function|type) .* does not exist/.test(reason)
      ? `Add that to the schema in PostgreSQL (is a migration missing?), or correct the statement of ${NAMES[service]}`
      : `Repair what it names; the log of ${NAMES[service]} says more`,
  }),
};

const ALLOY_ADDRESSES: Readonly<Record<WrongAddress['variable'], string>> = {
  ALLOY_URL: "that of Alloy's own HTTP server, such as http://HOST:12345",
  ALLOY_OTLP_GRPC: 'that of grpc in its otelcol.receiver.otlp, such as HOST:4317',
  ALLOY_OTLP_HTTP: 'that of http in its otelcol.receiver.otlp, such as http://HOST:4318',
};

function describeAnswer(answer: WrongAddress['answer']): string {
  if (typeof answer === 'number') return `something other than Alloy answers (HTTP status ${answer})`;
  const answers = {
    nothing: 'nothing answers',
    'unknown host': 'no host has this name',
    'web page': 'a web page answers, not Alloy',
    'another protocol': 'something answers that speaks another protocol',
  };
  return answers[answer];
}

function describeLog({ component, message }: LogExcerpt): string {
  return component === '' ? message : `${component}: ${message}`;
}
