import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  askAll,
  confirmDifferences,
  describeDifferences,
  findDifferences,
  LANGUAGES,
  writeAndWait,
} from './compare.ts';
import { buildDataset, chooseBase } from './dataset.ts';
import { startMock } from './mock.ts';
import { findRealService, type RealService } from './real-backend.ts';
import { readSeed } from './seed.ts';

const QUESTIONS = 2000;
const MIN_AGREEMENT = 0.99;
const seed = readSeed();
const data = buildDataset(seed, chooseBase(Date.now()));
let mock: Awaited<ReturnType<typeof startMock>>;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock[Symbol.asyncDispose]());

describe.each(LANGUAGES)('$name', (language) => {
  let real: RealService | undefined;
  beforeAll(async () => {
    real = await findRealService(language.service);
  });
  afterAll(() => real?.[Symbol.asyncDispose]());

  test(`of ${QUESTIONS} random questions the mock answers 99 % as the real program does`, async ({ skip }) => {
    if (real?.access === undefined) return skip(real?.missing ?? '');
    const [there, here] = await Promise.all([
      writeAndWait(language, { [language.service]: real.access }, data),
      writeAndWait(language, mock.backend, data),
    ]);
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
