import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

const hashed = /-[A-Z0-9]{8}\.\w+$/; // as esbuild names them: another content is another name

/** The files of the dashboard by their address, in memory: an address is looked up, never made into a path. */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.flatMap(({ name, parentPath }): [string, PageFile][] => {
      const type = types[extname(name)];
      if (!type) return [];
      const body = readFileSync(join(parentPath, name));
      const address = `/${relative(folder, join(parentPath, name)).split(sep).join('/')}`;
      const etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
      const cacheControl = hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache';
      return [[address === '/index.html' ? '/' : address, { body, type, etag, cacheControl }]];
    }),
  );
}
