import type { HasCome } from '../findings/criterion-failed.ts';
import type { Evidence, Lead, Path } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { findLead } from './lead.ts';
import { isOverload, scaleToLoad } from './load.ts';
import { comesTrue } from './probes.ts';
import type { Rule } from './rule.ts';
import { anotherBackend } from './rules/another-backend.ts';
import { answerAwaitedTooBriefly } from './rules/answer-awaited-too-briefly.ts';
import { backendHoldsNone } from './rules/backend-holds-none.ts';
import { backendSilent } from './rules/backend-silent.ts';
import { clockDiffers } from './rules/clock-differs.ts';
import { grafanaCloudRefuses, tokenExpired } from './rules/cloud-login.ts';
import { compressionRefused } from './rules/compression-refused.ts';
import { configurationError } from './rules/configuration-error.ts';
import { itemsChanged, itemsLate, itemsLost, itemsTwice } from './rules/counted-items.ts';
import { deadLetterLost, deadLettersWait } from './rules/dead-letter-missing.ts';
import { endpointOfAnotherService } from './rules/endpoint-of-another-service.ts';
import { eventLost } from './rules/event-lost.ts';
import { exporterCannotConnect } from './rules/exporter-cannot-connect.ts';
import { fixtureFailed } from './rules/fixture-failed.ts';
import { forwardsToNothing } from './rules/forwards-to-nothing.ts';
import { heldTooLong } from './rules/held-too-long.ts';
import { eventPublishedTwice, jobDoneAgain } from './rules/job-done-again.ts';
import { loginFileUnreadable } from './rules/login-file-unreadable.ts';
import { messagesNotAcknowledged } from './rules/messages-not-acknowledged.ts';
import { noAnswerFromAlloy } from './rules/no-answer-from-alloy.ts';
import { noOtlpReceiver } from './rules/no-otlp-receiver.ts';
import { noScrapeTarget } from './rules/no-scrape-target.ts';
import { notExported } from './rules/not-exported.ts';
import { nothingAccepted } from './rules/nothing-accepted.ts';
import { nothingExported } from './rules/nothing-exported.ts';
import { nothingSent } from './rules/nothing-sent.ts';
import { otherLabels } from './rules/other-labels.ts';
import { otherMark } from './rules/other-mark.ts';
import { otherProtocol } from './rules/other-protocol.ts';
import { otherTargetLabels } from './rules/other-target-labels.ts';
import {
  noOtlpResponse,
  otlpEndpointUnreachable,
  otlpExportRefused,
  otlpLoginRefused,
  otlpPathNotFound,
  sendingQueueFull,
} from './rules/otlp-export.ts';
import { overloaded } from './rules/overloaded.ts';
import { ownChanged, ownLost } from './rules/own-telemetry.ts';
import { partialSuccess } from './rules/partial-success.ts';
import { queryRefused } from './rules/query-refused.ts';
import { questionsRefused } from './rules/questions-refused.ts';
import { queueShared } from './rules/queue-shared.ts';
import { receiverElsewhere } from './rules/receiver-elsewhere.ts';
import { receiverPath } from './rules/receiver-path.ts';
import { receiverRefuses } from './rules/receiver-refuses.ts';
import { receiverSettingRefuses } from './rules/receiver-setting-refuses.ts';
import {
  remoteWriteLoginRefused,
  remoteWritePathNotFound,
  remoteWriteRefused,
  remoteWriteUnreachable,
  remoteWriteWithoutUrl,
} from './rules/remote-write.ts';
import { rowNotTaken } from './rules/row-not-taken.ts';
import { samplesTooOld } from './rules/samples-too-old.ts';
import { scrapeFails } from './rules/scrape-fails.ts';
import { scrapedTooSeldom } from './rules/scraped-too-seldom.ts';
import { seriesDropped } from './rules/series-dropped.ts';
import { seriesMerged, targetsAlike } from './rules/series-merged.ts';
import { seriesNotDropped } from './rules/series-not-dropped.ts';
import { seriesRelabelled } from './rules/series-relabelled.ts';
import { serviceAnswersOtherwise } from './rules/service-answers-otherwise.ts';
import { serviceCountsUpOnly } from './rules/service-counts-up-only.ts';
import { serviceEnded } from './rules/service-ended.ts';
import { serviceFails } from './rules/service-fails.ts';
import { serviceLacksAPart } from './rules/service-lacks-a-part.ts';
import { serviceLooksTooSeldom } from './rules/service-looks-too-seldom.ts';
import { serviceMessageUnroutable } from './rules/service-message-unroutable.ts';
import { serviceUnhealthy } from './rules/service-unhealthy.ts';
import { signalEndpointNotFound } from './rules/signal-endpoint-not-found.ts';
import { signalWithoutOutput } from './rules/signal-without-output.ts';
import { sourceFails } from './rules/source-fails.ts';
import { sourceSaysSo } from './rules/source-says-so.ts';
import { sourceUnreachable } from './rules/source-unreachable.ts';
import { targetsDropped } from './rules/targets-dropped.ts';
import { targetsOfAnotherExporter } from './rules/targets-of-another-exporter.ts';
import { unhealthyComponents } from './rules/unhealthy-components.ts';
import { writeBehind } from './rules/write-behind.ts';
import { wrongAddressOfAlloy } from './rules/wrong-address-of-alloy.ts';
import { SEEN_OF_SERVICE, STATED_BY_SERVICE } from './service-rules.ts';
import { type Failure, gatherSymptoms, type Symptoms } from './symptoms.ts';

/** Alloy does not run, so nothing can arrive on any path. */
const ALLOY_DOWN: readonly Rule[] = [wrongAddressOfAlloy, configurationError, noAnswerFromAlloy];

/** The rules for telemetry on each path, for an export of the run, for what should not have arrived, and for all other failures; root causes first. */
export const RULES: Readonly<Record<Path | 'own export' | 'too much' | 'other', readonly Rule[]>> = {
  otlp: [
    backendSilent,
    ...ALLOY_DOWN,
    anotherBackend,
    serviceEnded,
    sourceUnreachable,
    sourceFails,
    unhealthyComponents,
    noOtlpReceiver,
    signalWithoutOutput,
    otherProtocol,
    endpointOfAnotherService,
    grafanaCloudRefuses,
    tokenExpired,
    otlpLoginRefused,
    signalEndpointNotFound,
    otlpPathNotFound,
    answerAwaitedTooBriefly,
    noOtlpResponse,
    sendingQueueFull,
    otlpEndpointUnreachable,
    compressionRefused,
    otlpExportRefused,
    questionsRefused,
    queryRefused,
    receiverElsewhere,
    receiverPath,
    receiverSettingRefuses,
    receiverRefuses,
    fixtureFailed,
    ...STATED_BY_SERVICE,
    partialSuccess,
    // Data of a wrong time looks lost.
    clockDiffers,
    backendHoldsNone,
    itemsLost,
    itemsTwice,
    itemsChanged,
    itemsLate,
    ownLost,
    ownChanged,
    messagesNotAcknowledged,
    queueShared,
    ...SEEN_OF_SERVICE,
    nothingAccepted,
    heldTooLong,
    nothingExported,
    serviceUnhealthy,
    overloaded,
  ],
  'remote write': [
    backendSilent,
    ...ALLOY_DOWN,
    anotherBackend,
    sourceUnreachable,
    sourceFails,
    unhealthyComponents,
    targetsDropped,
    targetsOfAnotherExporter,
    otherTargetLabels,
    noScrapeTarget,
    forwardsToNothing,
    seriesDropped,
    seriesMerged,
    targetsAlike,
    seriesRelabelled,
    remoteWriteWithoutUrl,
    endpointOfAnotherService,
    grafanaCloudRefuses,
    tokenExpired,
    remoteWriteLoginRefused,
    remoteWritePathNotFound,
    answerAwaitedTooBriefly,
    loginFileUnreadable,
    remoteWriteUnreachable,
    remoteWriteRefused,
    samplesTooOld,
    otherMark,
    clockDiffers,
    writeBehind,
    backendHoldsNone,
    itemsLost,
    itemsTwice,
    itemsLate,
    questionsRefused,
    queryRefused,
    scrapedTooSeldom,
    sourceSaysSo,
    exporterCannotConnect,
    scrapeFails,
    notExported,
    otherLabels,
    heldTooLong,
    nothingSent,
    overloaded,
  ],
  /** What is no telemetry. */
  none: [
    serviceEnded,
    sourceUnreachable,
    sourceFails,
    fixtureFailed,
    serviceLooksTooSeldom,
    serviceMessageUnroutable,
    serviceLacksAPart,
    serviceFails,
    messagesNotAcknowledged,
    queueShared,
    jobDoneAgain,
    eventPublishedTwice,
    rowNotTaken,
    serviceUnhealthy,
    serviceAnswersOtherwise,
    deadLettersWait,
    overloaded,
    eventLost,
    deadLetterLost,
  ],
  // What has answered, or has not, is Alloy's receiver.
  'own export': [
    ...ALLOY_DOWN,
    unhealthyComponents,
    noOtlpReceiver,
    signalWithoutOutput,
    receiverElsewhere,
    receiverPath,
    receiverSettingRefuses,
    otlpLoginRefused,
    otlpExportRefused,
    receiverRefuses,
    overloaded,
  ],
  other: [
    serviceEnded,
    sourceUnreachable,
    sourceFails,
    fixtureFailed,
    serviceMessageUnroutable,
    serviceLacksAPart,
    serviceFails,
    messagesNotAcknowledged,
    queueShared,
    serviceUnhealthy,
    serviceAnswersOtherwise,
    ...ALLOY_DOWN,
    unhealthyComponents,
    signalWithoutOutput,
    receiverElsewhere,
    overloaded,
  ],
  // No fault on the way explains what arrived, unless it is old.
  'too much': [seriesNotDropped, writeBehind, serviceCountsUpOnly, sourceSaysSo],
};

/**
 * Why a criterion failed: the first cause that the symptoms prove; if they prove none, where to look. Whether what it waited for has
 * come since tells what is merely late from what is lost, so it is asked before any of the two is told.
 */
export async function diagnose(run: Run, failure: Failure, hasCome?: HasCome): Promise<Diagnosis> {
  const symptoms = await gatherSymptoms(run, failure);
  const finding = explain(symptoms);
  if (finding !== undefined) return { finding };
  const all = { ...symptoms, delay: await measureDelay(symptoms, hasCome) };
  const last = explain(all);
  return last === undefined ? { lead: await findLead(all) } : { finding: last };
}

/** How long what is late on a quiet machine may be awaited once more. */
const LATE: Milliseconds = 2000;

/** How long after the first question it was that what was asked for has come: `never`, or not known where it can't be asked for again. */
async function measureDelay({ evidence, load }: Symptoms, hasCome: HasCome | undefined): Promise<Symptoms['delay']> {
  if (evidence.kind !== 'observation' || hasCome === undefined) return undefined;
  const isBusy = load !== undefined && isOverload(load);
  const isThere = await comesTrue(isBusy ? scaleToLoad(LATE) : 0, hasCome).catch(() => undefined);
  return isThere ? Date.now() - evidence.askedAt : isThere === false ? 'never' : undefined;
}

/** The cause, or else where to look. */
export type Diagnosis = { readonly finding?: Finding | undefined; readonly lead?: Lead | undefined };

/** The first cause that these symptoms prove. */
export function explain(symptoms: Symptoms): Finding | undefined {
  const { evidence } = symptoms;
  const path = evidence.kind === 'observation' ? evidence.path : isExport(evidence) ? 'own export' : 'other';
  for (const rule of RULES[isTooMuch(evidence) ? 'too much' : path]) {
    const finding = rule.find(symptoms);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function isExport(evidence: Evidence): boolean {
  return evidence.kind === 'error' && evidence.failed !== undefined;
}

/** Whether something arrived that should not have, or more than should have: no fault on the path explains that. */
function isTooMuch(evidence: Evidence): boolean {
  if (evidence.kind !== 'observation') return false;
  const { condition, seen } = evidence;
  if (condition.kind === 'empty') return seen.kind !== 'query failure';
  const isUpperLimit = condition.kind === 'value' && (condition.is === 'at most' || condition.is === 'below');
  return isUpperLimit && seen.kind === 'values' && seen.count > 0;
}
