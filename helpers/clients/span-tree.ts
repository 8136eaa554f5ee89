import { SPAN_KINDS } from '../otlp/schema.ts';
import type { FoundSpan } from './tempo.ts';

/** The children of a span, and those of its internal children: a framework makes internal spans around what a handler does. */
export function listBelow(trace: readonly FoundSpan[], { spanId }: Pick<FoundSpan['span'], 'spanId'>): FoundSpan[] {
  const below: FoundSpan[] = [];
  // A set grows while it is gone through, and a span that is its own ancestor is in it once.
  const parents = new Set([spanId]);
  for (const parent of parents) {
    for (const found of trace) {
      if (found.span.parentSpanId !== parent || parents.has(found.span.spanId)) continue;
      below.push(found);
      if (SPAN_KINDS[found.span.kind] === 'SPAN_KIND_INTERNAL') parents.add(found.span.spanId);
    }
  }
  return below;
}
