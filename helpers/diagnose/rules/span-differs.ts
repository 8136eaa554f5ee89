import { distance } from 'fastest-levenshtein';
import type { FoundSpan } from '../../clients/tempo.ts';
import { createServiceRule, isOf } from '../service-rule.ts';
import {
  hasAttribute,
  hasName,
  isLike,
  nameKind,
  readAttributes,
  readSearchedShape,
  readShape,
  type SpanShape,
  toKind,
} from '../span-shape.ts';

/** What a span has otherwise than it should. */
type Difference = { readonly what: string; readonly wanted?: string; readonly found?: string };

/**
 * The span that a criterion looks for is there under another name, or without an attribute, or with one of another name or type.
 *
 * `the span scheduled.process_dlq of the notification daemon has no attribute scheduler.dlq_check_interval, but
 * scheduler.dlq_interval=1`
 */
export const spanDiffers = createServiceRule('span differs', (service, question) => {
  const { subject, observation, trace = [], recent = [] } = question;
  if (subject?.kind !== 'trace' && subject?.kind !== 'traces') return undefined;
  const shape = readShape(observation?.condition) ?? readSearchedShape(subject);
  if (shape === undefined) return undefined;
  const isSearch = subject.kind === 'traces';
  const spans = (isSearch ? recent : trace).filter((found) => isOf(service, found));
  if (spans.some((found) => isLike(found, shape))) return findInChildren(spans, shape);
  const named = spans.filter((found) => hasName(found, shape));
  const parents = new Set<string>(spans.map(({ span }) => span.spanId));
  const isWhole = ({ span }: FoundSpan) => span.parentSpanId === '' || parents.has(span.parentSpanId);
  if (named.length > 0) return compare(named, shape, isSearch);
  const candidates = spans.filter((found) => isWhole(found) && hasAll(found, shape));
  const roots = candidates.filter(({ span }) => span.parentSpanId === '');
  // Several may have the attribute: a guild is joined and left.
  const measure = ({ span }: FoundSpan) => distance(span.name, shape.name ?? '');
  const [found] = (roots.length > 0 ? roots : candidates).toSorted((a, b) => measure(a) - measure(b));
  if (found !== undefined && shape.name !== undefined) {
    // The instrumentation of HTTP names a span by its route.
    const hasRoute = !/^[A-Z]+ \//.test(shape.name) || 'http.route' in readAttributes(found.span);
    const named = { what: 'name', wanted: shape.name, found: found.span.name };
    return { name: shape.name, differences: hasRoute ? [named] : [named, { what: 'attribute http.route' }] };
  }
  if (isSearch || shape.name !== undefined) return undefined;
  const [similar] = spans.filter(({ span }) => shape.kind === undefined || nameKind(span) === shape.kind);
  return similar && compare([similar], shape, false);
});

/** A child that is there, and lacks something that can be told. */
function findInChildren(spans: readonly FoundSpan[], { children }: SpanShape) {
  for (const child of children) {
    if (spans.some((found) => isLike(found, child))) continue;
    const ofItsKind = spans.filter((found) => isLike(found, toKind(child)));
    if (child.name === undefined) {
      const differences = Object.keys(child.attributes).length > 1 ? listUnlike(ofItsKind, child) : [];
      const [first] = ofItsKind;
      if (first !== undefined && differences.length > 0) return { name: first.span.name, differences };
      continue;
    }
    const named = spans.filter((found) => hasName(found, child));
    const found = named.length > 0 ? compare(named, child, false) : undefined;
    if (found !== undefined) return found;
    const other = spans.find((one) => Object.keys(child.attributes).length > 1 && hasAll(one, child));
    if (other !== undefined) {
      return { name: child.name, differences: [{ what: 'name', wanted: child.name, found: other.span.name }] };
    }
  }
  return undefined;
}

/** The attributes that match a pattern in none of some spans of the right kind. */
function listUnlike(spans: readonly FoundSpan[], { attributes }: SpanShape): Difference[] {
  return Object.entries(attributes).flatMap(([keys, wanted]): Difference[] => {
    if (spans.length === 0 || spans.some(({ span }) => hasAttribute(span, keys, wanted))) return [];
    const names = keys.split('|');
    const what = `attribute ${names[0]}`;
    const found = spans.flatMap(({ span }) => names.flatMap((name) => readAttributes(span)[name] ?? []))[0];
    return [found === undefined ? { what } : { what, wanted: String(wanted), found: `${names[0]}=${found}` }];
  });
}

/** Whether a span has all attributes of a shape, and there are some by which it is known. */
function hasAll({ span }: FoundSpan, { attributes, kind }: SpanShape): boolean {
  const entries = Object.entries(attributes);
  const isKnown = entries.some(([, value]) => String(value).length > 5);
  return (
    isKnown &&
    (kind === undefined || nameKind(span) === kind) &&
    entries.every(([keys, value]) => hasAttribute(span, keys, value))
  );
}

/** What spans of the right name have otherwise; of a search, only an attribute that none of them has says so. */
function compare(named: readonly FoundSpan[], shape: SpanShape, isSearch: boolean) {
  const [{ span } = { span: undefined }] = named;
  if (span === undefined) return undefined;
  const differences = Object.entries(shape.attributes).flatMap(([keys, wanted]): Difference[] => {
    const names = keys.split('|');
    const holders = named.filter((found) => names.some((key) => key in readAttributes(found.span)));
    if (holders.length === 0) {
      const renamed = named.flatMap((found) =>
        Object.entries(readAttributes(found.span)).filter(([, value]) => value === wanted),
      )[0];
      const found = renamed === undefined ? undefined : `${renamed[0]}=${renamed[1]}`;
      return [{ what: `attribute ${names[0]}`, ...(found !== undefined && { found }) }];
    }
    const values = holders.map((found) =>
      names.map((key) => readAttributes(found.span)[key]).find((one) => one !== undefined),
    );
    if (values.some((value) => typeof value === typeof wanted && !isSearch && String(value) === String(wanted)))
      return [];
    const ofOtherType = values.find((value) => typeof value !== typeof wanted);
    if (values.every((value) => typeof value !== typeof wanted)) {
      return [
        {
          what: `attribute ${names[0]}`,
          wanted: JSON.stringify(wanted),
          found: `${names[0]}=${ofOtherType} (${typeof ofOtherType})`,
        },
      ];
    }
    const isPattern = typeof wanted === 'string' && wanted.startsWith('/');
    return isSearch || isPattern || named.some((found) => hasAttribute(found.span, keys, wanted))
      ? []
      : [{ what: `attribute ${names[0]}`, wanted: JSON.stringify(wanted), found: `${names[0]}=${values[0]}` }];
  });
  if (!isSearch) {
    if (shape.root === true && named.every((found) => found.span.parentSpanId !== ''))
      differences.push({ what: 'root' });
    if (shape.kind !== undefined && named.every((found) => nameKind(found.span) !== shape.kind)) {
      differences.push({ what: 'kind', wanted: shape.kind, found: nameKind(span) });
    }
    if (
      shape.status === 'error' &&
      named.every((found) => !isLike(found, { attributes: {}, children: [], status: 'error' }))
    ) {
      differences.push({ what: 'status', wanted: 'error' });
    }
    if (
      shape.event !== undefined &&
      named.every((found) => !isLike(found, { attributes: {}, children: [], event: shape.event }))
    ) {
      differences.push({ what: `event ${shape.event}` });
    }
  }
  return differences.length === 0 ? undefined : { name: span.name, differences };
}
