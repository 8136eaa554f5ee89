import type { Evidence, Path } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import type { Run } from '../run/run.ts';
import type { Rule } from './rule.ts';
import { anotherBackend } from './rules/another-backend.ts';
import { backendSilent } from './rules/backend-silent.ts';
import { clockDiffers } from './rules/clock-differs.ts';
import { grafanaCloudRefuses, tokenExpired } from './rules/cloud-login.ts';
import { configurationError } from './rules/configuration-error.ts';
import { exporterCannotConnect } from './rules/exporter-cannot-connect.ts';
import { fixtureFailed } from './rules/fixture-failed.ts';
import { forwardsToNothing } from './rules/forwards-to-nothing.ts';
import { heldTooLong } from './rules/held-too-long.ts';
import { noAnswerFromAlloy } from './rules/no-answer-from-alloy.ts';
import { noOtlpReceiver } from './rules/no-otlp-receiver.ts';
import { noScrapeTarget } from './rules/no-scrape-target.ts';
import { nothingAccepted } from './rules/nothing-accepted.ts';
import { nothingExported } from './rules/nothing-exported.ts';
import { nothingSent } from './rules/nothing-sent.ts';
import { otherLabels } from './rules/other-labels.ts';
import { otherProtocol } from './rules/other-protocol.ts';
import { otherTargetLabels } from './rules/other-target-labels.ts';
import { otlpEndpointUnreachable, otlpExportRefused, otlpLoginRefused, otlpPathNotFound } from './rules/otlp-export.ts';
import { overloaded } from './rules/overloaded.ts';
import { queryRefused } from './rules/query-refused.ts';
import { questionsRefused } from './rules/questions-refused.ts';
import { receiverElsewhere } from './rules/receiver-elsewhere.ts';
import { receiverRefuses } from './rules/receiver-refuses.ts';
import {
  remoteWriteLoginRefused,
  remoteWritePathNotFound,
  remoteWriteRefused,
  remoteWriteUnreachable,
  remoteWriteWithoutUrl,
} from './rules/remote-write.ts';
import { scrapeFails } from './rules/scrape-fails.ts';
import { scrapedTooSeldom } from './rules/scraped-too-seldom.ts';
import { seriesDropped } from './rules/series-dropped.ts';
import { serviceUnhealthy } from './rules/service-unhealthy.ts';
import { signalWithoutOutput } from './rules/signal-without-output.ts';
import { sourceFails } from './rules/source-fails.ts';
import { sourceUnreachable } from './rules/source-unreachable.ts';
import { unhealthyComponents } from './rules/unhealthy-components.ts';
import { wrongAddressOfAlloy } from './rules/wrong-address-of-alloy.ts';
import { type Failure, gatherSymptoms, type Symptoms } from './symptoms.ts';

/** Alloy does not run, so nothing can arrive on any path. */
const ALLOY_DOWN: readonly Rule[] = [wrongAddressOfAlloy, configurationError, noAnswerFromAlloy];

/** The rules for telemetry on each path and for all other failures, root causes first. */
export const RULES: Readonly<Record<Path | 'other', readonly Rule[]>> = {
  otlp: [
    backendSilent,
    ...ALLOY_DOWN,
    anotherBackend,
    sourceUnreachable,
    sourceFails,
    unhealthyComponents,
    noOtlpReceiver,
    signalWithoutOutput,
    otherProtocol,
    grafanaCloudRefuses,
    tokenExpired,
    otlpLoginRefused,
    otlpPathNotFound,
    otlpEndpointUnreachable,
    otlpExportRefused,
    questionsRefused,
    queryRefused,
    receiverElsewhere,
    receiverRefuses,
    nothingAccepted,
    heldTooLong,
    nothingExported,
    fixtureFailed,
    serviceUnhealthy,
    clockDiffers,
    overloaded,
  ],
  'remote write': [
    backendSilent,
    ...ALLOY_DOWN,
    anotherBackend,
    sourceUnreachable,
    sourceFails,
    unhealthyComponents,
    otherTargetLabels,
    noScrapeTarget,
    forwardsToNothing,
    seriesDropped,
    remoteWriteWithoutUrl,
    grafanaCloudRefuses,
    tokenExpired,
    remoteWriteLoginRefused,
    remoteWritePathNotFound,
    remoteWriteUnreachable,
    remoteWriteRefused,
    questionsRefused,
    queryRefused,
    scrapedTooSeldom,
    exporterCannotConnect,
    scrapeFails,
    otherLabels,
    nothingSent,
    clockDiffers,
    overloaded,
  ],
  other: [
    sourceUnreachable,
    sourceFails,
    fixtureFailed,
    serviceUnhealthy,
    ...ALLOY_DOWN,
    unhealthyComponents,
    signalWithoutOutput,
    receiverElsewhere,
    overloaded,
  ],
};

/** Why a criterion failed: the first cause that the symptoms prove, or undefined if they prove none. */
export async function diagnose(run: Run, failure: Failure): Promise<Finding | undefined> {
  return isTooMuch(failure.evidence) ? undefined : explain(await gatherSymptoms(run, failure));
}

/** The first cause that these symptoms prove. */
export function explain(symptoms: Symptoms): Finding | undefined {
  const { evidence } = symptoms;
  const isAboutTelemetry = evidence.kind === 'observation' && evidence.subject.kind !== 'application';
  for (const rule of RULES[isAboutTelemetry ? evidence.path : 'other']) {
    const finding = rule.find(symptoms);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** Whether something arrived that should not have, or more than should have: no fault on the path explains that. */
function isTooMuch(evidence: Evidence): boolean {
  if (evidence.kind !== 'observation') return false;
  const { condition, seen } = evidence;
  if (condition.kind === 'empty') return seen.kind !== 'query failure';
  const isUpperLimit = condition.kind === 'value' && (condition.is === 'at most' || condition.is === 'below');
  return isUpperLimit && seen.kind === 'values' && seen.count > 0;
}
