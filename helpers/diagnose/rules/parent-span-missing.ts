import type { FoundSpan } from '../../clients/tempo.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import { SPAN_KINDS } from '../../otlp/schema.ts';
import { createServiceRule, isOf } from '../service-rule.ts';

const MAX_NAMES = 3;
/** A span may leave the service before its parent has ended. */
const PATIENCE: Milliseconds = 5000;

/**
 * Spans of the service have a parent of its own that is not in their trace: it was never ended, or was dropped. In more traces than
 * one, and wherever there is such a span: an export that was lost takes some of them.
 *
 * `the trace 4bf9… has spans of the API service whose parent never arrived: pg.query:SELECT game_scheduler`
 */
export const parentSpanMissing = createServiceRule(
  'parent span missing',
  (service, { subject, trace = [], recent = [] }) => {
    if (subject?.kind !== 'trace' && subject?.kind !== 'traces') return undefined;
    const spans = [...trace, ...recent];
    const ids = new Set<string>(spans.map(({ span }) => span.spanId));
    const inner = spans.filter((found) => isOf(service, found) && isInner(found) && isOld(found));
    const isOrphan = ({ span }: FoundSpan) => !ids.has(span.parentSpanId);
    const orphans = inner.filter(
      (one) => isOrphan(one) && inner.every((other) => other.span.name !== one.span.name || isOrphan(other)),
    );
    const [first, second] = new Set(orphans.map(({ span }) => span.traceId));
    if (first === undefined || second === undefined) return undefined;
    const children = new Set(orphans.filter(({ span }) => span.traceId === first).map(({ span }) => span.name));
    return { traceId: first, children: [...children].slice(0, MAX_NAMES) };
  },
);

/** Whether its parent is a span of the same service: what a server or consumer continues is another's, or the run's. */
function isInner({ span }: FoundSpan): boolean {
  return span.parentSpanId !== '' && !/_(?:SERVER|CONSUMER)$/.test(SPAN_KINDS[span.kind] ?? '');
}

function isOld({ span }: FoundSpan): boolean {
  return Number(span.endTimeUnixNano / 1_000_000n) < Date.now() - PATIENCE;
}
