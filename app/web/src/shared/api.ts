/** The service's HTTP, typed by its own contract. A refusal comes as `Refusal`, in the service's words and with its code. */
import type { Problem, Routes } from './contract';

export const ANSWER_MS = 12_000; // a little more than the desk's own patience; then the same is sent again with the same id

type Params = Record<string, string | number>;
export interface Asked {
  params?: Params;
  query?: Params;
  body?: unknown;
  /** Sent as Idempotency-Key: a repeat after a time-out is done once. Made here for every POST and PUT that has none. */
  id?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly allowed: string[];

  constructor(problem: Partial<Problem> & { status: number }) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`);
    this.status = problem.status;
    this.code = problem.code ?? 'http';
    this.field = problem.field ?? null;
    this.allowed = problem.allowed ?? [];
  }
}

/** The service could not be reached, or did not answer in time: nobody knows whether it was done. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** What to ask with; a phone may have to sign for it first. */
export type KeyReader = () => string | null | Promise<string | null>;

export class Api {
  /** Told of every refusal, before whoever asked is. */
  onrefused: (refusal: Refusal) => void = () => undefined;
  readonly #key: KeyReader;
  readonly #fetch: typeof fetch;

  constructor(key: KeyReader, fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#key = key;
    this.#fetch = fetcher;
  }

  /** Whether this asks by a session's cookie, which the browser sends by itself. */
  get isByCookie(): boolean {
    return this.#key() === null;
  }

  /** Ask a route of the contract. A POST or PUT that got no answer is sent once more under the same id. */
  async call<R extends keyof Routes>(route: R, asked: Asked & { body?: Routes[R]['body'] } = {}): Promise<Routes[R]['answer']> {
    const [method = 'GET', path = ''] = route.split(' ');
    const id = asked.id ?? (method === 'GET' ? undefined : newId());
    const url = address(path, asked);
    try {
      return (await this.send(method, url, { ...asked, ...(id === undefined ? {} : { id }) })) as Routes[R]['answer'];
    } catch (error) {
      const isLost = error instanceof Unreachable || (error instanceof Refusal && error.status === 503);
      if (!isLost || id === undefined || asked.signal?.aborted === true) throw error;
      return (await this.send(method, url, { ...asked, id })) as Routes[R]['answer'];
    }
  }

  /** Ask any address of the service; the answer is its JSON. */
  async send(method: string, url: string, asked: Asked = {}): Promise<unknown> {
    const key = await this.#key();
    const headers: Record<string, string> = { Accept: 'application/json', 'X-Auxilio': 'screen', ...asked.headers };
    if (key !== null) headers['Authorization'] = `Bearer ${key}`;
    if (asked.id !== undefined) headers['Idempotency-Key'] = asked.id;
    if (asked.body !== undefined) headers['Content-Type'] = 'application/json';
    const timeout = AbortSignal.timeout(ANSWER_MS);
    const init: RequestInit = {
      method,
      headers,
      signal: asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout,
      cache: 'no-cache',
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    };
    let response: Response;
    try {
      response = await this.#fetch(url, init);
    } catch (error) {
      if (asked.signal?.aborted === true) throw error;
      throw new Unreachable(error instanceof Error ? error.message : 'no answer', { cause: error });
    }
    if (!response.ok) {
      const refusal = await refusalOf(response);
      this.onrefused(refusal);
      throw refusal;
    }
    if (response.status === 204) return undefined;
    return (await response.json()) as unknown;
  }

  /** A part of a large file of the service, such as an archive of map tiles. */
  async range(url: string, from: number, length: number, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Range: `bytes=${from}-${from + length - 1}` };
    const key = await this.#key();
    if (key !== null) headers['Authorization'] = `Bearer ${key}`;
    const response = await this.#fetch(url, { headers, ...(signal === undefined ? {} : { signal }) });
    if (!response.ok) throw await refusalOf(response);
    return response;
  }
}

/** An id nobody else makes. Over plain http on a LAN address a browser has no `randomUUID`, and a phone must work there too. */
export function newId(): string {
  if ('randomUUID' in crypto) return crypto.randomUUID();
  return Array.from((crypto as Crypto).getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function address(path: string, asked: Asked): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(asked.params?.[name] ?? '')));
  const query = new URLSearchParams(Object.entries(asked.query ?? {}).map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `${filled}?${query.toString()}` : filled;
}

async function refusalOf(response: Response): Promise<Refusal> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return new Refusal({ ...problem, status: response.status });
  } catch {
    return new Refusal({ status: response.status, title: response.statusText });
  }
}
