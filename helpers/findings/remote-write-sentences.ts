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
import { nameAddress, nameComponent, type Sentences } from './words.ts';

/** The words for findings about remote write. */
export const REMOTE_WRITE_SENTENCES = {
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
                  : adviseOnLogin('PROMETHEUS', refused, 'Prometheus > Details'),
  }),

  'remote write path not found': ({ status, place }) => ({
    cause: `remote write gets ${status}: ${place.value ?? 'its URL'}${describeLine(place)} is not a path where Prometheus accepts samples`,
    fix: `Make ${nameCorrection(place)} end in /api/prom/push`,
  }),

  'remote write unreachable': ({ reason, place, leadsTo }) => describeUnreachable(place, 'url', reason, leadsTo),

  'remote write refused': ({ status, message, place, waits }) =>
    waits !== undefined
      ? {
          cause: `${place.value ?? 'its url'} (${nameComponent(place)}) takes no samples now, and wants them again after ${waits} (Retry-After): it answers 429, as too much was sent, or an error of its own, 5xx`,
          fix: `Send less where a limit of the stack is reached (scrape_interval, a write_relabel_config that drops series), or have it raised; else look at the state of what answers there. Alloy keeps the samples, and its log has the answer after that time`,
        }
      : status === undefined
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
} satisfies Partial<Sentences>;

/** What has the URL of remote write in the shipped configuration. */
const WRITE_URL = 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT';

/** What to do about an answer to remote write. */
function adviseOnWrite(status: number, message: string, place: Place): string {
  const isAboutLabels = /label/i.test(message);
  if (
    status === 402 ||
    status === 429 ||
    ((status === 400 || status === 422) && !isAboutLabels && IS_LIMIT.test(message))
  )
    return /\bseries\b/.test(message)
      ? `Drop series or labels with a write_relabel_config of ${place.component}, or have the limit of the stack raised: there are more series than it allows, however seldom they are scraped`
      : `Send less, or have the limits of the stack raised: the samples are more than they allow. To send less, scrape less often (scrape_interval), or drop series with a write_relabel_config of ${place.component}`;
  if (status === 403)
    return 'Give the access policy of GRAFANA_CLOUD_API_KEY the scope metrics:write, and look at its allow-list of addresses';
  if (status === 413)
    return `Send smaller requests: set max_samples_per_send in queue_config of ${nameComponent(place)} to less`;
  if (/timestamp.too.old|out.of.bounds|too far in the past/i.test(message))
    return `See that the clocks of this machine and of the targets are right, and that ${place.component} is not behind with what it sends: samples that wait for an hour are too old`;
  if (/out.of.order|too.old|out of bounds|duplicate.*timestamp|timestamp.*duplicate/i.test(message))
    return `See that no rule on the way takes away or overwrites a label that tells these series apart; that only one Alloy writes them, or each with its own external_labels in ${place.component}; and that the clocks of this machine and of the targets are right`;
  if (isAboutLabels)
    return `Correct the labels that the answer names, with a rule of a prometheus.relabel or a write_relabel_config of ${place.component}`;
  if (status === 415)
    return `Look at what stands between Alloy and ${nameAddress(place, 'its url')}: Alloy sends application/x-protobuf with snappy, so something on the way changes that`;
  if (status === 400 || status === 422)
    return 'Correct the samples that the answer names: Prometheus refuses their content, and Alloy drops the whole request';
  return adviseOnAnyStatus(status, place);
}
