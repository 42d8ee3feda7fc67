import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a value may come from that is not written in the file itself. */
export const secretTags = ['!env', '!file', '!credential'] as const;
export type SecretTag = (typeof secretTags)[number];

export interface Secret {
  readonly value?: string;
  readonly problem?: string; // why there is none
}

/**
 * The value of an environment variable, of a file, or of a credential that systemd passed to the service. The line end that closes a file
 * is no part of it.
 */
export function readSecret(tag: SecretTag, name: string, env: NodeJS.ProcessEnv): Secret {
  if (name === '') return { problem: `expected ${kinds[tag]} after ${tag}` };
  if (tag === '!env') {
    const value = env[name];
    return value === undefined ? { problem: `environment variable ${name} is not set` } : { value };
  }
  if (tag === '!file') return readText(name, name);
  const { CREDENTIALS_DIRECTORY: folder } = env;
  if (!/^[\w.-]{1,255}$/.test(name) || /^\.\.?$/.test(name))
    return { problem: `${JSON.stringify(name)} is no name of a credential` };
  if (folder) return readText(join(folder, name), `credential ${name}`);
  return { problem: `credential ${name}: expected a service of systemd with LoadCredential=${name}:PATH in its unit` };
}

const kinds = {
  '!env': 'the name of an environment variable',
  '!file': 'the path of a file',
  '!credential': 'the name of a credential',
} as const;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
};

function readText(path: string, shown: string): Secret {
  try {
    return { value: readFileSync(path, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    return { problem: `${shown} cannot be read: ${reasons[code] ?? code}` };
  }
}
