import { describe, expect, it } from 'vitest';
import { Access } from '../../../src/http/access.js';

const token = 'a-token-of-16-and-more';
const day = 86_400_000;
let nowMs = 1_000;
const access = new Access(token, () => nowMs);
const cookieOf = (header: string): string => header.split(';', 1)[0];

describe('Access', () => {
  it('lets everyone in where there is no token', () => {
    expect(new Access(undefined, () => 0).allows({})).toBe(true);
  });

  it.each([
    [`Bearer ${token}`, true],
    [`bearer ${token}`, true],
    [`Bearer ${token}x`, false],
    [`Bearer ${token.slice(1)}`, false],
    ['Bearer ', false],
    [`Basic ${token}`, false],
    [token, false],
  ])('takes the header Authorization: %s → %s', (authorization, allowed) => {
    expect(access.allows({ authorization })).toBe(allowed);
  });

  it('lets in whoever has logged in, for thirty days', () => {
    nowMs = 1_000;
    const cookie = cookieOf(access.login());
    expect(access.allows({ cookie })).toBe(true);
    expect(access.allows({ cookie: `other=1; ${cookie}; more=2` })).toBe(true);
    nowMs += 30 * day - 1;
    expect(access.allows({ cookie })).toBe(true);
    nowMs += 1;
    expect(access.allows({ cookie })).toBe(false);
  });

  it('knows a login after a restart, but not after a change of the token', () => {
    nowMs = 1_000;
    const cookie = cookieOf(access.login());
    expect(new Access(token, () => nowMs).allows({ cookie })).toBe(true);
    expect(new Access(`${token}2`, () => nowMs).allows({ cookie })).toBe(false);
  });

  it('takes no cookie that it did not sign, nor one whose date was moved', () => {
    nowMs = 1_000;
    const [expires, signature] = cookieOf(access.login()).slice('stepcast='.length).split('.');
    for (const forged of [`${Number(expires) + day}.${signature}`, `${expires}.`, `${expires}`, `.${signature}`, ''])
      expect(access.allows({ cookie: `stepcast=${forged}` }), forged).toBe(false);
  });

  it('gives a cookie without the token, out of reach of scripts and of other sites', () => {
    const header = access.login();
    expect(header).not.toContain(token);
    expect(header).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(access.logout).toContain('Max-Age=0');
  });
});
