import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NodeAnswers } from '../../../../src/registry/push/nodeAnswers.js';
import { readManifest } from '../../../../src/registry/push/pushManifest.js';
import type { PushState } from '../../../../src/registry/push/pushState.js';

const vectors = JSON.parse(readFileSync(new URL('../../../fixtures/modelPush.json', import.meta.url), 'utf8'));
const manifest = readManifest(Buffer.from(vectors.payload));
const { name, version, sha256, created } = manifest;
const state = (changed: Partial<PushState> = {}): Buffer =>
  Buffer.from(JSON.stringify({ name, version, sha256, created, state: 'shadow', time: 0, active: null, ...changed }));
const said = (answers: NodeAnswers) => answers.nodes.map(({ node, answer }) => `${node} ${answer?.state}`);

describe('NodeAnswers', () => {
  it('knows nodes by their status, and waits for each', () => {
    const answers = new NodeAnswers('stepcast', manifest);
    expect(answers.isComplete).toBe(false);
    answers.hear('stepcast/b/status', Buffer.from('online'));
    answers.hear('stepcast/a/status', Buffer.from('offline'));
    answers.hear('stepcast/b/model/boiler/state', state());
    expect(said(answers)).toEqual(['a undefined', 'b shadow']);
    expect(answers.isComplete).toBe(false);
    answers.hear('stepcast/a/model/boiler/state', state({ state: 'rejected' }));
    expect(answers.isComplete).toBe(true);
  });

  it('takes an answer to an earlier push, to other content or another version for none', () => {
    const answers = new NodeAnswers('stepcast', { ...manifest, target: 'a' });
    for (const old of [{ created: created - 1 }, { sha256: 'f'.repeat(64) }, { version: 2 }]) {
      answers.hear('stepcast/a/model/boiler/state', state(old));
      expect(said(answers)).toEqual(['a undefined']);
    }
    for (const nonsense of ['nonsense', 'null', '[]', '1', '{"state":"dancing"}']) {
      answers.hear('stepcast/a/model/boiler/state', Buffer.from(nonsense));
      expect(said(answers)).toEqual(['a undefined']);
    }
  });

  it('passes on no text that would steer a terminal', () => {
    const answers = new NodeAnswers('stepcast', { ...manifest, target: 'a' });
    answers.hear('stepcast/a/model/boiler/state', state({ reason: 'good\u001b[2J\nnode b active', code: '\u202e' }));
    expect(answers.nodes[0].answer).toMatchObject({ reason: 'good?[2J?node b active', code: '?' });
  });

  it('is not done while a model is beside the one in use, where it was to be used at once', () => {
    const answers = new NodeAnswers('stepcast', { ...manifest, target: 'a', activate: 'now' });
    answers.hear('stepcast/a/model/boiler/state', state());
    expect(answers.isComplete).toBe(false);
    answers.hear('stepcast/a/model/boiler/state', state({ state: 'active' }));
    expect(answers.isComplete).toBe(true);
  });

  it('is not done while nodes hold the model back for canaries that have gone', () => {
    const answers = new NodeAnswers('stepcast', { ...manifest, target: 'a' });
    answers.hear('stepcast/a/model/boiler/state', state({ code: 'held' }));
    expect(answers.isComplete).toBe(false);
    answers.expect({ ...manifest, target: 'a', canary: ['b'] });
    expect(answers.isComplete).toBe(true);
  });
});
