import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { computeRecipe } from '../../images/recipe.ts';
import { ALLOY_KIND_LABEL, RECIPE_LABEL, standInFor } from '../../images/stand-ins.ts';
import { type Part, partsInOrder } from '../../run/part.ts';
import type { Environment } from '../../settings/environment.ts';
import { readSettings } from '../../settings/settings.ts';
import { type EngineAnswer, startAnsweringEngine } from '../../setup/testing/answering-engine.ts';
import { chooseStack, describePlan } from '../choose.ts';
import type { StackPlan } from '../plan.ts';
import { pullImages } from './container-images.ts';

const REDIS = 'redis:7.4-alpine';
const ALLOY = 'grafana/alloy:v1.18.0';
const LGTM = 'grafana/otel-lgtm:0.31.0';
const OUT_OF_REACH = 'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host';

const image = (labels: Record<string, string> = {}): EngineAnswer => ({
  body: { Id: 'sha256:1', Config: { Labels: labels } },
});
const refuse = (status: number, message: string): EngineAnswer => ({ status, body: { message } });

/** The plan for these parts, with an engine that has these images and whose registry gives this answer. */
async function choose(
  images: Readonly<Record<string, EngineAnswer>>,
  registry: EngineAnswer = refuse(500, OUT_OF_REACH),
  environment: Environment = {},
  parts: readonly Part[] = ['redis'],
): Promise<StackPlan> {
  await using engine = await startAnsweringEngine((path) => {
    const [, kind, name = ''] = /^\/(images|distribution)\/(.+)\/json$/.exec(path) ?? [];
    if (kind === 'distribution') return registry;
    return kind === 'images' ? images[name] : undefined;
  });
  const settings = readSettings({ DOCKER_HOST: engine.address, PATH: '/nowhere', ...environment });
  return await chooseStack(settings, parts, { reuse: false });
}

async function buildStandIn(name: string, labels: Record<string, string> = {}): Promise<EngineAnswer> {
  const standIn = standInFor(name);
  if (standIn === undefined) throw new Error(`${name} has no stand-in`);
  return image({ [RECIPE_LABEL]: await computeRecipe(standIn, readSettings({ PATH: '/nowhere' })), ...labels });
}

/** A folder with a program called alloy that prints this. */
function writeAlloy(version: string): Disposable & { readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), 'choose-images-'));
  writeFileSync(join(directory, 'alloy'), `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

describe('without STACK, a stack consists of containers', () => {
  test('if the engine has the images', async () => {
    const plan = await choose({ [REDIS]: image() });
    expect(plan).toMatchObject({ stack: 'containers', because: 'an engine has the images' });
    expect(plan.stack === 'containers' && plan.images.get('redis')).toMatchObject({ found: { image: REDIS } });
  });

  test('if their registry has them', async () => {
    const plan = await choose({}, { body: { Descriptor: {} } });
    expect(plan).toMatchObject({ stack: 'containers', because: 'an engine has the images' });
    expect(plan.stack === 'containers' && plan.images.get('redis')).toEqual({ wanted: REDIS, pullable: 'surely' });
  });

  test('if the engine has an up-to-date stand-in, and no registry can be reached', async () => {
    const plan = await choose({ 'stand-in/redis': await buildStandIn('redis') });
    expect(plan.stack).toBe('containers');
    expect(describePlan(plan)).toMatchObject({ standIns: [REDIS] });
  });
});

describe('BACKEND=lgtm without the URLs of a Tempo, a Prometheus and a Loki', () => {
  const environment = { BACKEND: 'lgtm' };
  const parts: readonly Part[] = ['alloy', 'mock-cloud'];

  test('is a stack of containers with grafana/otel-lgtm and a gateway to it, whatever the engine has', async () => {
    const plan = await choose({}, undefined, environment, parts);
    expect(plan).toMatchObject({
      stack: 'containers',
      because: 'BACKEND=lgtm starts grafana/otel-lgtm',
      backend: 'lgtm',
      parts: ['alloy', 'mock-cloud', 'lgtm'],
    });
    expect(plan.access).toBeUndefined();
    expect(plan.stack === 'containers' && plan.images.get('lgtm')).toMatchObject({ wanted: LGTM });
  });

  test('is one too where this machine has an alloy on PATH', async () => {
    using path = writeAlloy('alloy, version v1.18.0 (branch: HEAD)');
    expect(await choose({}, undefined, { ...environment, PATH: path.directory }, parts)).toMatchObject({
      stack: 'containers',
    });
  });

  test('says what does without an image that can’t be had', async () => {
    const images = { [ALLOY]: image() };
    const plan = await choose(images, undefined, environment, parts);
    await expect(plan.stack === 'containers' && pullImages(plan, () => {})).rejects.toMatchObject({
      message: expect.stringContaining(`the image ${LGTM} is not in the engine and can't be pulled`),
      fix: 'select another image with LGTM_IMAGE, or a mirror with IMAGE_REGISTRY; TEMPO_URL, PROMETHEUS_URL and LOKI_URL do without it.',
    });
    const other = await choose({ [LGTM]: image() }, undefined, environment, parts);
    await expect(other.stack === 'containers' && pullImages(other, () => {})).rejects.toMatchObject({
      fix: expect.stringContaining('STACK=native with TEMPO_URL, PROMETHEUS_URL and LOKI_URL needs no images.'),
    });
  });
});

test('another backend has no grafana/otel-lgtm, whatever parts are asked for', async () => {
  const { parts } = await choose({}, undefined, {}, partsInOrder);
  expect(parts).toContain('mock-cloud');
  expect(parts).not.toContain('lgtm');
});

describe('without STACK, a stack is native, with the reason,', () => {
  test.each([
    ['asks for a login', refuse(401, 'unauthorized: authentication required'), 'the engine may not get the image'],
    ['can not be asked', refuse(404, 'page not found'), 'the engine may not get the image'],
    ['has no known host', refuse(500, OUT_OF_REACH), 'the engine does not have the image'],
    [
      'refuses connections',
      refuse(500, 'dial tcp 10.0.0.1:443: connection refused'),
      'the engine does not have the image',
    ],
    ['does not answer', refuse(500, 'context deadline exceeded'), 'the engine does not have the image'],
  ])('if the registry of a missing image %s', async (_, registry, because) => {
    expect(await choose({}, registry)).toMatchObject({ stack: 'native', because: `${because} ${REDIS}` });
  });

  test('if only one of several images is missing', async () => {
    const plan = await choose({ [REDIS]: image() }, undefined, {}, ['redis', 'postgres']);
    expect(plan).toMatchObject({
      stack: 'native',
      because: 'the engine does not have the image postgres:17-alpine',
    });
  });

  test('if this machine has an alloy on PATH, whatever the engine has', async () => {
    using path = writeAlloy('alloy, version v1.18.0 (branch: HEAD)');
    const plan = await choose({ [REDIS]: image() }, undefined, { PATH: path.directory });
    expect(plan).toMatchObject({ stack: 'native', because: 'alloy is on PATH', alloy: { kind: 'binary' } });
  });

  test('but not because of another program that is called alloy', async () => {
    using path = writeAlloy('a model checker, version 6.2');
    const plan = await choose({ [REDIS]: image() }, undefined, { PATH: path.directory });
    expect(plan.stack).toBe('containers');
  });

  test('if a stand-in is outdated', async () => {
    expect(await choose({ 'stand-in/redis': image({ [RECIPE_LABEL]: 'of other files' }) })).toMatchObject({
      stack: 'native',
      because: 'the image stand-in/redis is out of date: `npm run images` builds it again',
    });
  });
});

test.each([{ STACK: 'containers' }, { ALLOY: 'container' }])(
  'with %o, containers are chosen whatever the registry answers',
  async (environment) => {
    for (const registry of [refuse(401, 'no'), refuse(500, OUT_OF_REACH)]) {
      expect(await choose({}, registry, environment)).toMatchObject({ stack: 'containers' });
    }
  },
);

describe('the Alloy of a stack of containers', () => {
  const containers = { STACK: 'containers' };

  test('is called by what its image has in it', async () => {
    const real = await choose({ [ALLOY]: image() }, undefined, containers, ['alloy']);
    expect(describePlan(real).alloy).toEqual({ kind: 'container' });
    const standIn = await buildStandIn('grafana/alloy', { [ALLOY_KIND_LABEL]: 'embedded' });
    const embedded = await choose({ 'stand-in/alloy': standIn }, undefined, containers, ['alloy']);
    expect(describePlan(embedded)).toMatchObject({ alloy: { kind: 'embedded' }, standIns: [ALLOY] });
  });

  test('can not be the embedded one if the image has a Grafana Alloy in it', async () => {
    const environment = { ...containers, ALLOY: 'embedded' };
    await expect(choose({ [ALLOY]: image() }, undefined, environment, ['alloy'])).rejects.toThrow(
      `ALLOY=embedded, and the image ${ALLOY} has a Grafana Alloy in it`,
    );
  });
});
