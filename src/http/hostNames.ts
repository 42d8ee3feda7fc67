import { isIP } from 'node:net';

export interface Names {
  readonly listenHost: string;
  readonly hostName: string; // of this machine
  readonly others: readonly string[]; // that it is known by, as behind a proxy
}

/**
 * Whether a request may name this server so in its header Host. A site that makes its own name point here (DNS rebinding) comes with that
 * name; an address cannot be made to point elsewhere. The port is the browser's: behind a tunnel it is another one.
 */
export function isOurHost(host: string | undefined, { listenHost, hostName, others }: Names): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || name === 'localhost' || name === listenHost.toLowerCase()) return true;
  if (others.some((other) => other.toLowerCase() === name)) return true;
  const own = hostName.toLowerCase();
  const short = own.split('.', 1)[0];
  return name === own || name === short || name === `${short}.local` || name === `${short}.lan`;
}

/** Whether a request was made by a page of this very server, or by no page. */
export function isOurOrigin(origin: string | undefined, site: string | undefined, host: string | undefined): boolean {
  if (origin !== undefined) return hostOf(origin) === host?.toLowerCase();
  return site === undefined || site === 'same-origin' || site === 'none';
}

function hostOf(origin: string): string | undefined {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1].toLowerCase();
}

/** Without port and brackets, in lower case. */
function nameOf(host: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+?)\.?)(?::\d{1,5})?$/i.exec(host ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
