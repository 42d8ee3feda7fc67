import { describe, expect, it } from 'vitest';
import { modelState, modelUpdates } from '../../../src/homeassistant/modelUpdates.js';
import type { ModelVersion } from '../../../src/pipeline/modelVersions.js';
import { updateState } from '../../reference/homeAssistant.js';

const version = (number: number, state: ModelVersion['state'], origin: ModelVersion['origin'] = 'pushed') =>
  ({ name: 'kitchen', version: number, sha256: '', state, origin, createdMs: 0, parent: undefined }) as const;

describe('modelUpdates', () => {
  it('has the version in use beside the newest on its way to it', () => {
    const [update] = modelUpdates([version(1, 'retired'), version(2, 'active'), version(3, 'shadow')]);
    expect(update).toEqual({ name: 'kitchen', installed: 2, latest: 3, inProgress: true });
  });

  it('offers nothing that was refused or rolled back', () => {
    const [update] = modelUpdates([version(2, 'active'), version(3, 'refused'), version(4, 'rolled-back')]);
    expect(update).toEqual({ name: 'kitchen', installed: 2, latest: 2, inProgress: false });
  });

  it('is silent about models that nobody pushed', () => {
    expect(modelUpdates([version(1, 'active', 'shipped'), version(2, 'active', 'tuned')])).toEqual([]);
  });

  it('is told as Home Assistant documents it', () => {
    const [update] = modelUpdates([version(1, 'candidate')]);
    expect(updateState.parse(JSON.parse(modelState(update)))).toEqual({
      ...{ installed_version: null, latest_version: '1', title: 'kitchen', in_progress: false },
    });
  });
});
