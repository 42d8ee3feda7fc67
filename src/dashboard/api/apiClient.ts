import type { ApiLogin } from '../../http/api.js';
import { ApiProblem } from './apiProblem.js';
import { nextPage } from './nextPage.js';

type Params = Readonly<Record<string, string | number | undefined>>;

const longestWaitMs = 5000;

/** The interface of the daemon this page came from. A page that asks while a token is wanted waits until it has been given. */
export class ApiClient {
  readonly #askForToken: () => Promise<void>;

  constructor(askForToken: () => Promise<void>) {
    this.#askForToken = askForToken;
  }

  /** One document. @throws {ApiProblem} */
  async get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
    return (await this.#ask(withParams(path, params), signal)).json() as Promise<T>;
  }

  /** A list to its end. @throws {ApiProblem} */
  async list<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T[]> {
    const rows: T[] = [];
    await this.eachPage<T>(path, params, signal, (page) => {
      for (const row of page) rows.push(row);
    });
    return rows;
  }

  /** A list to its end, as it comes. @throws {ApiProblem} */
  async eachPage<T>(
    path: string,
    params: Params,
    signal: AbortSignal | undefined,
    take: (page: readonly T[]) => void,
  ): Promise<void> {
    for (let address: string | undefined = withParams(path, params); address !== undefined; ) {
      const response: Response = await this.#ask(address, signal);
      take((await response.json()) as T[]);
      address = nextPage(response.headers.get('link'));
    }
  }

  /** Keeps the token in a cookie that scripts cannot read. @throws {ApiProblem} 401: it is another one. */
  async logIn(token: string): Promise<void> {
    const response = await reach('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token } satisfies ApiLogin),
    });
    if (!response.ok) throw await ApiProblem.of(response);
  }

  async logOut(): Promise<void> {
    const response = await reach('/api/session', { method: 'DELETE' });
    if (!response.ok) throw await ApiProblem.of(response);
  }

  async #ask(address: string, signal: AbortSignal | undefined): Promise<Response> {
    for (;;) {
      const response = await reach(address, { signal });
      if (response.ok) return response;
      if (response.status === 401) await this.#askForToken();
      else if (response.status === 429) await waited(response, signal);
      else throw await ApiProblem.of(response);
    }
  }
}

function withParams(path: string, params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query}`;
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, credentials: 'same-origin' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw ApiProblem.unreachable;
  }
}

/** As long as the server asks for, within reason. */
function waited({ headers }: Response, signal: AbortSignal | undefined): Promise<void> {
  const ms = Math.min(longestWaitMs, 1000 * (Number(headers.get('retry-after')) || 1));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
