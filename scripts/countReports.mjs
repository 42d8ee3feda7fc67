/**
 * `countReports.mjs STEP=CODE… [--report FILE=CODE]…`: adds up the steps of a run and prints `N passed, N failed`, non-zero exit
 * if any failed. A step counts as one. A vitest report counts its tests, and one failure more for each file that broke outside its tests;
 * a run that failed without a failed test, or left no report, counts as one failed.
 */
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;

function addReport(file, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    failed += 1;
    return;
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failures = report.numFailedTests + broken.length;
  passed += report.numPassedTests;
  failed += failures || (code === 0 && report.success ? 0 : 1);
}

const args = process.argv.slice(2);
for (let i = 0; i < args.length; i++) {
  const isReport = args[i] === '--report';
  const [, name, code] = /^(.*)=(\d+)$/.exec(args[isReport ? ++i : i]);
  if (isReport) addReport(name, Number(code));
  else if (code === '0') passed += 1;
  else failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
