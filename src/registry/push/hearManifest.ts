import { printable } from '../../onnx/safety/refusal.js';
import { type Envelope, readEnvelope } from '../signatures/envelope.js';
import type { TrustedKeys } from '../signatures/trustedKeys.js';
import type { HeardPush } from './pushJournal.js';
import { mostManifestBytes, type PushManifest, payloadType, readManifest } from './pushManifest.js';

/** What a refused message claims to be, for the answer: nothing of it is believed. */
export interface Claim {
  readonly version: number;
  readonly sha256: string;
  readonly created: number;
}

export type Heard =
  | { readonly ok: true; readonly push: HeardPush }
  | { readonly ok: false; readonly code: string; readonly reason: string; readonly claim: Claim };

const nothing: Claim = { version: 0, sha256: '', created: 0 };

/** A message on a manifest topic: its size, its form, its signature. What is not signed is read for the answer alone. */
export function hearManifest(payload: Uint8Array, trusted: TrustedKeys): Heard {
  const unreadable = (reason: string, claim = nothing): Heard => refused('manifest', reason, claim);
  if (payload.length > mostManifestBytes)
    return unreadable(`a manifest of ${payload.length} bytes; ${mostManifestBytes} are read`);
  let envelope: Envelope;
  try {
    envelope = readEnvelope(payload);
  } catch (error) {
    return unreadable(`no signed envelope: ${(error as Error).message}`);
  }
  if (envelope.payloadType !== payloadType) return unreadable(`its payload type is not ${payloadType}`);
  const verdict = trusted.judge(envelope);
  let manifest: PushManifest | undefined;
  let problem = '';
  try {
    manifest = readManifest(envelope.payload);
  } catch (error) {
    problem = (error as Error).message;
  }
  const claim = manifest ?? nothing;
  if (!verdict.ok) return refused(verdict.code, verdict.reason, claim);
  if (!manifest) return unreadable(`its manifest is wrong: ${problem}`);
  const { ok, ...signers } = verdict;
  return { ok, push: { manifest, envelope: Buffer.from(payload).toString(), ...signers } };
}

/** What a stranger wrote is quoted in one printable line. */
const refused = (code: string, reason: string, claim: Claim): Heard => ({
  ...{ ok: false, code, claim },
  reason: printable(reason),
});
