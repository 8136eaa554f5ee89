/**
 * Does one step of set-up and shows it on stderr as one line: what it is, and the seconds that it took.
 * Throws what the step throws.
 */
export async function step<T>(title: string, action: () => Promise<T>): Promise<T> {
  const started = performance.now();
  process.stderr.write(`  ${title} …`);
  try {
    const result = await action();
    process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write(' failed\n');
    throw error;
  }
}
