import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { modelLabel } from '../../forecast/modelContract.js';
import { writeDurablyBeside } from '../../writeDurably.js';
import { readEnvelope } from '../signatures/envelope.js';
import type { Signers } from '../signatures/trustedKeys.js';
import { type PushManifest, readManifest } from './pushManifest.js';

/** A manifest whose signature was good when it came. */
export interface HeardPush extends Signers {
  readonly manifest: PushManifest;
  readonly envelope: string; // as it came
}

/** A version that was admitted, and who answers for it. */
export interface AnsweredVersion extends Partial<Signers> {
  readonly version: number;
  readonly sha256: string;
  readonly created: number; // of the manifest
}

/** The push of a name that is under way. waiting: for a clock, its turn, or a machine that can try it. */
export interface IncomingPush extends HeardPush {
  readonly phase: 'waiting' | 'receiving';
}

/** The newest that was admitted. held: until canaries went first. over: refused by its trial, rolled back, or superseded. */
export interface TakenPush extends HeardPush {
  readonly phase: 'held' | 'trial' | 'active' | 'over';
}

export interface PushRecord {
  readonly name: string;
  readonly incoming?: IncomingPush;
  readonly taken?: TakenPush;
  readonly versions: readonly AnsweredVersion[];
}

const keptVersions = 100; // of a name

/** Records of pushes by name, as text, kept elsewhere than in the folder. */
export interface PushRecords {
  all(): readonly string[];
  /** Resolves once it would survive a power cut. Undefined: removes it. */
  put(name: string, record: string | undefined): Promise<void>;
}

/** What is known of pushes, a file a name, beside the parts of the models under way. It survives a kill at any moment. */
export class PushJournal {
  readonly #folder: string;
  readonly #elsewhere: PushRecords | undefined;
  readonly #records = new Map<string, PushRecord>();
  readonly #unwritten = new Set<string>(); // names
  #writing: Promise<void> = Promise.resolve();

  /** @param elsewhere in place of files of records: the folder has the parts alone */
  constructor(folder: string, elsewhere?: PushRecords) {
    this.#folder = folder;
    this.#elsewhere = elsewhere;
    this.reread();
    if (!existsSync(folder)) return;
    for (const file of readdirSync(folder)) {
      const name = file.endsWith('.onnx') && file.slice(0, -'.onnx'.length);
      const isAwaited = name && this.#records.get(name)?.incoming?.phase === 'receiving';
      if (!file.endsWith('.json') && !isAwaited) rmSync(join(folder, file), { force: true });
    }
  }

  /** Takes up what others wrote; what is not written yet stands. */
  reread(): void {
    const records = this.#elsewhere ? parsed(this.#elsewhere.all()) : readJournal(this.#folder);
    for (const record of records) if (!this.#unwritten.has(record.name)) this.#records.set(record.name, record);
  }

  get records(): readonly PushRecord[] {
    return [...this.#records.values()];
  }

  of(name: string): PushRecord {
    return this.#records.get(name) ?? { name, versions: [] };
  }

  /** Known at once; resolves when it is on disk, off the calling thread. Of what comes faster than the disk only the last is written. */
  put(record: PushRecord): Promise<void> {
    const { name } = record;
    const kept = { ...record, versions: record.versions.slice(-keptVersions) };
    if (isNothing(kept))
      this.#records.delete(name); // strangers may invent names without end
    else this.#records.set(name, kept);
    this.#unwritten.add(name);
    const written = this.#writing.then(() => this.#write(name));
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Resolves when nothing waits for the disk any more. */
  written(): Promise<void> {
    return this.#writing;
  }

  /** Where the model of a name is put together. */
  partPath(name: string): string {
    return join(this.#folder, `${name}.onnx`);
  }

  async #write(name: string): Promise<void> {
    if (!this.#unwritten.delete(name)) return;
    const path = join(this.#folder, `${name}.json`);
    const record = this.#records.get(name);
    try {
      if (record) await mkdir(this.#folder, { recursive: true });
      if (this.#elsewhere) return await this.#elsewhere.put(name, record && JSON.stringify(written(record)));
      if (!record) return await rm(path, { force: true });
      await writeDurablyBeside(path, JSON.stringify(written(record)));
    } catch (error) {
      this.#unwritten.add(name);
      throw error;
    }
  }
}

const isNothing = ({ incoming, taken, versions }: PushRecord): boolean => !incoming && !taken && versions.length === 0;

/** Where the journal of a database is. */
export const pushFolder = (db: string): string => `${db}-push`;

/** What a journal says, also for those who do not own it. A file that cannot be read is left out: the broker sends its manifest again. */
export function readJournal(folder: string): PushRecord[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      try {
        return parsed([readFileSync(join(folder, file), 'utf8')]);
      } catch {
        return [];
      }
    });
}

/** Records as they were put; one that cannot be read is left out. */
export const parsed = (texts: readonly string[]): PushRecord[] =>
  texts.flatMap((text) => {
    try {
      return [read(JSON.parse(text))];
    } catch {
      return [];
    }
  });

/** Ids of the keys that signed the versions pushed to the node of a database, by label. */
export const signersOf = (db: string): ReadonlyMap<string, string> => signersAmong(readJournal(pushFolder(db)));

export const signersAmong = (records: readonly PushRecord[]): ReadonlyMap<string, string> =>
  new Map(
    records.flatMap(({ name, versions }) =>
      versions.flatMap(({ version, keyId }) => (keyId === undefined ? [] : [[modelLabel({ name, version }), keyId]])),
    ),
  );

type Written = Omit<PushRecord, 'incoming' | 'taken'> & {
  readonly incoming?: Omit<IncomingPush, 'manifest'>;
  readonly taken?: Omit<TakenPush, 'manifest'>;
};

/** The manifest is in its envelope already. */
function written({ incoming, taken, ...rest }: PushRecord): Written {
  const without = <T extends HeardPush>({ manifest, ...push }: T): Omit<T, 'manifest'> => push;
  return { ...rest, ...(incoming && { incoming: without(incoming) }), ...(taken && { taken: without(taken) }) };
}

function read({ incoming, taken, ...rest }: Written): PushRecord {
  const manifestOf = ({ envelope }: { envelope: string }): PushManifest =>
    readManifest(readEnvelope(Buffer.from(envelope)).payload);
  return {
    ...rest,
    ...(incoming && { incoming: { ...incoming, manifest: manifestOf(incoming) } }),
    ...(taken && { taken: { ...taken, manifest: manifestOf(taken) } }),
  };
}
