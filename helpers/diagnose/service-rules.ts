import { childSpanMissing } from './rules/child-span-missing.ts';
import { eventPublishedTwice, jobDoneAgain } from './rules/job-done-again.ts';
import { logLevelDiffers } from './rules/log-level-differs.ts';
import { parentSpanMissing } from './rules/parent-span-missing.ts';
import { serviceCacheNotUsed } from './rules/service-cache-not-used.ts';
import { serviceCountsUpOnly } from './rules/service-counts-up-only.ts';
import { serviceExportFails } from './rules/service-export-fails.ts';
import { serviceExportsElsewhere } from './rules/service-exports-elsewhere.ts';
import { serviceExportsNothing } from './rules/service-exports-nothing.ts';
import { serviceFails } from './rules/service-fails.ts';
import { serviceGivesUpEarly } from './rules/service-gives-up-early.ts';
import { serviceHasAnotherName } from './rules/service-has-another-name.ts';
import { serviceKeepsNoContext } from './rules/service-keeps-no-context.ts';
import { serviceLacksAPart } from './rules/service-lacks-a-part.ts';
import { serviceLeavesOutRequest } from './rules/service-leaves-out-request.ts';
import { serviceLimitsTelemetry } from './rules/service-limits-telemetry.ts';
import { serviceLogsLess } from './rules/service-logs-less.ts';
import { serviceLogsWithoutTrace } from './rules/service-logs-without-trace.ts';
import { serviceLooksTooSeldom } from './rules/service-looks-too-seldom.ts';
import { serviceLosesContext } from './rules/service-loses-context.ts';
import { serviceMakesNoSpans } from './rules/service-makes-no-spans.ts';
import { serviceMessageUnroutable } from './rules/service-message-unroutable.ts';
import { serviceMetricDiffers } from './rules/service-metric-differs.ts';
import { serviceNotInstrumented } from './rules/service-not-instrumented.ts';
import { serviceOfAnotherInstance } from './rules/service-of-another-instance.ts';
import { serviceSamplesLess } from './rules/service-samples-less.ts';
import { serviceSendsChanges } from './rules/service-sends-changes.ts';
import { serviceSendsLate } from './rules/service-sends-late.ts';
import { serviceSendsNoSignal } from './rules/service-sends-no-signal.ts';
import { spanBeginsTrace } from './rules/span-begins-trace.ts';
import { spanDiffers } from './rules/span-differs.ts';
import { spanFails } from './rules/span-fails.ts';
import { telemetryWithoutResource } from './rules/telemetry-without-resource.ts';
import type { ServiceRule } from './service-rule.ts';

/** The rules about what services say of themselves: what they were started with decides before what they can't reach. */
export const STATED_BY_SERVICE: readonly ServiceRule[] = [
  serviceExportsNothing,
  serviceExportsElsewhere,
  serviceSamplesLess,
  serviceHasAnotherName,
  serviceOfAnotherInstance,
  serviceKeepsNoContext,
  serviceNotInstrumented,
  serviceLogsLess,
  serviceSendsChanges,
  serviceLosesContext,
  serviceLimitsTelemetry,
  serviceSendsLate,
  serviceGivesUpEarly,
  serviceLogsWithoutTrace,
  serviceLooksTooSeldom,
  serviceMessageUnroutable,
  serviceLacksAPart,
  serviceFails,
];

/** The rules about what the backend has of services. */
export const SEEN_OF_SERVICE: readonly ServiceRule[] = [
  jobDoneAgain,
  eventPublishedTwice,
  telemetryWithoutResource,
  spanBeginsTrace,
  serviceLeavesOutRequest,
  spanFails,
  spanDiffers,
  serviceCacheNotUsed,
  parentSpanMissing,
  serviceMakesNoSpans,
  childSpanMissing,
  serviceMetricDiffers,
  serviceCountsUpOnly,
  logLevelDiffers,
  serviceExportFails,
  serviceSendsNoSignal,
];
