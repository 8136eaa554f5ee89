/** What a criterion wants a span to be, as its evidence has it, and how spans differ from it. */
import { z } from 'zod';
import type { FoundSpan } from '../clients/tempo.ts';
import type { Condition, Subject } from '../findings/evidence.ts';
import { SPAN_KINDS, STATUS_CODES } from '../otlp/schema.ts';

/** A value of an attribute; a text between slashes is a pattern. */
const Value = z.union([z.string(), z.number(), z.boolean()]);
type Value = z.infer<typeof Value>;

/** A shape in the evidence; names for one attribute in several conventions are joined by `|`. */
export type SpanShape = {
  readonly name?: string | undefined;
  /** Not looked at by {@link isLike}. */
  readonly service?: string | undefined;
  readonly kind?: string | undefined;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly root?: boolean | undefined;
  readonly status?: string | undefined;
  readonly event?: string | undefined;
  readonly children: readonly SpanShape[];
  /** What no span of the trace may be. */
  readonly lacks?: SpanShape | undefined;
};
const Shape: z.ZodType<SpanShape> = z.lazy(() =>
  z.object({
    name: z.string().optional(),
    service: z.string().optional(),
    kind: z.string().optional(),
    attributes: z.record(z.string(), Value).default({}),
    root: z.boolean().optional(),
    status: z.string().optional(),
    event: z.string().optional(),
    children: z.array(Shape).default([]),
    lacks: Shape.optional(),
  }),
);

/** The shape that a condition wants; undefined for other conditions. */
export function readShape(condition: Condition | undefined): SpanShape | undefined {
  if (condition?.kind !== 'span') return undefined;
  const { data } = Shape.safeParse(JSON.parse(condition.shape));
  return data;
}

/** The shape that a search for one span wants: `{name="x" && span.y="z"}`; undefined for other questions. */
export function readSearchedShape(subject: Subject | undefined): SpanShape | undefined {
  if (subject?.kind !== 'traces' || subject.query.includes('||')) return undefined;
  const name = /\bname="([^"]+)"/.exec(subject.query)?.[1];
  const attributes = Object.fromEntries(
    [...subject.query.matchAll(/\bspan\.([\w.]+)=(?:"([^"]*)"|(-?[\d.]+))/g)].map(([, key = '', text, number]) => [
      key,
      text ?? Number(number),
    ]),
  );
  return name === undefined ? undefined : { name, attributes, children: [] };
}

/** Whether a span is what a shape wants, whatever its children are. */
export function isLike({ span }: FoundSpan, { name, kind, attributes, root, status, event }: SpanShape): boolean {
  return (
    (name === undefined || matches(span.name, name)) &&
    (kind === undefined || SPAN_KINDS[span.kind] === `SPAN_KIND_${kind.toUpperCase()}`) &&
    (root === undefined || span.parentSpanId === '') &&
    (status === undefined || STATUS_CODES[span.status?.code ?? 0] === 'STATUS_CODE_ERROR') &&
    (event === undefined || span.events.some((one) => one.name === event)) &&
    Object.entries(attributes).every(([keys, value]) => hasAttribute(span, keys, value))
  );
}

/** What makes a span one of its kind: neither its name nor what is a pattern, which say which statement or command it is. */
export function toKind({ name: _, children: __, ...shape }: SpanShape): SpanShape {
  const whole = Object.entries(shape.attributes).filter(([, value]) => !isPattern(value));
  return { ...shape, attributes: Object.fromEntries(whole), children: [] };
}

function isPattern(value: Value): boolean {
  return typeof value === 'string' && /^\/.+\/\w*$/.test(value);
}

/** Whether a span has the name of a shape. */
export function hasName({ span }: FoundSpan, { name }: SpanShape): boolean {
  return name !== undefined && matches(span.name, name);
}

/** Whether a span has one of these names of an attribute, with the value. */
export function hasAttribute(span: FoundSpan['span'], keys: string, value: Value): boolean {
  return keys.split('|').some((key) => {
    const found = readAttributes(span)[key];
    return found !== undefined && matches(found, value);
  });
}

/** The attributes of a span, integers as numbers. */
export function readAttributes({ attributes }: FoundSpan['span']): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    attributes.flatMap(({ key, value }) => {
      const found =
        value?.intValue === undefined
          ? (value?.stringValue ?? value?.boolValue ?? value?.doubleValue)
          : Number(value.intValue);
      return found === undefined ? [] : [[key, found] as const];
    }),
  );
}

/** The kind of a span as shapes have it: `client`. */
export function nameKind({ kind }: FoundSpan['span']): string {
  return (SPAN_KINDS[kind] ?? '').replace('SPAN_KIND_', '').toLowerCase();
}

function matches(found: Value, wanted: Value): boolean {
  const pattern = typeof wanted === 'string' ? /^\/(.+)\/(\w*)$/.exec(wanted) : null;
  if (pattern === null) return found === wanted;
  return typeof found === 'string' && new RegExp(pattern[1] ?? '', pattern[2]).test(found);
}
