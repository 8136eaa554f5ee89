// Counts the tests of all reports: `tally.mjs STATUS REPORT…`, where STATUS is 0 when every command succeeded.
// Exit code 1 when a command or a test failed, or a report is missing or broken; else 0.

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
// A command that fails outside of all tests counts as a failure.
if (status !== '0' && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * Whether a file failed although none of its tests did: it could not be loaded.
 * @param {{ status: string, assertionResults: readonly { status: string }[] }} file
 */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
