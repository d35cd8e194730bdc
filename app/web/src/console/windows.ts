/** The windows of one console, on as many monitors as there are: what one selects, all show. */
export type Said =
  | { say: 'incident'; id: number | null }
  | { say: 'unit'; id: string | null }
  | { say: 'seen'; keys: string[] }
  | { say: 'theme'; name: 'dark' | 'light' }
  | { say: 'language'; name: string };

export class Windows {
  readonly #channel: BroadcastChannel;

  constructor(heard: (said: Said) => void) {
    this.#channel = new BroadcastChannel('auxilio.console');
    this.#channel.onmessage = (message: MessageEvent<Said>) => heard(message.data);
  }

  tell(said: Said): void {
    this.#channel.postMessage(said);
  }

  close(): void {
    this.#channel.close();
  }
}

export type View =
  | { name: 'welcome' }
  | { name: 'signed-in' }
  | { name: 'agency' }
  | { name: 'account' }
  | { name: 'console' } | { name: 'board' } | { name: 'map' } | { name: 'wall' } | { name: 'incident'; id: number };

/** Which window this is, by its address. */
export function viewOf(path: string): View {
  const [, , name, id] = path.split('/');
  if (name === 'board' || name === 'map' || name === 'wall') return { name };
  if (name === 'welcome' || name === 'signed-in' || name === 'agency' || name === 'account') return { name };
  if (name === 'incident' && Number(id) > 0) return { name, id: Number(id) };
  return { name: 'console' };
}
