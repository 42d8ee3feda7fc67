export interface ListenAddress {
  readonly host: string;
  readonly port: number; // 0 takes any free one
}

/** `HOST:PORT` or `[IPv6]:PORT`; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[3]);
  return port <= 65_535 ? { host: (match[1] ?? match[2])!, port } : undefined;
}
