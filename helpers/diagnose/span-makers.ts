import type { SpanShape } from './span-shape.ts';

/** The instrumentations that make spans of a shape and its children, by the names of `@opentelemetry/auto-instrumentations-node`. */
export function listMakers({ kind, attributes, children }: SpanShape): string[] {
  const has = (key: string, value?: string) =>
    Object.entries(attributes).some(
      ([names, found]) => names.split('|').includes(key) && (value === undefined || found === value),
    );
  return [
    ...(kind === 'server' || has('http.request.method') ? ['http'] : []),
    ...(has('db.system.name', 'postgresql') ? ['pg'] : []),
    ...(has('db.system.name', 'redis') ? ['ioredis'] : []),
    ...(kind === 'producer' || kind === 'consumer' ? ['amqplib'] : []),
    ...children.flatMap(listMakers),
  ];
}
