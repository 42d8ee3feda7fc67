import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const cookieName = 'stepcast';
const sessionMs = 30 * 86_400_000;

export interface Credentials {
  readonly authorization?: string; // headers
  readonly cookie?: string;
}

/**
 * Who may ask: with no token, everyone who gets here. A browser trades the token for a cookie once; it holds a signature and not the token,
 * is out of reach of scripts and other sites, and outlives a restart of the daemon but not a change of the token.
 */
export class Access {
  readonly #token: string | undefined;
  readonly #nowMs: () => number;

  constructor(token: string | undefined, nowMs: () => number) {
    this.#token = token;
    this.#nowMs = nowMs;
  }

  get isOpen(): boolean {
    return this.#token === undefined;
  }

  allows({ authorization, cookie }: Credentials): boolean {
    if (this.#token === undefined) return true;
    const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (bearer !== undefined) return this.isToken(bearer);
    const session = /(?:^|; *)stepcast=([^;]*)/.exec(cookie ?? '')?.[1];
    return session !== undefined && this.#isSession(session);
  }

  /** In a time that says nothing of how much of it is right. */
  isToken(given: string): boolean {
    return this.#token === undefined || equal(given, this.#token);
  }

  /** The header Set-Cookie of a login. */
  login(): string {
    const expiresMs = this.#nowMs() + sessionMs;
    return cookie(`${expiresMs}.${this.#signature(expiresMs)}`, sessionMs / 1000);
  }

  readonly logout = cookie('', 0);

  #isSession(session: string): boolean {
    const [expires, signature] = session.split('.', 2);
    if (!/^\d{1,16}$/.test(expires) || signature === undefined) return false;
    return equal(signature, this.#signature(Number(expires))) && Number(expires) > this.#nowMs();
  }

  #signature(expiresMs: number): string {
    return createHmac('sha256', this.#token ?? '')
      .update(`stepcast session until ${expiresMs}`)
      .digest('base64url');
  }
}

const cookie = (value: string, seconds: number): string =>
  `${cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict`;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const equal = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
