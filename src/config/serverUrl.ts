export interface ServerUrl {
  readonly url: string; // without credentials: it is shown in logs and errors
  readonly username?: string;
  readonly password?: string;
}

/** Takes the URL of a server apart; undefined when it is none, or not of these protocols. */
export function parseServerUrl(text: string, protocols: readonly string[]): ServerUrl | undefined {
  try {
    const url = new URL(text);
    if (!protocols.includes(url.protocol.slice(0, -1)) || url.hostname === '') return undefined;
    const { username, password } = url;
    url.username = '';
    url.password = '';
    return {
      url: url.href.replace(/^([a-z]+:\/\/[^/]*)\/$/, '$1'),
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
  } catch {
    return undefined;
  }
}
