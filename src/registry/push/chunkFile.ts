import { createHash, webcrypto } from 'node:crypto';
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { chunkBytes, type PushManifest } from './pushManifest.js';

const spareBytes = 4 * 1_048_576; // left to the database
const readBytes = 65_536; // hashed without a look at anything else

/** A model file that arrives in chunks. Which of them it has is known by their hashes: after a kill it is read, not remembered. */
export class ChunkFile {
  readonly path: string;
  readonly missing: Set<number>;
  readonly #manifest: PushManifest;
  readonly #handle: FileHandle;

  private constructor(path: string, manifest: PushManifest, handle: FileHandle) {
    this.path = path;
    this.missing = new Set(manifest.chunks.keys());
    this.#manifest = manifest;
    this.#handle = handle;
  }

  /** @throws an error of the file system: ENOSPC when there is not room for it and for the copy that is kept. */
  static async open(path: string, manifest: PushManifest): Promise<ChunkFile> {
    const before = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (!before) await demandRoom(dirname(path), 2 * manifest.size);
    const file = new ChunkFile(path, manifest, before ?? (await open(path, 'wx+', 0o600)));
    try {
      await file.#handle.truncate(manifest.size);
      if (before) await file.#find();
    } catch (error) {
      await file.remove();
      throw error;
    }
    return file;
  }

  /** False when the bytes are not those of the chunk. @throws an error of the file system. */
  async put(index: number, bytes: Uint8Array): Promise<boolean> {
    const hash = await webcrypto.subtle.digest('SHA-256', bytes);
    if (Buffer.from(hash).toString('hex') !== this.#manifest.chunks[index]) return false;
    await this.#handle.write(bytes, 0, bytes.length, index * this.#manifest.chunkSize);
    this.missing.delete(index);
    return true;
  }

  /** Whether the whole is what the manifest says. What a power cut takes of it is missed by its hash, and asked for again. */
  async isWhole(): Promise<boolean> {
    return (await this.#hash(0, this.#manifest.size)) === this.#manifest.sha256;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  async #find(): Promise<void> {
    const { chunks, chunkSize } = this.#manifest;
    for (const [i, expected] of chunks.entries()) {
      const hash = await this.#hash(i * chunkSize, chunkBytes(this.#manifest, i));
      if (hash === expected) this.missing.delete(i);
    }
  }

  async #hash(from: number, count: number): Promise<string> {
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(Math.min(readBytes, count));
    for (let at = from; at < from + count; ) {
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(buffer.length, from + count - at), at);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest('hex');
  }
}

async function demandRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes + spareBytes) return;
  throw Object.assign(new Error(`${folder} has ${bavail * bsize} bytes left, ${bytes + spareBytes} are needed`), {
    code: 'ENOSPC',
  });
}
