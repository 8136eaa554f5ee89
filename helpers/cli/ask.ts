import { createInterface } from 'node:readline/promises';

/** What a person answers at a terminal: `interrupted` by Ctrl-C, `ended` by Ctrl-D. */
export type Consent = 'yes' | 'no' | 'interrupted' | 'ended';

/** Asks a question to which y or yes agrees. */
export async function askForConsent(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stdout,
): Promise<Consent> {
  const terminal = createInterface({ input, output, terminal: true });
  try {
    const answer = await new Promise<Consent>((resolve) => {
      terminal.once('SIGINT', () => resolve('interrupted'));
      terminal.once('close', () => resolve('ended'));
      terminal.question(question).then(
        (answer) => resolve(/^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no'),
        () => resolve('ended'),
      );
    });
    // Those keys end no line.
    if (answer === 'interrupted' || answer === 'ended') output.write('\n');
    return answer;
  } finally {
    terminal.close();
  }
}
