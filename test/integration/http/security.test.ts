import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest } from '../../support/apiUnderTest.js';

const api = new ApiUnderTest();
const token = 'a-token-of-16-and-more';
const bearer = { authorization: `Bearer ${token}` };

beforeAll(() => api.fill(1, 20));
afterEach(() => api.stop());
afterAll(() => api.clean());

describe('the security of the interface', () => {
  it('answers nobody who comes by a name that is not ours (DNS rebinding)', async () => {
    await api.start();
    for (const host of ['evil.example', 'evil.example:8080', 'localhost.evil.example']) {
      for (const path of ['/', '/api/series', '/healthz', '/metrics', '/api/nothing']) {
        const answer = await api.ask(path, { headers: { host } });
        expect([path, answer.status, answer.json()]).toMatchObject([path, 421, { code: 'WRONG_HOST' }]);
      }
    }
    for (const host of ['localhost:1234', '127.0.0.1', '[::1]:8080', 'pi', 'pi.local'])
      expect((await api.ask('/api/series', { headers: { host } })).status, host).toBe(200);
  });

  it('answers no page of another site, and tells no browser that it may', async () => {
    await api.start();
    const { host } = new URL(api.url);
    const from = (headers: Record<string, string>, method = 'GET') => api.ask('/api/series', { method, headers });
    for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await from(headers as never);
      expect([answer.status, answer.json()]).toMatchObject([403, { code: 'FOREIGN_ORIGIN' }]);
      expect((await api.ask('/%61pi/series', { headers: headers as never })).status).toBe(403);
    }
    expect((await api.ask('/', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200); // a link
    const preflight = await from({ origin: 'http://evil.example', 'access-control-request-method': 'GET' }, 'OPTIONS');
    expect(preflight.status).toBeGreaterThanOrEqual(400);
    const own = await from({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' });
    expect(own.status).toBe(200);
    for (const { headers } of [preflight, own])
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('asks for the token where there is one, everywhere but at the page and the health', async () => {
    await api.start({ token });
    for (const path of ['/api/series', '/api/models', '/api/node', '/api/live', '/metrics']) {
      const answer = await api.ask(path);
      expect([path, answer.status, answer.json()]).toMatchObject([path, 401, { code: 'UNAUTHORIZED' }]);
      expect(answer.headers['www-authenticate']).toContain('Bearer');
      expect((await api.ask(path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    }
    expect((await api.ask(`/api/series?token=${token}`)).status).toBe(401);
    expect((await api.ask('/api/series', { headers: bearer })).status).toBe(200);
    expect((await api.ask('/metrics', { headers: bearer })).status).toBe(200);
    expect((await api.ask('/')).status).toBe(200);
    expect((await api.ask('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await api.ask('/healthz', { headers: bearer })).json()).toEqual({ status: 'ok', reasons: [] });
  });

  it('gives a browser a cookie for the token, and takes it back', async () => {
    await api.start({ token });
    const login = (body: string) =>
      api.ask('/api/session', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect((await login(JSON.stringify({ token: 'wrong' }))).status).toBe(401);
    expect((await login('{}')).status).toBe(400);
    expect((await login('{')).status).toBe(400);
    const answer = await login(JSON.stringify({ token }));
    const [cookie] = answer.headers['set-cookie']!;
    expect(answer.status).toBe(204);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(token);
    const session = { cookie: cookie.split(';', 1)[0] };
    expect((await api.ask('/api/series', { headers: session })).status).toBe(200);
    const out = await api.ask('/api/session', { method: 'DELETE', headers: session });
    expect([out.status, out.headers['set-cookie']![0]]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  });

  it('lets nobody try tokens without end', async () => {
    await api.start({ token });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const body = JSON.stringify({ token: `wrong-${i}` });
      const headers = { 'content-type': 'application/json' };
      statuses.push((await api.ask('/api/session', { method: 'POST', body, headers })).status);
    }
    expect(statuses).toEqual([...new Array(10).fill(401), 429, 429]);
  });

  it('slows down who asks too often, and says when to go on', async () => {
    await api.start({ perMinute: 5 });
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await api.ask(i % 2 ? '/%61pi/node' : '/api/node'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(answers[6].json()).toMatchObject({ code: 'RATE_LIMITED', detail: expect.stringMatching(/go on in \d+ s/) });
    expect(Number(answers[6].headers['retry-after'])).toBeGreaterThan(0);
    expect((await api.ask('/healthz')).status).toBe(200);
    expect((await api.ask('/')).status).toBe(200);
  });

  it('counts those without a token too', async () => {
    await api.start({ token, perMinute: 3 });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await api.ask('/api/series')).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });

  it('sends a page that can load and be loaded by nothing else', async () => {
    await api.start();
    const { headers } = await api.ask('/');
    const policy = headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('serves the files of the page and no other', async () => {
    await api.start();
    expect((await api.ask('/')).text).toContain('<title>page</title>');
    expect((await api.ask('/main-ABCD2345.js')).headers['cache-control']).toContain('immutable');
    expect((await api.ask('/')).headers['cache-control']).toBe('no-cache');
    for (const path of [
      ...['/../../../../etc/passwd', '/..%2f..%2f..%2fetc/passwd', '/%2e%2e/test.db', '//etc/passwd'],
      ...['/../test.db', '/..\\test.db', '/secret.key', '/dashboard/index.html', '/main-ABCD2345.js/..', '/%00'],
    ]) {
      const { status, text } = await api.ask(path);
      expect([path, status === 404 || status === 400]).toEqual([path, true]);
      expect(text).not.toMatch(/root:|SQLite|not served/);
    }
  });

  it('takes no other methods, and says which it takes', async () => {
    await api.start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await api.ask('/api/series', { method });
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
    expect((await api.ask('/api/session')).headers.allow).toBe('POST, DELETE');
  });

  it('takes no large request', async () => {
    await api.start();
    const headers = { 'content-type': 'application/json' };
    const large = await api.ask('/api/session', { method: 'POST', headers, body: `{"token":"${'x'.repeat(10_000)}"}` });
    expect([large.status, large.json()]).toMatchObject([413, { code: 'BODY_TOO_LARGE' }]);
    expect((await api.ask(`/api/series?search=${'x'.repeat(2000)}`)).status).toBe(400);
    expect((await api.ask('/api/series', { headers: { 'x-large': 'x'.repeat(40_000) } })).status).toBe(431);
  });

  it.each([
    ['GET /api/%E0%A4%A HTTP/1.1\r\nHost: localhost', 400],
    ['FETCH /api/series HTTP/1.1\r\nHost: localhost', 400],
    [`GET /api/series?${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost`, 431],
  ])('says of what it cannot read that it cannot, as of everything else', async (request, status) => {
    await api.start();
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${request}\r\nConnection: close\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    const [head, body] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json/im);
    expect(JSON.parse(body)).toMatchObject({ status, code: 'BAD_REQUEST', detail: expect.stringMatching(/\w/) });
  });

  it('does not wait for who never finishes asking', async () => {
    await api.start({ patienceMs: 300 });
    const { hostname, port } = new URL(api.url);
    const slow = connect(Number(port), hostname);
    await once(slow, 'connect');
    slow.write('GET /api/series HTTP/1.1\r\nHost: localhost\r\nX-A: ');
    expect((await api.ask('/api/node')).status).toBe(200);
    const closed = once(slow, 'close');
    slow.resume();
    await closed;
  });
});
