// Counts the tests of all reports: `tally.mjs STATUS REPORT…`, where STATUS is the number of commands that failed.
// What failed is named once more at the end: of a long log, a CI service may show only that.
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
    for (const failure of testResults.flatMap(listFailures)) console.log(failure);
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
 * Each test of a file that failed, with why.
 * @param {{ name: string, status: string, message?: string, assertionResults: readonly { fullName: string, status: string, failureMessages?: readonly string[] }[] }} file
 */
function listFailures(file) {
  if (isBroken(file)) return [`FAILED ${file.name}\n${file.message ?? ''}`];
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages = [] }) => `FAILED ${file.name} > ${fullName}\n${failureMessages.join('\n')}`);
}

/**
 * Whether a file failed although none of its tests did: it could not be loaded.
 * @param {{ status: string, assertionResults: readonly { status: string }[] }} file
 */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
