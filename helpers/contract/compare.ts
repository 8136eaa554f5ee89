import { setTimeout as sleep } from 'node:timers/promises';
import { type CompactAnswer, evaluateMetrics, findLines, searchTraces } from './answers.ts';
import { type ServiceAccess, type ServiceName, write } from './backend.ts';
import type { Dataset } from './dataset.ts';
import { buildLogqlQuestions } from './logql-questions.ts';
import { nameMetrics } from './metrics.ts';
import { buildPromqlQuestions } from './promql-questions.ts';
import { buildTraceqlQuestions } from './traceql-questions.ts';

/** A query language: whose, and how it is asked. */
export type Language = {
  readonly name: 'TraceQL' | 'LogQL' | 'PromQL';
  readonly service: ServiceName;
  readonly write: (access: ServiceAccess, data: Dataset) => Promise<void>;
  readonly ask: (access: ServiceAccess, data: Dataset, question: string) => Promise<CompactAnswer>;
  readonly build: (seed: number, count: number, data: Dataset) => string[];
  /** A question that all of the data set answers, and whether it did. */
  readonly everything: (data: Dataset) => string;
  readonly isComplete: (answer: CompactAnswer, data: Dataset) => boolean;
};

/** The query languages that the mock and a real program are compared in. */
export const LANGUAGES: readonly Language[] = [
  {
    name: 'TraceQL',
    service: 'tempo',
    write: (access, { traces }) => write(access, traces.body),
    ask: searchTraces,
    build: buildTraceqlQuestions,
    everything: () => '{}',
    isComplete: (answer, { traces }) => answer.split(' ').length === traces.traces,
  },
  {
    name: 'LogQL',
    service: 'loki',
    write: (access, { logs }) => write(access, logs.body),
    ask: findLines,
    build: buildLogqlQuestions,
    everything: () => '{service_name=~".+"}',
    isComplete: (answer, { logs }) => answer.split(' ').length === logs.written.size,
  },
  {
    name: 'PromQL',
    service: 'prometheus',
    write: (access, { metrics }) => write(access, metrics.body),
    ask: evaluateMetrics,
    build: (seed, count, { baseMs }) => buildPromqlQuestions(seed, count, nameMetrics(baseMs)),
    everything: ({ baseMs }) => `count({__name__=~"${nameMetrics(baseMs).gauge}|${nameMetrics(baseMs).counter}"})`,
    isComplete: (answer, { metrics }) => answer.includes(`=${metrics.series} `),
  },
];

/** A question that two programs answer differently. */
export type Difference = { readonly question: string; readonly real: CompactAnswer; readonly mock: CompactAnswer };
const AT_A_TIME = 4;
const MAX_WAIT_MS = 150_000;
const POLL_MS = 500;

/** Writes the data of a language and waits until all of it is found. Rejects if that takes too long. */
export async function writeAndWait(language: Language, access: ServiceAccess, data: Dataset): Promise<void> {
  await language.write(access, data);
  const until = Date.now() + MAX_WAIT_MS;
  for (;;) {
    const answer = await language.ask(access, data, language.everything(data));
    if (language.isComplete(answer, data)) return;
    if (Date.now() > until) throw new Error(`${access.query} does not find what was written: ${answer.slice(0, 200)}`);
    await sleep(POLL_MS);
  }
}

/** Asks all questions, in their order. */
export async function askAll(
  language: Language,
  access: ServiceAccess,
  data: Dataset,
  questions: readonly string[],
): Promise<CompactAnswer[]> {
  const answers: CompactAnswer[] = [];
  for (let at = 0; at < questions.length; at += AT_A_TIME) {
    const batch = questions.slice(at, at + AT_A_TIME).map((question) => language.ask(access, data, question));
    answers.push(...(await Promise.all(batch)));
  }
  return answers;
}

/** The questions whose answers differ. */
export function findDifferences(
  questions: readonly string[],
  real: readonly CompactAnswer[],
  mock: readonly CompactAnswer[],
): Difference[] {
  return questions
    .map((question, index) => ({ question, real: real[index] ?? '', mock: mock[index] ?? '' }))
    .filter((held) => held.real !== held.mock);
}

/**
 * The differences that remain when the real program is asked again, and those in which it then contradicts itself: under load
 * it does so now and then, and no one can agree with both answers.
 */
export async function confirmDifferences(
  language: Language,
  access: ServiceAccess,
  data: Dataset,
  differences: readonly Difference[],
): Promise<{ readonly confirmed: Difference[]; readonly unstable: Difference[] }> {
  const confirmed: Difference[] = [];
  const unstable: Difference[] = [];
  for (const difference of differences) {
    const again = await language.ask(access, data, difference.question);
    (again === difference.real ? confirmed : unstable).push(difference);
  }
  return { confirmed, unstable };
}

/** Says how many questions two programs answer alike, and which they don't. */
export function describeDifferences(name: string, questions: number, differences: readonly Difference[]): string {
  const lines = differences.map(
    ({ question, real, mock }) => `  ${question}\n    real ${cut(real)}\n    mock ${cut(mock)}`,
  );
  return [`${name}: ${questions - differences.length} of ${questions} alike`, ...lines].join('\n');
}

function cut(answer: CompactAnswer): string {
  if (answer === '') return '(nothing)';
  return answer.length > 300 ? `${answer.slice(0, 300)}…` : answer;
}
