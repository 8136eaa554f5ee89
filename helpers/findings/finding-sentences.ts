import type { Stranger } from '../run/endpoints.ts';
import type { Part } from '../run/part.ts';
import type { CloudService } from '../settings/cloud.ts';
import { describeProblem } from './cloud-problem-sentences.ts';
import type { Items } from './evidence.ts';
import { describeLabels, ITEM_NAMES } from './evidence-sentences.ts';
import type {
  ConnectFault,
  Finding,
  FindingKind,
  LogExcerpt,
  RefusedLogin,
  RefusedQuestion,
  RefusedUse,
  ScrapeFault,
  Signal,
  SourceFault,
  WrongAddress,
} from './finding.ts';
import type { Place } from './place.ts';
import { describeFlaw, describeLine, describePlace, describeWhere, getWholeVariable, nameCorrection } from './place.ts';
import { toLine, toLines } from './plain-text.ts';
import { SERVICE_SENTENCES, SERVICE_TITLES } from './service-sentences.ts';

/** Why a criterion failed, and what to do about it. */
export type Explanation = { readonly cause: string; readonly fix: string };

/** Puts a finding into words, in a line each; the problems that a criterion lists keep their lines. */
export function describeFinding<K extends Finding['kind']>(finding: FindingKind<K>): Explanation {
  const { cause, fix } = SENTENCES[finding.kind as K](finding);
  return { cause: finding.kind === 'listed problems' ? toLines(cause) : toLine(cause), fix: toLine(fix) };
}

/** The words for each kind of finding. */
const SENTENCES: { readonly [K in Finding['kind']]: (finding: FindingKind<K>) => Explanation } = {
  ...SERVICE_SENTENCES,

  'messages not acknowledged': ({ queue, unacknowledged, ready, consumers, acknowledged }) => ({
    cause: `the queue ${queue} holds ${unacknowledged} ${unacknowledged === 1 ? 'message' : 'messages'} that its ${
      consumers === 1 ? 'consumer has' : `${consumers} consumers have`
    } taken and not acknowledged${acknowledged === 0 ? ', and none has been acknowledged' : ''}${ready === 0 ? '' : `; ${ready} more wait in it`}`,
    fix: `Have the consumer of ${queue} acknowledge each message when it has handled it (channel.ack in fixtures/services/messaging/consumer.ts), also where handling fails; its span ends only then`,
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

  'source unreachable': ({ source, address, variable, isSilent }) =>
    isSilent === true
      ? {
          cause: `${NAMES[source]} accepts the connection at ${address} and gives no answer: it hangs`,
          fix: `See what holds ${NAMES[source]} (a stopped process, a full disk, its log), and start it again`,
        }
      : {
          cause: `${NAMES[source]} gives no answer at ${address}`,
          fix: `Start ${NAMES[source]}${variable === undefined ? '' : `, or correct ${variable} if you set it`}`,
        },

  'source fails': ({ source, address, fault, reason, variable }) => ({
    cause: `${NAMES[source]}${address === undefined ? '' : ` at ${address}`} ${SOURCE_FAULTS[fault].cause}: ${reason}`,
    fix: adviseOnDeniedCommand(reason) ?? SOURCE_FAULTS[fault].fix(NAMES[source], variable),
  }),

  'fixture failed': ({ source, reason }) => ({
    cause: `${NAMES[source]} has not taken all that was to be made in it: ${reason}`,
    fix: 'Correct that file, so that it agrees with the other ones beside it',
  }),

  'service unhealthy': ({ service, address, reason }) => ({
    cause: `${NAMES[service]} at ${address} reports that it does not work: ${reason}`,
    fix: `Repair what it names; the log of ${NAMES[service]} says more`,
  }),

  'exporter cannot connect': ({ source, fault, reason, place }) => ({
    cause: `${place.component} can't ${fault === 'login' || fault === 'no login' ? 'log in' : 'connect'} to ${NAMES[source]}${reason === '' ? '' : `: ${reason}`}`,
    fix: adviseOnExporter(fault, place, NAMES[source]),
  }),

  'scrape fails': ({ url, error, fault, place, source, rightUrl, rule, label }) => ({
    cause: `${place.component} can't scrape ${url}: ${SCRAPE_FAULTS[fault](error, place)}`,
    fix:
      rule === undefined
        ? label === undefined
          ? adviseOnScrape({ fault, place, source, rightUrl })
          : `Correct the label ${label.name} of the target${describeWhere(place)}, which is ${JSON.stringify(label.value)}${rightUrl === undefined ? '' : `: the run itself finds the metrics at ${rightUrl}`}`
        : `Change the rule of ${rule.component} that sets ${rule.setting}${describeWhere(rule)}, or remove it`,
  }),

  'no scrape target': ({ labels, exporter, isScraped, unused, taker, other, empty }) => ({
    cause: `no prometheus.scrape has a target with ${describeLabels(labels)}${
      empty !== undefined
        ? `: ${describePlace(empty)} is empty`
        : exporter === undefined || isScraped === true
          ? ''
          : taker === undefined || other === undefined
            ? `: the targets of ${describePlace(exporter)} reach none`
            : `: ${nameComponent(taker)} has the targets of ${other.component}, and those of ${describePlace(exporter)} reach none`
    }`,
    fix:
      unused !== undefined
        ? `Let targets of ${taker === undefined ? 'a prometheus.scrape' : nameComponent(taker)} be ${unused.component}.output${taker === undefined ? describeLine(unused) : ''}`
        : empty !== undefined
          ? `Add a target with ${describeLabels(labels)} to ${describePlace(empty)}`
          : exporter === undefined
            ? `Add a prometheus.scrape with that target; job and instance are set where the target is, or by a discovery.relabel`
            : `Let targets of a prometheus.scrape be those of ${exporter.component}, through a discovery.relabel that sets ${describeLabels(labels)}`,
  }),

  'other target labels': ({ wanted, found, label, scrape, relabel, rule, isRuleUnused, unused, isInline }) => ({
    cause: `${scrape.component} scrapes it as ${describeLabels(found)}, and ${describeLabels(wanted)} is asked for`,
    fix:
      rule !== undefined && isRuleUnused === true
        ? `Let the rule of ${rule.component} that sets ${label} apply to its targets${describeLine(rule)}: its source_labels and regex match none`
        : rule !== undefined
          ? `Let the rule of ${rule.component} that sets ${label} have the replacement ${JSON.stringify(wanted[label])}${describeLine(rule)}`
          : relabel !== undefined
            ? `Add a rule to ${relabel.component}${describeLine(relabel)}: target_label = "${label}", replacement = ${JSON.stringify(wanted[label])}`
            : unused !== undefined
              ? `Let targets of ${scrape.component} be ${unused.component}.output${describeWhere(scrape)}: the exporter sets its labels, and only relabelling overrides them`
              : isInline === true
                ? `Give the target the label ${label} = ${JSON.stringify(wanted[label])}${describeWhere(scrape)}`
                : 'Put a discovery.relabel between the exporter and the scrape that sets job and instance: ' +
                  'the job_name of a prometheus.scrape does not override the labels that an exporter sets',
  }),

  'targets dropped': ({ place, action, regex }) => ({
    cause: `a rule of ${place.component} takes its targets out${describeLine(place)}: ${action} ${JSON.stringify(regex)}; the scrape has none left`,
    fix: `Change that rule so that they stay, or remove it`,
  }),

  'series relabelled': ({ place, block, label, from, to }) => ({
    cause:
      to === ''
        ? `a ${block} of ${place.component} removes the label ${label}${describeLine(place)}: it is ${JSON.stringify(from)} before`
        : `a ${block} of ${place.component} sets ${label} to ${JSON.stringify(to)}${describeLine(place)}: it is ${JSON.stringify(from)} before, and that is asked for`,
    fix: `Change that ${block} so that ${label} stays as it is, or remove it`,
  }),

  'series merged': ({ place, block, action, regex, target, replacement, labels, metric }) => ({
    cause:
      `a ${block} of ${place.component} makes one series of several${describeLine(place)}: ` +
      `${target === undefined ? `${action} ${JSON.stringify(regex)}` : `it sets ${target} to ${JSON.stringify(replacement)}`}, and nothing but ${list(labels)} tells those of ${metric} apart; ` +
      'Prometheus refuses all but one of their samples',
    fix: `Change that ${block} so that ${list(labels)} ${labels.length === 1 ? 'stays' : 'stay'}, or remove it`,
  }),

  'targets alike': ({ scrapes: [one, other], labels, rule }) => ({
    cause:
      (one.component === other.component
        ? `${nameComponent(one)} has several targets with ${describeLabels(labels)}`
        : `${nameComponent(one)} and ${nameComponent(other)} both have a target with ${describeLabels(labels)}`) +
      ': they write the same series, and Prometheus refuses one of two samples, or stores both',
    fix:
      rule !== undefined
        ? `Give each target another ${rule.setting}: the rule of ${rule.component} that sets it${describeLine(rule)} gives them the same`
        : one.component === other.component
          ? `Give each target another instance`
          : `Remove one of the two, or give their targets different labels`,
  }),

  'other mark': ({ place, label, wanted, found }) => ({
    cause: `${place.component} ${found === '' ? 'does not mark series' : `marks series with ${describeLabels({ [label]: found })}`}${describeLine(place)}, and this run asks for those with ${describeLabels({ [label]: wanted })}`,
    fix: `Let ${label} of external_labels${describeWhere(place)} be sys.env("ALLOY_VERIFY_RUN_ID"), which a run sets`,
  }),

  'targets of another exporter': ({ source, place, exporter, other }) => ({
    cause: `${nameComponent(place)} has the targets of ${other.component}, which does not measure ${NAMES[source]}: ${place.setting} is ${place.expression ?? `${other.component}.targets`}`,
    fix: `Let ${place.setting}${describeWhere(place)} be ${exporter.component}.targets`,
  }),

  'samples too old': ({ place, count }) => ({
    cause: `${place.component} has dropped ${count} samples that were older than ${place.setting} allows: ${place.value ?? place.expression}${describeLine(place)}`,
    fix: `Raise ${place.setting}${describeWhere(place)}, or remove it: samples wait for at least batch_send_deadline before they are sent`,
  }),

  'write behind': ({ place, url, lag, pending }) => ({
    cause:
      `${place.component} sends samples more slowly than it gets them: it is ${Math.round(lag / 1000)} s behind, and ${pending} wait` +
      (place.expression === undefined ? '' : `; ${place.setting} is ${place.expression}${describeLine(place)}`),
    fix:
      place.expression === undefined
        ? `Look at how long ${nameAddress(url, 'its url')} takes to answer, or raise max_shards in queue_config of ${nameComponent(place)}`
        : `Raise ${place.setting}${describeWhere(place)}, or remove it; the defaults of queue_config keep up with far more`,
  }),

  'metric not exported': ({ url, metric, renamed, place }) => ({
    cause: `${url} has ${renamed === undefined ? `no ${metric}` : `${renamed}, and no ${metric}`}: ${place.component} has ${place.setting} = ${place.expression}${describeLine(place)}`,
    fix:
      renamed === undefined
        ? `Change ${place.setting}${describeWhere(place)} so that ${metric} is on that page, or remove it`
        : `Remove ${place.setting}${describeWhere(place)}`,
  }),

  'series not dropped': ({ metric, scrape, filter, passed }) => ({
    cause:
      `no rule drops ${metric} on its way from ${scrape.component}` +
      (filter === undefined
        ? passed === undefined
          ? ': no prometheus.relabel is on it'
          : ` through ${describePlace(passed)}`
        : `: ${describePlace(filter)} would, and the scrape does not forward there`),
    fix:
      filter === undefined
        ? `Add a rule with action = "drop" and source_labels = ["__name__"] to ${passed === undefined ? 'a prometheus.relabel between the two' : describePlace(passed)}`
        : `Let forward_to of ${scrape.component}${describeWhere(scrape)} be [${filter.component}.receiver]`,
  }),

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

  'other labels': ({ wanted, found, behind }) => ({
    cause: `it is scraped and delivered under other labels: ${describeLabels(found)} instead of ${describeLabels(wanted)}${
      behind === undefined
        ? ''
        : `; its target in Alloy has the right ones, so something behind ${nameComponent(behind)} changes them`
    }`,
    fix:
      behind !== undefined
        ? `Look at what stands between Alloy and the backend, at ${nameAddress(behind, 'its url')}: it strips or changes labels`
        : 'Put a discovery.relabel between the exporter and the scrape that sets job and instance: ' +
          'the job_name of a prometheus.scrape does not override the labels that an exporter sets',
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
        : `Make ${nameCorrection(place)} end in /otlp: the exporter adds the path of each signal itself`,
  }),

  'exporter of another protocol': ({ place }) => ({
    cause: `${place.component} speaks gRPC, and its endpoint is an HTTP URL: ${place.value ?? place.expression}${describeLine(place)}`,
    fix: `Use otelcol.exporter.otlphttp in its place, and let every output that names ${place.component}.input name that`,
  }),

  'OTLP endpoint unreachable': ({ reason, place, leadsTo }) => describeUnreachable(place, 'endpoint', reason, leadsTo),

  'OTLP export refused': ({ status, signals, others, message, place, batch }) => ({
    cause: `the OTLP gateway answers ${status} to ${list(signals)} of ${nameComponent(place)}${others.length === 0 ? '' : `, and takes ${list(others)}`}${quote(message)}`,
    fix: adviseOnExport({ status, signals, others, message, place, batch }),
  }),

  'no OTLP response': ({ reason, place }) => ({
    cause: `what answers to ${nameComponent(place)} at ${nameAddress(place, 'its endpoint')} is not an OTLP gateway: ${reason}`,
    fix: `Make ${nameCorrection(place)} the OTLP gateway's address, and look for a proxy on the way that answers in its place`,
  }),

  'partial success': ({ signal, count, message, place }) => ({
    cause: `the OTLP gateway rejects ${count} ${ITEM_NAMES[ITEMS[signal]]} of the ${signal} that it takes from ${nameComponent(place)} (partial success)${quote(message)}; Alloy counts them as sent and does not send them again`,
    fix: `Correct what the answer reports in the ${signal} that are sent: the gateway takes the others of the same export`,
  }),

  'backend holds none': ({ items, sent, place, asked, stranger }) => ({
    cause:
      `the backend took ${sent} ${ITEM_NAMES[items]} and holds none of them: ${nameComponent(place)} has sent them to ${nameAddress(place, 'its endpoint')} ` +
      `without a failure, and nothing of this run is in ${describeAsked(asked)}${stranger === undefined ? '' : `; ${STRANGERS[stranger]} answers there to an export`}`,
    fix:
      stranger === undefined
        ? `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')}: it answers success, and discards them or stores them for another tenant or stack. ` +
          `If it is right, correct ${asked.variable ?? `the address of ${SERVICES[asked.service]}`}, where the run looks`
        : `Make ${nameCorrection(place)} the address of the service itself, or let the proxy pass on what Alloy sends there`,
  }),

  'items lost': ({ items, emitted, arrived, place, asked }) => ({
    cause: `${emitted - arrived} of ${emitted} ${ITEM_NAMES[items]} were lost behind ${nameComponent(place)}: Alloy has sent all without a failure, and ${arrived} of ${emitted} are in ${describeAsked(asked)}`,
    fix: `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')}, and what stands between: it answers success, and loses some`,
  }),

  'own lost': ({ items, sent, place, asked }) => ({
    cause: `${ITEM_NAMES[items]} that this run sent were lost behind ${nameComponent(place)}: Alloy has sent all ${sent} that it accepted without a failure, and these are not in ${describeAsked(asked)}, which has others`,
    fix: `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')}, and what stands between: it answers success, and loses some`,
  }),

  'own changed': ({ missing, place, between }) => ({
    cause: `the span that this run sent arrived without its ${list(missing)}${between.length === 0 ? `: nothing in Alloy changes it, so something behind ${nameComponent(place)} does` : ''}`,
    fix:
      between.length === 0
        ? `Look at what stands between Alloy and the backend, at ${nameAddress(place, 'its endpoint')}: it drops the ${list(missing)}, or the link from a span to its parent`
        : `Look at what it passes in Alloy, ${list(between.map(describePlace))}, and behind it at ${nameAddress(place, 'its endpoint')}`,
  }),

  'items twice': ({ items, emitted, twice, places, isSentTwice }) =>
    isSentTwice || places.length > 1
      ? {
          cause: `${twice} of ${emitted} ${ITEM_NAMES[items]} arrived twice: Alloy sends them more than once, through ${list(places.map(nameComponent))}`,
          fix: `Let each output or forward_to lead to one of them, once (Alloy shows the graph at /graph)`,
        }
      : {
          cause: `${twice} of ${emitted} ${ITEM_NAMES[items]} arrived twice: ${list(places.map(nameComponent))} has sent each once, so something behind it passes them on again`,
          fix: `Look at what stands between Alloy and the backend, at ${list(places.map((place) => nameAddress(place, 'its endpoint')))}: a proxy that repeats requests, or two that both pass them on`,
        },

  'items changed': ({ items, count, in: changes, place, between }) => ({
    cause: `${count} ${ITEM_NAMES[items]} arrived with another ${list(changes)} than they were sent with${between.length === 0 ? `: nothing in Alloy changes them, so something behind ${nameComponent(place)} does` : ''}`,
    fix:
      between.length === 0
        ? `Look at what stands between Alloy and the backend, at ${nameAddress(place, 'its endpoint')}: it changes the ${list(changes)} of what it passes on`
        : `Look at what they pass in Alloy, ${list(between.map(describePlace))}, and behind it at ${nameAddress(place, 'its endpoint')}`,
  }),

  'items late': ({ items, ms, bound, place }) => ({
    cause: `${ITEM_NAMES[items]} took ${(ms / 1000).toFixed(1)} s from ${nameComponent(place)} to the backend, where ${(bound / 1000).toFixed(1)} s are the most`,
    fix: `Look at how long ${nameAddress(place, 'its endpoint')} takes to answer, and at the load of this machine`,
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

  'scraped too seldom': ({ place, interval }) => ({
    cause: `${place.component} scrapes every ${interval}${describeLine(place)}, which is longer than the criteria wait`,
    fix: `Let scrape_interval read ALLOY_SCRAPE_INTERVAL${describeWhere(place)}, or set that variable to what it is, so that the criteria wait`,
  }),

  'forwards to nothing': ({ place, receiver }) => ({
    cause: `${place.component} forwards to nothing${describeLine(place)}: what it has ends there`,
    fix: `Let its forward_to name what sends it out${receiver === undefined ? '' : `, such as [${receiver}]`}`,
  }),

  'series dropped': ({ place, block, action, regex }) =>
    action === undefined
      ? {
          cause: `the rules of ${place.component} take every series out${describeLine(place)}`,
          fix: `Change the rules so that series remain${describeWhere(place)}`,
        }
      : {
          cause: `a ${block} of ${place.component} takes series out that are asked for${describeLine(place)}: ${action} ${JSON.stringify(regex)}`,
          fix: `Change that ${block} so that they stay, or remove it`,
        },

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

  'remote write without URL': ({ place }) => ({
    cause: `${place.component} has an empty url${describeLine(place)}: it drops every sample, with no error message in its log`,
    fix:
      place.misspelt !== undefined
        ? `Correct ${nameCorrection(place)}`
        : getWholeVariable(place) === WRITE_URL
          ? `Set ${WRITE_URL}`
          : `Set ${nameCorrection(place)}, or let url${describeWhere(place)} be sys.env("${WRITE_URL}")`,
  }),

  'remote write login refused': ({ login, place, lostOnWayTo, ...refused }) => ({
    cause:
      lostOnWayTo !== undefined
        ? describeLostLogin('Prometheus', lostOnWayTo, refused)
        : login === 'none'
          ? `${place.component} sends without a login${describeLine(place)}, and gets 401 Unauthorized; the samples are dropped, while every component is healthy`
          : `remote write gets 401 Unauthorized for ${describeLogin(refused)}${describeFlaw(place)}${describeOddSource(place, 'PROMETHEUS')}${describeOddPassword(refused)}; ` +
            'the samples are dropped, while every component is healthy',
    fix:
      lostOnWayTo !== undefined
        ? adviseOnLostLogin(lostOnWayTo)
        : login === 'none'
          ? 'Add a basic_auth block with username and password to its endpoint block'
          : login === 'other' && place.misspelt === undefined
            ? adviseOnOtherLogin(place, 'basic_auth', 'PROMETHEUS')
            : place.misspelt !== undefined || (place.flaw !== undefined && !isOddSource(place, 'PROMETHEUS'))
              ? `Correct ${nameCorrection(place)}`
              : isOddSource(place, 'PROMETHEUS')
                ? `Let ${place.setting ?? 'username'}${describeWhere(place)} be sys.env("GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID"): Prometheus has an ID of its own`
                : refused.oddPassword !== undefined
                  ? adviseOnPassword(refused.oddPassword)
                  : `Set ${listLoginVariables('PROMETHEUS', refused)} to what Grafana Cloud shows under your stack > Prometheus > Details`,
  }),

  'remote write path not found': ({ status, place }) => ({
    cause: `remote write gets ${status}: ${place.value ?? 'its URL'}${describeLine(place)} is not a path where Prometheus accepts samples`,
    fix: `Make ${nameCorrection(place)} end in /api/prom/push`,
  }),

  'remote write unreachable': ({ reason, place, leadsTo }) => describeUnreachable(place, 'url', reason, leadsTo),

  'remote write refused': ({ status, message, place }) =>
    status === undefined
      ? {
          cause: `${place.component} has dropped samples: ${place.value ?? 'its url'} refuses them`,
          fix: `Look for "non-recoverable error" in Alloy's log: it has the answer`,
        }
      : {
          cause: `remote write gets ${status} for the samples of ${nameComponent(place)}${quote(message)}`,
          fix: adviseOnWrite(status, message, place),
        },

  'login file unreadable': ({ file, reason, place }) => ({
    cause: `${place.component} can't read the file that it logs in with, ${file} (${place.setting ?? 'endpoint'}${describeWhere(place)}): ${reason}; it sends nothing, and keeps trying`,
    fix: `Put the password or token into ${file}, where Alloy can read it, or correct ${place.setting ?? 'its login'}${describeWhere(place)}`,
  }),

  'nothing sent by remote write': ({ place }) => ({
    cause: `${describePlace(place)} has not sent a single sample`,
    fix: `See that forward_to of each prometheus.scrape leads to ${place.component}.receiver, and that nothing in its endpoint keeps samples back: queue_config, sample_age_limit`,
  }),

  'Grafana Cloud refuses': ({ use, problem }) => {
    const { cause, fix } = describeProblem(problem);
    return { cause: `${REFUSALS[use]}: ${cause}`, fix };
  },

  'token expired': ({ use, variable }) => ({
    cause: `${REFUSALS[use]}, although it accepted the same login when the run began: ${variable} has expired, or was revoked or changed since`,
    fix:
      variable === 'GRAFANA_SERVICE_ACCOUNT_TOKEN'
        ? `Create a token for the service account (Administration > Service accounts), and set ${variable} to it`
        : `Create a token for the access policy (grafana.com > My Account > Access Policies), and set ${variable} to it`,
  }),

  'clock differs': ({ offset }) => describeProblem({ kind: 'clock', offset }),

  'another backend': ({ sendsTo, asked }) => {
    const variables = asked.flatMap(({ variable = [] }) => variable);
    return {
      cause:
        `this Alloy sends to another backend than the one that is asked: it counts as delivered what it sends to ${list(sendsTo)}, ` +
        `and nothing of it is in ${list(asked.map(describeAsked))}`,
      fix:
        `Set ALLOY_URL to the Alloy that sends there, or ${variables.length === 0 ? 'what is asked' : list(variables)} to the backend ` +
        `of this one; if ${list(sendsTo)} should pass it on, look there`,
    };
  },

  'machine overloaded': ({ load, cores, attempts, elapsedMs }) => ({
    cause:
      `this machine is overloaded: ${(load / cores).toFixed(1)} processes want each of its ${cores} cores (load ${load.toFixed(1)})` +
      (attempts === undefined || elapsedMs === undefined
        ? ''
        : `, and the run could look only ${attempts} times in ${(elapsedMs / 1000).toFixed(1)} s`) +
      '; nothing else was found to be wrong',
    fix: 'Run it again with less beside it, or on a machine with more cores',
  }),

  'backend silent': ({ service, url, variable, since, reason }) => ({
    cause: `${SERVICES[service]} has given no answer at ${url} since ${new Date(since).toISOString()}: ${reason}`,
    fix:
      (variable === undefined ? '' : `Check that ${variable} is right. `) +
      `Look at the log and the load of ${SERVICES[service]}, and of what stands between it and here: the run asks it for what arrived`,
  }),

  'questions refused': ({ refused, all }) => ({
    cause: `${list(refused.map(describeRefused))} ${refused.length === 1 ? 'refuses' : 'refuse'} the run's questions about what arrived`,
    fix:
      adviseOnLogins(refused) ??
      (all
        ? `Set GRAFANA_CLOUD_READ_TOKEN, or GRAFANA_CLOUD_API_KEY without one, to a token of this stack with the scopes ${list(refused.map(({ service }) => SCOPES[service]))}`
        : `Give the token the scopes ${list(refused.map(({ service }) => SCOPES[service]))}, and check ${list(
            refused.map(({ service }) => `GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID`),
          )}`),
  }),

  'query refused': (refused) => ({ cause: refused.message, fix: adviseOnQuery(refused) }),
};

/** ` (GRAFANA_CLOUD_OTLP_ENDPOINT)`, where the setting is a variable. */
function describeVariable(place: Place): string {
  const variable = getWholeVariable(place);
  return variable === undefined ? '' : ` (${variable})`;
}

/** What can't be delivered, and is kept. */
function describeUnreachable(place: Place, setting: string, reason: string, leadsTo?: string): Explanation {
  const address = nameAddress(place, `its ${setting}`);
  if (leadsTo !== undefined)
    return {
      cause: `${address} redirects ${nameComponent(place)} to ${leadsTo}, which can't be reached: ${reason}`,
      fix: `Make ${nameCorrection(place)} the address of the service itself: what answers there redirects elsewhere, as the login page of a proxy does`,
    };
  return {
    cause:
      reason === ''
        ? `${place.component} can't deliver to ${address}${describeLine(place)}, and keeps trying`
        : `${place.component} can't reach ${address}${describeLine(place)}, and keeps trying: ${reason}`,
    fix: `Check ${nameCorrection(place)}, and the network and proxy between Alloy and it${reason === '' ? "; Alloy's log says more" : ''}`,
  };
}

/** What has the URL of remote write in the shipped configuration. */
const WRITE_URL = 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT';

/** Says where an ID comes from that is read from the variable of another service, or is written in the configuration. */
function describeOddSource(place: Place, service: 'OTLP' | 'PROMETHEUS'): string {
  return isOddSource(place, service)
    ? `, as ${place.setting} of ${place.component} is ${place.expression}${describeLine(place)}`
    : '';
}

/** The password, where it is read from elsewhere than the variable with the token. */
function describeOddPassword({ oddPassword }: RefusedLogin): string {
  return oddPassword === undefined
    ? ''
    : `, with the password ${oddPassword.expression} of ${oddPassword.component}${describeLine(oddPassword)}`;
}

function isOddSource({ expression, variables = [] }: Place, service: 'OTLP' | 'PROMETHEUS'): boolean {
  return expression !== undefined && !variables.includes(`GRAFANA_CLOUD_${service}_INSTANCE_ID`);
}

/** A login that is sent, and does not arrive. */
function describeLostLogin(service: string, endpoint: Place, { instanceId }: RefusedLogin): string {
  return (
    `${service} answers 401 Unauthorized, because the requests arrive without a login: ${nameComponent(endpoint)} sends them to ` +
    `${nameAddress(endpoint, 'its endpoint')} with that of the instance ID ${instanceId}, so something on the way removes the Authorization header`
  );
}

function adviseOnLostLogin(endpoint: Place): string {
  return `Let the proxy or gateway at ${nameAddress(endpoint, 'that endpoint')} pass on the Authorization header, or make ${nameCorrection(endpoint)} the address of the service itself`;
}

/** How Grafana Cloud wants a login that is of another kind. */
function adviseOnOtherLogin(place: Place, block: string, service: CloudService): string {
  return `Log in with ${block} in place of ${place.setting ?? place.component}${describeWhere(place)}: username is sys.env("GRAFANA_CLOUD_${service}_INSTANCE_ID"), password sys.env("GRAFANA_CLOUD_API_KEY")`;
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
    ? `Set ${listLoginVariables('OTLP', refused)} to what Grafana Cloud shows under your stack > OpenTelemetry > Configure`
    : "Set GRAFANA_CLOUD_OTLP_INSTANCE_ID to the OTLP gateway's own ID: Grafana Cloud shows it under your stack > OpenTelemetry > Configure";
}

function adviseOnPassword(password: Place): string {
  return password.misspelt === undefined
    ? `Let password${describeWhere(password)} be sys.env("GRAFANA_CLOUD_API_KEY")`
    : `Correct ${nameCorrection(password)}`;
}
/** What a source does instead of what it should, and what to do about it. */
const SOURCE_FAULTS: Readonly<
  Record<SourceFault, { readonly cause: string; readonly fix: (source: string, variable?: string) => string }>
> = {
  login: {
    cause: 'refuses the login of the run',
    fix: (source, variable) =>
      `Give the user of the run the password that ${source} wants${variable === undefined ? '' : `, or correct it in ${variable} if you set that`}`,
  },
  'no database': {
    cause: 'has no such database, or nobody may use it',
    fix: (_, variable) =>
      `Create it, or take it into service again${variable === undefined ? '' : `; or correct its name in ${variable} if you set that`}`,
  },
  'too many clients': {
    cause: 'takes no more connections',
    fix: (source) =>
      `Close connections that nobody needs, or raise the limit: ${
        { PostgreSQL: 'max_connections, or CONNECTION LIMIT of the role', Redis: 'maxclients' }[source] ??
        'max-connections of the virtual host or the user'
      }`,
  },
  'read-only': {
    cause: 'takes nothing that writes',
    fix: (source) =>
      source === 'Redis'
        ? 'Make it a master again (REPLICAOF NO ONE), or use the master'
        : 'Turn default_transaction_read_only off for the role and the database, or use the primary server',
  },
  'out of memory': {
    cause: 'has no memory left and refuses what writes',
    fix: () => 'Raise maxmemory, or set maxmemory-policy to one that evicts keys, such as allkeys-lru',
  },
  alarm: {
    cause: 'takes no messages',
    fix: () => 'Raise that limit in rabbitmq.conf, or free memory and disk; rabbitmqctl status shows its alarms',
  },
  'no permission': {
    cause: 'does not allow this to the user of the run',
    fix: (source) =>
      source === 'PostgreSQL'
        ? 'Grant it to the role (GRANT)'
        : source === 'Redis'
          ? 'Allow it to the user (ACL SETUSER)'
          : 'Let the user configure, write and read in the virtual host: rabbitmqctl set_permissions -p / USER ".*" ".*" ".*"',
  },
  'queue limit': {
    cause: 'takes no more queues',
    fix: () => 'Delete queues that nobody needs, or raise max-queues: rabbitmqctl clear_vhost_limits -p /',
  },
  'other queue': {
    cause: 'has the queue with other arguments than it is declared with',
    fix: () => 'Delete the queue, and let the services declare it again',
  },
  'no queue': {
    cause: 'does not have it',
    fix: () => 'Let the services declare it: they do so whenever they connect',
  },
  'no statistics': {
    cause: 'does not count what is measured',
    fix: () =>
      'Turn track_counts on: ALTER SYSTEM RESET track_counts; SELECT pg_reload_conf(); and look for it at the role and the database too',
  },
  'no activity': {
    cause: 'does not watch what its sessions do',
    fix: () =>
      'Turn track_activities on: ALTER SYSTEM RESET track_activities; SELECT pg_reload_conf(); and look for it at the role and the database too',
  },
  schema: {
    cause: 'refuses a statement of this criterion',
    fix: () =>
      'Have the database, and what the criteria do in it (helpers/emit), agree: fixtures/postgres/2-schema.sql has its tables',
  },
  'no metrics page': {
    cause: 'works and has no metrics page',
    fix: () => 'Turn the plugin rabbitmq_prometheus on: in enabled_plugins, or with rabbitmq-plugins enable',
  },
  'no metrics per object': {
    cause: 'gives totals only, without the label queue',
    fix: () => 'Set prometheus.return_per_object_metrics = true in rabbitmq.conf, and start it again',
  },
  unhealthy: { cause: 'reports that it does not work', fix: (source) => `See the log of ${source}` },
};

/** Redis says which command it does not allow: `NOPERM this user has no permissions to run the 'info' command`. */
function adviseOnDeniedCommand(reason: string): string | undefined {
  const [, user = 'USER', command] =
    /^NOPERM (?:User (\S+)|this user) has no permissions to run the '([^']+)' command/.exec(reason) ?? [];
  return command === undefined ? undefined : `Allow it to the user in Redis: ACL SETUSER ${user} +${command}`;
}

function adviseOnExporter(fault: ConnectFault, place: Place, source: string): string {
  const { expression, variables = [], setting = '', component } = place;
  if (expression === undefined) return `Set ${setting} of ${component}${describeLine(place)}: ${source} wants it`;
  if (place.misspelt !== undefined) return `Correct ${nameCorrection(place)}`;
  const what = variables.length === 0 ? `${setting}${describeWhere(place)}` : variables.join(' or ');
  if (place.flaw !== undefined) return `Correct ${what}${describeFlaw(place)}`;
  switch (fault) {
    case 'no login':
      return `Set ${what}: it is empty`;
    case 'login':
      return setting === 'redis_user'
        ? `Correct ${what} and the password beside it, or remove it: a password alone is that of the default user`
        : `Correct the user and password in ${what}`;
    case 'no database':
      return `Correct the name of the database in ${what}`;
    case 'TLS':
      return source === 'Redis'
        ? `Correct the scheme in ${what}: rediss:// is for a Redis with TLS, redis:// for one without`
        : `Correct sslmode in ${what}`;
    case 'address':
      return `Correct the address in ${what}: ${source === 'Redis' ? 'HOST:PORT, or redis://HOST:PORT' : 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE'}`;
    case 'unknown host':
    case 'refused':
    case 'timeout':
      if (setting === 'connection_timeout') return `Raise ${what}, which is ${place.value ?? expression}, or remove it`;
      return `Correct the address in ${what}, as Alloy reaches it`;
    case 'other':
      return `Check the address and the login in ${what}`;
  }
}

/** The component of a setting: `otelcol.exporter.otlphttp.x (config.alloy:5)`. */
function nameComponent(place: Place): string {
  return `${place.component}${describeLine(place)}`;
}

/** What a service said, where it said something. */
function quote(message: string): string {
  return message === '' ? '' : `: ${message}`;
}

function nameAddress({ value }: Place, otherwise: string): string {
  return value === undefined || value === '' ? otherwise : value;
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

/** Grafana Cloud answers 400 as well where a limit of the stack is reached: `per-user series limit of 10000 exceeded`. */
const IS_LIMIT = /\blimits?\b.*\bexceed|\bexceed\w*\b.*\blimits?\b|\berr-mimir-max-series/i;

/** What to do about an answer to an export. */
function adviseOnExport(
  refused: Omit<FindingKind<'OTLP export refused'>, 'kind' | 'batch'> & { readonly batch: Place | undefined },
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
      : `Send smaller exports: set send_batch_max_size of ${nameComponent(batch)} to less`;
  if (status === 415)
    return `Let encoding and compression of ${nameComponent(place)} be what the gateway takes: proto and gzip`;
  if (status === 400 || status === 422)
    return `Correct the ${list(signals)} that are sent: the gateway refuses their content, and Alloy drops the whole export. Its answer says what is wrong, or else look for a proxy on the way that changes what it passes on`;
  return adviseOnAnyStatus(status, place);
}

/** What to do about an answer to remote write. */
function adviseOnWrite(status: number, message: string, place: Place): string {
  const isAboutLabels = /label/i.test(message);
  if (
    status === 402 ||
    status === 429 ||
    ((status === 400 || status === 422) && !isAboutLabels && IS_LIMIT.test(message))
  )
    return `Send less, or have the limits of the stack raised: the samples are more than they allow. To send less, scrape less often (scrape_interval), or drop series with a write_relabel_config of ${place.component}`;
  if (status === 403)
    return 'Give the access policy of GRAFANA_CLOUD_API_KEY the scope metrics:write, and look at its allow-list of addresses';
  if (status === 413)
    return `Send smaller requests: set max_samples_per_send in queue_config of ${nameComponent(place)} to less`;
  if (/out.of.order|too.old|out of bounds|duplicate.*timestamp|timestamp.*duplicate/i.test(message))
    return `See that no rule on the way takes away or overwrites a label that tells these series apart; that only one Alloy writes them, or each with its own external_labels in ${place.component}; and that the clocks of this machine and of the targets are right`;
  if (isAboutLabels)
    return `Correct the labels that the answer names, with a rule of a prometheus.relabel or a write_relabel_config of ${place.component}`;
  if (status === 400 || status === 422)
    return 'Correct the samples that the answer names: Prometheus refuses their content, and Alloy drops the whole request';
  return adviseOnAnyStatus(status, place);
}

function adviseOnAnyStatus(status: number, place: Place): string {
  const address = nameAddress(place, place.component);
  if (status >= 300 && status < 400)
    return `Make ${nameCorrection(place)} the address of the service itself: ${address} redirects elsewhere, as the login page of a proxy does`;
  if (status === 407)
    return `Let Alloy log in to the proxy (HTTPS_PROXY in its environment), or name the host of ${address} in NO_PROXY`;
  if (status === 502 || status === 504)
    return `Look at the proxy or load balancer at ${address}: what it passes on to gives no answer. Alloy keeps the data and tries again`;
  if (status === 503)
    return `Look at the status page or the log of what answers at ${address}: it is overloaded or not ready. Alloy keeps the data and tries again`;
  if (status >= 500) return `Look at the log or the status page of what answers at ${address}: the fault is there`;
  return `Correct what the answer reports, in what is sent or at ${nameCorrection(place)}`;
}

/** What kept a scrape from working, with what Alloy says where that says more. */
const SCRAPE_FAULTS: Readonly<Record<ScrapeFault, (error: string, place: Place) => string>> = {
  refused: () => 'nothing listens there (connection refused)',
  'unknown host': () => 'no host has this name (no such host)',
  timeout: (_, { setting, value }) =>
    `it takes longer than scrape_timeout${setting === 'scrape_timeout' && value !== undefined ? `, which is ${value}` : ''} (context deadline exceeded)`,
  address: (error) => error,
  'HTTP status': (error) => error,
  TLS: (error) => `the two sides disagree about TLS: ${error}`,
  'not metrics': (error) => `what it answers are no metrics: ${error}`,
  'sample limit': () => 'it has more series than sample_limit, so the whole scrape is dropped',
  'body size limit': () => 'its page is larger than body_size_limit, so the whole scrape is dropped',
  'label limit': (_, { setting = 'targets' }) =>
    `a series has more or longer labels than ${setting === 'targets' ? 'its limits allow' : `${setting} allows`}, so the whole scrape is dropped`,
  'target limit': (error) => `it has more targets than allowed, and then scrapes none of them: ${error}`,
  'login file': (error) => error.replace(/^.*?(?=unable to read)/, ''),
  other: (error) => error,
};

type FailedScrape = Pick<FindingKind<'scrape fails'>, 'fault' | 'place'> & {
  readonly source: Part | undefined;
  readonly rightUrl: string | undefined;
};

function adviseOnScrape({ fault, place, source, rightUrl }: FailedScrape): string {
  const { setting, variables = [], expression } = place;
  if (fault === 'timeout' && setting === 'scrape_timeout' && expression !== undefined && variables.length === 0) {
    return `Raise scrape_timeout = ${expression}${describeWhere(place)}; if it is long enough, see why ${source === undefined ? 'the target' : NAMES[source]} is slow`;
  }
  if (fault === 'timeout') {
    return `See why ${source === undefined ? 'the target' : NAMES[source]} is slow or out of reach, or raise scrape_timeout${describeWhere(place)}`;
  }
  if (setting !== undefined && setting !== 'targets' && expression !== undefined) {
    const known =
      rightUrl !== undefined && setting === 'metrics_path'
        ? `: ${NAMES[source ?? 'rabbitmq']} has its metrics at ${rightUrl}`
        : '';
    if (fault.endsWith(' limit')) return `Raise ${setting} = ${expression}${describeWhere(place)}, or remove it`;
    return `Correct ${setting} = ${expression}${describeWhere(place)}${known}`;
  }
  if (place.misspelt !== undefined) return `Correct ${nameCorrection(place)}`;
  if (fault === 'address') {
    return `Correct ${variables.length === 0 ? `__address__${describeWhere(place)}` : variables.join(' or ')}: it is HOST:PORT, without a scheme or a path`;
  }
  const address = variables.length === 0 ? `the address of the target${describeWhere(place)}` : variables.join(' or ');
  if (rightUrl !== undefined) return `Correct ${address}: the run itself finds the metrics at ${rightUrl}`;
  return `Correct ${address}`;
}

/** What to do about a question that failed, by the variables that decide where it goes and as whom. */
function adviseOnQuery(refused: FindingKind<'query refused'>): string {
  const { url, status, stranger, leadsTo, service, other, variables, isProxied } = refused;
  const variable = variables?.url ?? 'the address where the run asks this service';
  const name = service === undefined ? 'the service' : SERVICES[service];
  if (status === 407 && isProxied === true)
    return "Put the proxy's login into HTTPS_PROXY, such as http://USER:PASSWORD@HOST:PORT, or name the host in NO_PROXY";
  const right = `Set ${variable} to the address of ${name}'s query API`;
  if (status === 407) return `${right}: at ${url} a proxy answers that wants a login`;
  if (leadsTo !== undefined) return `${right}: ${url} leads to ${leadsTo}`;
  if (other !== undefined) return `${right}: ${SERVICES[other]} answers there`;
  if (stranger !== undefined) return `${right}: at ${url} ${STRANGERS[stranger]} answers`;
  if (status === 404) return `${right}: ${url} is not there`;
  if (status === 401 || status === 403)
    return variables === undefined
      ? `Give the run a login that may read from ${url}`
      : (adviseOnLogins([{ variables }]) ?? `Set ${list(variables.login)} to a login that may read from ${url}`);
  if (status === 0)
    return `Check that ${variables === undefined ? url : variable} is right, and that ${url} can be reached from here: the run asks it for what arrived`;
  if (status === 429) return 'Run it again later: the service is asked too often';
  if (status >= 500) return `Look at the log or the status page of the service: ${url} has a fault`;
  return `Check ${variable}, and the query`;
}

/** Where the logins go that are refused, unless they are those of Grafana Cloud's own services. */
function adviseOnLogins(refused: readonly Pick<RefusedQuestion, 'variables'>[]): string | undefined {
  const variables = refused.map((one) => one.variables).filter((one) => one !== undefined);
  if (variables.length < refused.length) return undefined;
  if (variables.every(({ url, login }) => login.includes(url))) {
    const names = list(variables.map(({ url }) => url));
    return `Put a login that may read into ${names}, such as http://USER:PASSWORD@HOST:PORT, or the tenant into BACKEND_TENANT`;
  }
  const [token, ...others] = new Set(variables.flatMap(({ login }) => login));
  return others.length > 0 ? undefined : `Set ${token} to a token that may query the data sources`;
}

const SERVICES: Readonly<Record<RefusedQuestion['service'], string>> = {
  prometheus: 'Prometheus',
  tempo: 'Tempo',
  loki: 'Loki',
};

const SCOPES: Readonly<Record<RefusedQuestion['service'], string>> = {
  prometheus: 'metrics:read',
  tempo: 'traces:read',
  loki: 'logs:read',
};

function describeRefused({ service, user, status }: RefusedQuestion): string {
  return `${SERVICES[service]} (${user === '' ? '' : `instance ID ${user}, `}${status})`;
}

function describeAsked({ service, url, user }: FindingKind<'another backend'>['asked'][number]): string {
  return `${SERVICES[service]} at ${url}${user === undefined ? '' : ` (instance ID ${user})`}`;
}

function list(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(words);
}

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

const STRANGERS: Readonly<Record<Stranger, string>> = {
  'web page': "a web page, such as the portal, Grafana or a proxy's login,",
  'empty body': 'something with an empty body, which no query API has,',
  'other API': 'another API',
};

/** What is refused, and what that means. */
const REFUSALS: Readonly<Record<RefusedUse, string>> = {
  'OTLP export': "the OTLP gateway refuses Alloy's login, and Alloy drops the data",
  'remote write': "Prometheus refuses Alloy's login, and Alloy drops the samples",
  question: "Grafana Cloud refuses the run's questions about what arrived",
};

/** The names of the services of Grafana Cloud for people. */
const CLOUD_SERVICE_NAMES: Readonly<Record<CloudService, string>> = {
  OTLP: 'the OTLP gateway',
  PROMETHEUS: 'Prometheus',
  LOKI: 'Loki',
  TEMPO: 'Tempo',
};

/** The parts' names for people. */
const NAMES: Readonly<Record<Part, string>> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  rabbitmq: 'RabbitMQ',
  alloy: 'Alloy',
  'mock-cloud': 'the mock Grafana Cloud',
  lgtm: 'grafana/otel-lgtm',
  ...SERVICE_TITLES,
};

function describeLog({ component, message }: LogExcerpt): string {
  return component === '' ? message : `${component}: ${message}`;
}

/** The user name that was sent, and what is wrong with the login. */
function describeLogin({ instanceId, reason, twin }: RefusedLogin): string {
  if (reason === 'no credentials') return 'a request without a login';
  if (instanceId === '') return 'a login without an instance ID';
  const name = instanceId === undefined ? "Alloy's login" : `the instance ID ${instanceId}`;
  if (twin !== undefined) return `${name}, which is ${twin}`;
  if (reason === 'wrong token') return `${name} with a token that is not the stack's`;
  if (reason === 'foreign instance ID') return `${name}, which belongs to another service of Grafana Cloud`;
  return reason === 'unknown instance ID' ? `${name}, which is none of your Grafana Cloud stack` : name;
}

/** The variables to correct: both where nothing says which one is wrong. */
function listLoginVariables(service: 'OTLP' | 'PROMETHEUS', { instanceId, reason, twin }: RefusedLogin): string {
  const id = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
  if (reason === 'wrong token') return 'GRAFANA_CLOUD_API_KEY';
  const isIdWrong =
    twin !== undefined || instanceId === '' || reason === 'foreign instance ID' || reason === 'unknown instance ID';
  return isIdWrong ? id : `${id} and GRAFANA_CLOUD_API_KEY`;
}
