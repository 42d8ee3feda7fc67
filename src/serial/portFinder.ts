import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The paths that a port stands for by now: itself, or what matches `*` in its last part. */
export function portsOf(port: string): string[] {
  const pattern = basename(port);
  if (!pattern.includes('*')) return [port];
  const folder = dirname(port);
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const matches = new RegExp(`^${parts.join('.*')}$`);
  try {
    return readdirSync(folder)
      .filter((name) => matches.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return []; // no such folder while nothing is plugged in
  }
}
