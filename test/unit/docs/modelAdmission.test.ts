import { expect, it } from 'vitest';
import { inspectionCodes } from '../../../src/onnx/safety/refusal.js';
import { safetyLimits } from '../../../src/onnx/safety/safetyLimits.js';
import { extremeSteps } from '../../../src/registry/admission/trialInputs.js';
import { trialCodes } from '../../../src/registry/admission/trialProtocol.js';
import { readDocument } from '../../support/documents.js';

const document = readDocument('docs/model-admission.md');

it('every code of a refusal is explained, in the order of the checks', () => {
  const [, table] = document.split('## Why a file is refused');
  const listed = [...table!.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, code]) => code);
  expect(listed).toEqual([...inspectionCodes, ...trialCodes]);
});

it('the limits it names are those that hold', () => {
  const { batch, tensorBytes, memoryBytes, multiplyAdds, rank } = safetyLimits;
  const text = document.replace(/\s+/g, ' ');
  expect(text).toContain(
    `a batch of ${batch}: at most ${tensorBytes / 2 ** 20} MiB a value, ${memoryBytes / 2 ** 20} MiB for all values`,
  );
  expect(text).toContain(`${multiplyAdds / 1e6} million multiply–adds a row`);
  expect(text).toContain(`more than ${rank} axes`);
  expect(text).toContain(`200 plausible and ${extremeSteps} extreme steps`);
});
