import type { PushManifest } from './pushManifest.js';
import { allNodes } from './pushTopics.js';

const skewMs = 86_400_000; // by which the clocks of two machines may differ

/** A version that a name has on this node, and who answers for it. */
export interface KnownVersion {
  readonly version: number;
  readonly sha256: string;
  readonly created?: number; // of the manifest it was pushed with
  readonly revoked?: boolean; // its key is, by now: a stolen key must not block a name for ever
}

export interface PushRulesContext {
  readonly node: string;
  readonly topic: { readonly target: string; readonly name: string };
  readonly trustedMs: number | undefined; // undefined: this node's clock is not worth anything yet
  readonly maxBytes: number;
  readonly daemon: string; // version of this program
  readonly known: readonly KnownVersion[]; // of the name
}

/** take: transfer it. again: it is here; a later manifest may say otherwise what to do with it. wait: for a clock. */
export type Ruling =
  | { readonly action: 'take' | 'again' }
  | { readonly action: 'wait'; readonly reason: string }
  | { readonly action: 'refuse'; readonly code: PushRefusal; readonly reason: string };

export type PushRefusal = 'name' | 'target' | 'daemon' | 'size' | 'version' | 'expired' | 'replay';

/** Whether a manifest whose signature is good may be followed here and now. In this order: where it belongs, what it is, which version, when. */
export function rulePush(manifest: PushManifest, context: PushRulesContext): Ruling {
  const { name, version, target, sha256, size, minDaemon, created, expires } = manifest;
  const { node, topic, trustedMs, maxBytes, daemon, known } = context;
  const refuse = (code: PushRefusal, reason: string): Ruling => ({ action: 'refuse', code, reason });
  if (name !== topic.name) return refuse('name', `it is for the name ${name}, and came under ${topic.name}`);
  if (target !== topic.target || (target !== allNodes && target !== node)) {
    return refuse(
      'target',
      `it is for ${target}, and came to ${topic.target === node ? node : `${topic.target} on ${node}`}`,
    );
  }
  if (isNewer(minDaemon, daemon)) return refuse('daemon', `it needs stepcast ${minDaemon}, this is ${daemon}`);
  if (size > maxBytes) return refuse('size', `it has ${size} bytes, models.maxBytes is ${maxBytes}`);
  const same = known.find((one) => one.version === version);
  if (same && same.sha256 !== sha256) return refuse('version', `version ${version} is here with other content`);
  if (!same) {
    const newest = Math.max(0, ...known.map((one) => (one.revoked ? 0 : one.version)));
    if (version < newest) return refuse('version', `version ${version} is older than ${newest}, which is here`);
  }
  if (same?.created !== undefined && created < same.created) {
    return refuse('replay', 'a later manifest of the same version was followed already');
  }
  if (trustedMs === undefined) return { action: 'wait', reason: 'no clock: waiting until this node knows the time' };
  if (expires <= trustedMs) return refuse('expired', `it expired ${iso(expires)}; here it is ${iso(trustedMs)}`);
  if (created > trustedMs + skewMs) {
    const said = `it was made ${iso(created)}; here it is ${iso(trustedMs)}`;
    return { action: 'wait', reason: `no plausible clock: ${said}` };
  }
  return { action: same ? 'again' : 'take' };
}

function isNewer(wanted: string, have: string): boolean {
  const [a, b] = [wanted, have].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] > b[i];
  return false;
}

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
