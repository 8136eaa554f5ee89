import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CannotRun } from '../../run/cannot-run.ts';
import { ROOT } from '../../settings/settings.ts';

/** A container as `docker-compose.test.yml` has it, with its variables put in. */
export type ComposeService = {
  readonly image: string;
  /** The arguments after the image's entrypoint; absent where the image's own are kept. */
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What of this machine is read in the container; absolute paths. */
  readonly files: readonly { readonly source: string; readonly target: string }[];
  readonly ports: readonly PublishedPort[];
  readonly workingDirectory?: string;
};

/** A port of a container, and the address and port at which its engine's machine serves it. */
export type PublishedPort = { readonly address: string; readonly host: number; readonly container: number };

const path = join(ROOT, 'docker-compose.test.yml');

const port = z
  .string()
  .regex(/^[\d.]+:\d+:\d+$/, 'a port is ADDRESS:HOST:CONTAINER')
  .transform((text): PublishedPort => {
    const [address = '', host, container] = text.split(':');
    return { address, host: Number(host), container: Number(container) };
  });
const volume = z
  .string()
  .regex(/^[^:]+:\/[^:]+:ro$/, 'a volume is SOURCE:/TARGET:ro')
  .transform((text) => {
    const [source = '', target = ''] = text.split(':');
    return { source: resolve(ROOT, source), target };
  });
const Service = z.strictObject({
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(volume).default([]),
  ports: z.array(port).default([]),
  working_dir: z.string().optional(),
  // For docker compose alone: a run proves readiness itself, stops parts as it wants, and knows the host's address.
  healthcheck: z.unknown().optional(),
  profiles: z.unknown().optional(),
  stop_signal: z.unknown().optional(),
  extra_hosts: z.unknown().optional(),
});
const File = z.object({ services: z.record(z.string(), Service) });

/**
 * The containers of `docker-compose.test.yml` by name, for these values of its variables (Compose specification,
 * "Interpolation": `${NAME}`, `${NAME:-default}`, `$$`). Throws `CannotRun` where the file holds what is not understood.
 */
export function composeServices(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, ComposeService>> {
  const { services } = read(variables);
  return Object.fromEntries(
    Object.entries(services).map(([name, { image, command, environment, volumes, ports, working_dir }]) => [
      name,
      {
        image,
        environment,
        files: volumes,
        ports,
        ...(command !== undefined && { command }),
        ...(working_dir !== undefined && { workingDirectory: working_dir }),
      },
    ]),
  );
}

function read(variables: Readonly<Record<string, string | undefined>>): z.infer<typeof File> {
  try {
    return File.parse(interpolate(parse(readFileSync(path, 'utf8'), { merge: true }), variables));
  } catch (error) {
    const problems =
      error instanceof z.ZodError
        ? error.issues.map(({ path: where, message }) => `${where.join('.')}: ${message}`)
        : [error instanceof Error ? error.message : String(error)];
    throw new CannotRun(
      `docker-compose.test.yml holds what a run does not understand:\n${problems.map((line) => `    ${line}`).join('\n')}`,
      'write it as the other services there, or run with STACK=native.',
    );
  }
}

function interpolate(value: unknown, variables: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$(?:\$|\{(\w+)(?::-([^}]*))?\}|)/g, (all, name?: string, fallback?: string) => {
      if (all === '$$') return '$';
      if (name === undefined) throw new Error('a $ is followed by no {VARIABLE}: write $$ for the character itself');
      return variables[name] || (fallback ?? '');
    });
  }
  if (Array.isArray(value)) return value.map((item) => interpolate(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, variables)]));
}
