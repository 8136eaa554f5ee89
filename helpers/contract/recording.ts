import { readFileSync, writeFileSync } from 'node:fs';
import type { CompactAnswer } from './answers.ts';
import type { Language } from './compare.ts';
import type { Dataset } from './dataset.ts';
import { nameMetrics } from './metrics.ts';

/** What a real program answered: questions and answers, and the seed of the data set that they are about. */
export type Recording = {
  readonly seed: number;
  readonly entries: readonly (readonly [question: string, answer: CompactAnswer])[];
};

/** Writes a recording: a line for the seed, then one for each question. */
export function writeRecording(language: Language, { seed, entries }: Recording, data: Dataset): void {
  const names = nameMetrics(data.baseMs);
  const lines = entries.map(([question, answer]) => {
    const neutral = question.replaceAll(names.gauge, 'GAUGE').replaceAll(names.counter, 'COUNTER');
    return JSON.stringify([neutral, answer]);
  });
  writeFileSync(locate(language), `${[JSON.stringify({ seed }), ...lines].join('\n')}\n`);
}

/** Reads a recording, for a data set that begins at another time. */
export function readRecording(language: Language, baseMs: number): Recording {
  const names = nameMetrics(baseMs);
  const [first = '', ...lines] = readFileSync(locate(language), 'utf8').trim().split('\n');
  const { seed } = JSON.parse(first) as { seed: number };
  const entries = lines.map((line) => {
    const [question, answer] = JSON.parse(line) as [string, CompactAnswer];
    return [question.replaceAll('GAUGE', names.gauge).replaceAll('COUNTER', names.counter), answer] as const;
  });
  return { seed, entries };
}

function locate({ name }: Language): URL {
  return new URL(`../../fixtures/captures/agreement/${name.toLowerCase()}.jsonl`, import.meta.url);
}
