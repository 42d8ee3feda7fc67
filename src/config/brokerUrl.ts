const protocols = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

export interface BrokerUrl {
  readonly url: string; // without credentials: it is shown in logs and errors
  readonly username?: string;
  readonly password?: string;
  readonly encrypted: boolean;
  readonly loopback: boolean;
}

/** Takes a broker URL apart; undefined when it is none. */
export function parseBrokerUrl(text: string): BrokerUrl | undefined {
  let url: URL;
  let credentials: { username?: string; password?: string };
  try {
    url = new URL(text);
    credentials = {
      ...(url.username && { username: decodeURIComponent(url.username) }),
      ...(url.password && { password: decodeURIComponent(url.password) }),
    };
  } catch {
    return undefined;
  }
  if (!protocols.includes(url.protocol) || url.hostname === '' || !/^[a-z]+:\/\//.test(text)) return undefined;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/^(mqtts?:.*?)\/$/, '$1'),
    ...credentials,
    encrypted: url.protocol === 'mqtts:' || url.protocol === 'wss:',
    loopback: isLoopback(url.hostname),
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
