/** The thin shell over `Stream`: it opens, sends, fetches and waits, and decides nothing. */
import { Refusal, type Api } from './api';
import { SteadyClock } from './clock';
import type { Board, ClientFrame, ServerFrame } from './contract';
import { CLOSE_UNKNOWN_KEY, Stream, type Answer, type Effect, type EventFrame, type Happened, type Positions, type StreamOptions } from './stream';

export interface Listener {
  replace(board: Board): void;
  apply(frame: EventFrame): void;
  move(frame: Positions): void;
  answer?(frame: Answer): void;
  /** Called after anything at all happened, and once a second: read `stream.phase` and `stream.ageS`. */
  changed(stream: Stream, now: number): void;
}

const TICK_MS = 1000;
const SUBPROTOCOL = 'auxilio.v1';
const CLOSE_BY_US = 4000;

export interface ConnectionOptions extends StreamOptions {
  /** Told when the service no longer takes what the socket was opened with; for whoever can get something fresh and come back. */
  onexpired?: () => void;
}

export class Connection {
  readonly stream: Stream;
  readonly #api: Api;
  readonly #clock = new SteadyClock();
  readonly #listener: Listener;
  readonly #onexpired: (() => void) | undefined;
  #socket: WebSocket | null = null;
  #opening = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(api: Api, listener: Listener, options: ConnectionOptions = {}) {
    this.stream = new Stream(options);
    this.#api = api;
    this.#listener = listener;
    this.#onexpired = options.onexpired;
  }

  start(): void {
    this.#ticker = setInterval(() => this.#feed({ what: 'tick' }), TICK_MS);
    addEventListener('online', this.#wake);
    addEventListener('offline', this.#cut);
    document.addEventListener('visibilitychange', this.#wakeIfVisible);
    this.#feed({ what: 'start' });
  }

  stop(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    removeEventListener('online', this.#wake);
    removeEventListener('offline', this.#cut);
    document.removeEventListener('visibilitychange', this.#wakeIfVisible);
    this.#feed({ what: 'stop' });
  }

  /** Whether the frame went out. What did not must be kept by whoever said it. */
  say(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  readonly #wake = (): void => this.#feed({ what: 'woken' });
  /** The browser knows that there is no network: nobody needs to wait until the silence is long enough. */
  readonly #cut = (): void => {
    this.#drop();
    this.#feed({ what: 'closed', code: CLOSE_BY_US });
  };
  readonly #wakeIfVisible = (): void => {
    if (document.visibilityState === 'visible') this.#feed({ what: 'woken' });
  };

  #feed(happened: Happened): void {
    const now = this.#clock.now();
    for (const effect of this.stream.feed(happened, now, Math.random())) this.#do(effect);
    this.#listener.changed(this.stream, now);
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'open':
        clearTimeout(this.#retry);
        void this.#open();
        break;
      case 'close':
        this.#drop();
        break;
      case 'send':
        this.say(effect.frame);
        break;
      case 'fetch':
        this.#fetchLater(effect.url, effect.afterMs);
        break;
      case 'retry':
        this.#drop();
        clearTimeout(this.#retry);
        this.#retry = setTimeout(this.#wake, effect.afterMs);
        break;
      case 'replace':
        this.#listener.replace(effect.board);
        break;
      case 'apply':
        this.#listener.apply(effect.frame);
        break;
      case 'move':
        this.#listener.move(effect.frame);
        break;
      case 'answer':
        this.#listener.answer?.(effect.frame);
        break;
    }
  }

  async #open(): Promise<void> {
    this.#drop();
    const mine = ++this.#opening;
    const protocols = [SUBPROTOCOL];
    try {
      // A browser says nothing of why a handshake failed: so the session is asked first; a key is changed for a ticket.
      if (this.#api.isByCookie) await this.#api.call('GET /v1/session');
      else protocols.push(`ticket.${(await this.#api.call('POST /v1/tickets')).ticket}`);
    } catch (error) {
      if (mine === this.#opening) this.#feed({ what: 'failed', refused: isRefused(error) });
      return;
    }
    if (mine !== this.#opening) return;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`;
    const socket = new WebSocket(url, protocols);
    this.#socket = socket;
    const ifMine = (happened: () => Happened): void => {
      if (this.#socket === socket) this.#feed(happened());
    };
    socket.onopen = () => ifMine(() => ({ what: 'opened' }));
    socket.onmessage = (message: MessageEvent<string>) =>
      ifMine(() => ({ what: 'frame', frame: JSON.parse(message.data) as ServerFrame }));
    socket.onclose = (close) =>
      ifMine(() => {
        this.#socket = null;
        if (close.code !== CLOSE_UNKNOWN_KEY || this.#onexpired === undefined) return { what: 'closed', code: close.code };
        this.#onexpired();
        return { what: 'closed', code: CLOSE_BY_US };
      });
  }

  #fetchLater(url: string, afterMs: number): void {
    const mine = this.#opening;
    if (afterMs === 0) void this.#fetch(url);
    else setTimeout(() => mine === this.#opening && void this.#fetch(url), afterMs);
  }

  async #fetch(url: string): Promise<void> {
    const mine = this.#opening;
    try {
      const board = (await this.#api.send('GET', url)) as Board;
      if (mine === this.#opening) this.#feed({ what: 'fetched', board });
    } catch (error) {
      if (mine === this.#opening) this.#feed({ what: 'fetch_failed', refused: isRefused(error) });
    }
  }

  #drop(): void {
    this.#opening += 1;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(CLOSE_BY_US, 'leaving');
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 401 || error.status === 403);
}
