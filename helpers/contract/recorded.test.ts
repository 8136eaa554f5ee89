import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAll, describeDifferences, findDifferences, LANGUAGES, writeAndWait } from './compare.ts';
import { buildDataset, chooseBase } from './dataset.ts';
import { type StartedMock, startMock } from './mock.ts';
import { readRecording } from './recording.ts';

/** As in the contract test, which asks the real programs themselves. */
const MIN_AGREEMENT = 0.99;
let mock: StartedMock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock[Symbol.asyncDispose]());

describe.each(LANGUAGES)('$name', (language) => {
  test('99 % of the recorded questions are answered as the real program answered them', async () => {
    const baseMs = chooseBase(Date.now());
    const { seed, entries } = readRecording(language, baseMs);
    const data = buildDataset(seed, baseMs);
    const questions = entries.map(([question]) => question);
    const access = mock.access[language.service];
    await writeAndWait(language, access, data);
    const found = await askAll(language, access, data, questions);
    const recorded = entries.map(([, answer]) => answer);
    const differences = findDifferences(questions, recorded, found);
    const description = describeDifferences(language.name, questions.length, differences);
    expect(1 - differences.length / questions.length, description).toBeGreaterThanOrEqual(MIN_AGREEMENT);
  });
});
