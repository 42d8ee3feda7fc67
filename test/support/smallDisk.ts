import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });

/** A file system in memory, of a given size. Mounting one is the privilege of root: see `available`. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'stepcast-disk-'));

  static get available(): boolean {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    try {
      new SmallDisk('1m').remove();
      return true;
    } catch {
      return false;
    }
  }

  constructor(size: string) {
    mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.folder);
  }

  resize(size: string): void {
    mount('-o', `remount,size=${size}`, this.folder);
  }

  readOnly(): void {
    mount('-o', 'remount,ro', this.folder);
  }

  remove(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'ignore' });
    rmdirSync(this.folder);
  }
}
