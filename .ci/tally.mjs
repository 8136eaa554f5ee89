// Ends a run with its tally, of all reports together: `tally.mjs STATUS REPORT…`, STATUS being 0 where nothing went wrong.
// Exit code 1 where a report is missing or broken, or tells of a failure, else STATUS.

import { readFileSync } from 'node:fs';

const [status = '1', ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const report of reports) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    failed += numFailedTests + testResults.filter(isBroken).length;
  } catch (error) {
    console.error(`${report}: ${error instanceof Error ? error.message : error}`);
    failed++;
  }
}
// What fails outside of all tests is a failure as well.
if (status !== '0' && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * A file that fails without one of its tests failing: it could not be loaded.
 * @param {{ status: string, assertionResults: readonly { status: string }[] }} file
 */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
