import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceAccess } from './backend.ts';
import { CLIENT_QUESTIONS } from './client-questions.ts';
import {
  askAll,
  confirmDifferences,
  describeDifferences,
  findDifferences,
  LANGUAGES,
  type Language,
  writeAndWait,
} from './compare.ts';
import { buildDataset, chooseBase } from './dataset.ts';
import { startMock } from './mock.ts';
import { findRealService } from './real-backend.ts';
import { readSeed } from './seed.ts';

const QUESTIONS = 2000;
const MIN_AGREEMENT = 0.99;
const seed = readSeed();
const data = buildDataset(seed, chooseBase(Date.now()));

/** The mock and the real program, with the same data; why there is no real one otherwise. */
type Pair = AsyncDisposable & ({ readonly here: ServiceAccess; readonly there: ServiceAccess } | { missing: string });

async function preparePair(language: Language): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const real = stack.use(await findRealService(language.service));
  const dispose = () => stack.disposeAsync();
  if ('missing' in real) return { missing: real.missing, [Symbol.asyncDispose]: dispose };
  const there = real.access;
  const here = stack.use(await startMock()).access[language.service];
  await Promise.all([there, here].map((access) => writeAndWait(language, access, data)));
  return { here, there, [Symbol.asyncDispose]: dispose };
}

describe.each(LANGUAGES)('$name', (language) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await preparePair(language);
  });
  afterAll(() => pair?.[Symbol.asyncDispose]());

  test('the clients that judge a run read the same from the mock and the real program', async ({ skip }) => {
    if ('missing' in pair) return skip(pair.missing);
    const ask = CLIENT_QUESTIONS[language.service];
    expect(await ask(pair.here, data)).toEqual(await ask(pair.there, data));
  });

  test(`of ${QUESTIONS} random questions the mock answers 99 % as the real program does`, async ({ skip }) => {
    if ('missing' in pair) return skip(pair.missing);
    const { here, there } = pair;
    const questions = language.build(seed, QUESTIONS, data);
    const [expected, found] = await Promise.all([
      askAll(language, there, data, questions),
      askAll(language, here, data, questions),
    ]);
    const differences = findDifferences(questions, expected, found);
    const { confirmed, unstable } = await confirmDifferences(language, there, data, differences);
    const description = describeDifferences(`${language.name}, seed ${seed}`, QUESTIONS, confirmed);
    console.info(`${description}\n  (${unstable.length} more that the real program answers differently each time)`);
    expect(1 - confirmed.length / QUESTIONS, description).toBeGreaterThanOrEqual(MIN_AGREEMENT);
  });
});
