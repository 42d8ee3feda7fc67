import { describe, expect, it } from 'vitest';
import { isOurHost, isOurOrigin } from '../../../src/http/hostNames.js';

const names = { listenHost: 'dash.home', hostName: 'Greenhouse.example.org', others: ['proxy.example.org'] };

describe('isOurHost', () => {
  it.each([
    '127.0.0.1:8080',
    'localhost',
    'LOCALHOST:1',
    '[::1]:8080',
    '192.168.1.20:8080',
    'dash.home:8080',
    'greenhouse',
    'Proxy.example.org',
    'greenhouse.local:8080',
    'greenhouse.example.org.:8080',
  ])('knows %s', (host) => {
    expect(isOurHost(host, names)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'other.example.org',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'greenhouse.evil.example',
    'user@localhost',
    '[::1',
    'localhost:8080:1',
    'local host',
  ])('does not know %s', (host) => {
    expect(isOurHost(host, names)).toBe(false);
  });
});

describe('isOurOrigin', () => {
  const host = 'greenhouse.local:8080';

  it.each([
    [undefined, undefined],
    [undefined, 'same-origin'],
    [undefined, 'none'],
    ['http://greenhouse.local:8080', 'same-origin'],
    ['https://GREENHOUSE.local:8080', undefined],
  ])('takes a request of origin %s, site %s', (origin, site) => {
    expect(isOurOrigin(origin, site, host)).toBe(true);
  });

  it.each([
    ['http://evil.example', undefined],
    ['http://greenhouse.local', undefined],
    ['http://greenhouse.local:8080.evil.example', undefined],
    ['null', undefined],
    [undefined, 'cross-site'],
    [undefined, 'same-site'],
  ])('takes none of origin %s, site %s', (origin, site) => {
    expect(isOurOrigin(origin, site, host)).toBe(false);
  });
});
