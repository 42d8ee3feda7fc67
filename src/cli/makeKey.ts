import { generateKeyPairSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { keyIdOf, rawKey } from '../registry/signatures/publicKey.js';
import type { MadeKey } from './bodies.js';

/** Makes a key pair. With `out` the private half is written there, and never over another file. */
export async function makeKey(out: string | undefined): Promise<MadeKey> {
  const pair = generateKeyPairSync('ed25519');
  const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const keyId = keyIdOf(pair.publicKey);
  const publicKey = rawKey(pair.publicKey).toString('base64');
  if (out === undefined) return { keyId, publicKey, privateKey };
  const pub = `${out}.pub`;
  writeNew(pub, `${publicKey}\n`, 0o644);
  try {
    writeNew(out, privateKey, 0o600);
  } catch (error) {
    rmSync(pub);
    throw error;
  }
  return { keyId, publicKey, file: out };
}

function writeNew(path: string, text: string, mode: number): void {
  try {
    const file = openSync(path, 'wx', mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new StepcastError({
      ...{ code: 'KEY_UNUSABLE', op: 'write key', subject: path, cause },
      message: exists ? 'there is such a file already' : (cause as Error).message,
      hint: exists ? 'a key is never overwritten: choose another name' : 'choose a folder that this user may write to',
    });
  }
}
