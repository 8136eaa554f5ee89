/** A phase whose body throws, for the test of the reporter. It is not part of the project's runs. */
import { phase, test } from '../../expect/criterion.ts';

phase('Phase 7: broken', { needs: [] }, () => {
  test('P7.1 holds', async ({ note }) => note('it holds'));
  throw new Error('no such table');
});
