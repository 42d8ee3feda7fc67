/**
 * `countReports.mjs STEP=CODE… [--report FILE=CODE]…`: adds up the steps of a run and prints `N passed, N failed`, after a line for
 * each that failed, with a non-zero exit if any did. A step counts as one. A vitest report counts its tests, and one failure more for
 * each file that broke outside its tests; a run that failed without a failed test, or left no report, counts as one failed.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

let passed = 0;
let failed = 0;

function tell(file, test, message = '') {
  console.log(`failed: ${relative('.', file)}: ${test}: ${message.split('\n', 1)[0]}`);
}

function addReport(file, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(`failed: ${file} was not written`);
    failed += 1;
    return;
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  for (const { name, assertionResults, message } of report.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') tell(name, fullName, failureMessages[0]);
    if (broken.some((file) => file.name === name)) tell(name, 'the file itself', message);
  }
  const failures = report.numFailedTests + broken.length;
  passed += report.numPassedTests;
  if (failures === 0 && !(code === 0 && report.success))
    console.log(`failed: ${file} has no failed test, but its run ended with ${code}`);
  failed += failures || (code === 0 && report.success ? 0 : 1);
}

const args = process.argv.slice(2);
for (let i = 0; i < args.length; i++) {
  const isReport = args[i] === '--report';
  const [, name, code] = /^(.*)=(\d+)$/.exec(args[isReport ? ++i : i]);
  if (isReport) addReport(name, Number(code));
  else if (code === '0') passed += 1;
  else {
    console.log(`failed: ${name} ended with ${code}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
