/**
 * Records random questions and the answers of the real programs into `fixtures/captures/agreement`, for the unit tests:
 * `node helpers/contract/record.ts`. Where there is no real program it says so and keeps its recording.
 */
import { askAll, LANGUAGES, writeAndWait } from './compare.ts';
import { buildDataset, chooseBase } from './dataset.ts';
import { findRealService } from './real-backend.ts';
import { writeRecording } from './recording.ts';
import { readSeed } from './seed.ts';

const QUESTIONS = 500;
const seed = readSeed();
const data = buildDataset(seed, chooseBase(Date.now()));
for (const language of LANGUAGES) {
  await using real = await findRealService(language.service);
  if ('missing' in real) {
    console.info(`${language.name}: not recorded, because ${real.missing}`);
    continue;
  }
  const { access } = real;
  await writeAndWait(language, access, data);
  const questions = [...new Set(language.build(seed, QUESTIONS, data))];
  const [first, second] = [
    await askAll(language, access, data, questions),
    await askAll(language, access, data, questions),
  ];
  const entries = questions
    .map((question, index) => [question, first[index] ?? ''] as const)
    // A question that the program answers differently each time can't be held against anybody.
    .filter(([, answer], index) => answer === second[index]);
  writeRecording(language, { seed, entries }, data);
  console.info(`${language.name}: ${entries.length} questions recorded, seed ${seed}`);
}
