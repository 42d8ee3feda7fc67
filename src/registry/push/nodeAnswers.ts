import type { PushManifest } from './pushManifest.js';
import { type PushState, readPushState } from './pushState.js';
import { allNodes } from './pushTopics.js';

/** What a node has said to a push so far. */
export interface NodeAnswer {
  readonly node: string;
  readonly status: string; // of its status topic: online, degraded, offline; unknown
  readonly answer: PushState | undefined; // to this push
}

/** Nodes, as their status and state topics show them, and what each says to one push. */
export class NodeAnswers {
  readonly #prefix: string;
  readonly #target: string;
  readonly #statuses = new Map<string, string>();
  readonly #states = new Map<string, PushState>();
  #manifest: PushManifest;

  constructor(prefix: string, manifest: PushManifest) {
    this.#prefix = prefix;
    this.#target = manifest.target;
    this.#manifest = manifest;
  }

  get filters(): string[] {
    const node = this.#target === allNodes ? '+' : this.#target;
    return [`${this.#prefix}/${node}/status`, `${this.#prefix}/${node}/model/${this.#manifest.name}/state`];
  }

  /** Answers count for this manifest from now on. */
  expect(manifest: PushManifest): void {
    this.#manifest = manifest;
  }

  /** A message of one of the filters. */
  hear(topic: string, payload: Uint8Array): void {
    const [node, kind] = topic.slice(this.#prefix.length + 1).split('/');
    if (node === allNodes || payload.length === 0) return;
    const text = Buffer.from(payload).toString();
    if (kind === 'status') this.#statuses.set(node, text);
    if (kind !== 'model') return;
    const state = readPushState(text);
    if (state) this.#states.set(node, state);
  }

  get nodes(): NodeAnswer[] {
    const known =
      this.#target === allNodes ? [...new Set([...this.#statuses.keys(), ...this.#answering()])] : [this.#target];
    return known.sort().map((node) => {
      const state = this.#states.get(node);
      const answer = state && this.#isAnswer(state) ? state : undefined;
      return { node, status: this.#statuses.get(node) ?? 'unknown', answer };
    });
  }

  /** Every node that is known has said what there is to say. */
  get isComplete(): boolean {
    const { nodes } = this;
    return nodes.length > 0 && nodes.every(({ answer }) => answer !== undefined && isFinal(answer, this.#manifest));
  }

  *#answering(): Iterable<string> {
    for (const [node, state] of this.#states) if (this.#isAnswer(state)) yield node;
  }

  #isAnswer({ version, sha256, created }: PushState): boolean {
    const expected = this.#manifest;
    return version === expected.version && sha256 === expected.sha256 && created === expected.created;
  }
}

/** Taken and beside the model in use is an answer, unless it was asked for that it be used at once. */
export function isFinal({ state, code }: PushState, { activate, canary }: PushManifest): boolean {
  if (state === 'receiving') return false;
  if (state !== 'shadow') return true;
  return code === 'held' ? canary !== undefined : activate === 'trial';
}
