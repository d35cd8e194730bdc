/**
 * A console with a machine's key, such as the display on a wall; what a person has beside it is `seat.svelte.ts`.
 *
 * The key is pasted (`auxilio keys create --role dispatcher`) and kept for this tab, or on this machine if one says so.
 */
import { Api, Refusal, Unreachable } from './api';
import type { Me } from './contract';

export type SignInFault = 'unknown_key' | 'wrong_role' | 'unreachable' | null;

/** Who may sit at a console; what each of them sees there is the service's to say. */
const SITS_HERE: Me['role'][] = ['dispatcher', 'supervisor', 'auditor'];
const SLOT = 'auxilio.dispatcher.key';

export interface DemoPeople {
  dispatcher: string;
  your_unit: string;
  agents: Record<string, string>;
}

export class Session {
  /** Who is signed in; null while nobody is. */
  me = $state.raw<Me | null>(null);
  /** The demonstration's people, to be whichever one likes; null where the service is none. */
  demo = $state.raw<DemoPeople | null>(null);
  isRestoring = $state(true);
  fault = $state<SignInFault>(null);
  readonly api: Api = new Api(() => this.#key);
  #key: string | null = null;

  /** Take up the key that is kept. Without an answer, whoever had it last is shown what there is. */
  async restore(): Promise<void> {
    const kept = this.keptKey;
    this.demo = await this.askForDemo();
    if (kept !== null) await this.#take(kept);
  }

  get isDemo(): boolean {
    return this.demo !== null;
  }

  async signIn(key: string, keepOnThisMachine: boolean): Promise<boolean> {
    if (!(await this.#take(key.trim()))) return false;
    (keepOnThisMachine ? localStorage : sessionStorage).setItem(SLOT, key.trim());
    return true;
  }

  signOut(): void {
    for (const store of [sessionStorage, localStorage]) {
      store.removeItem(SLOT);
      store.removeItem(`${SLOT}.me`);
    }
    this.#key = null;
    this.me = null;
  }

  /** The key this tab or machine keeps. */
  protected get keptKey(): string | null {
    return sessionStorage.getItem(SLOT) ?? localStorage.getItem(SLOT);
  }

  protected get hasKey(): boolean {
    return this.#key !== null;
  }

  async #take(key: string): Promise<boolean> {
    this.#key = key;
    this.fault = null;
    try {
      const me = await this.api.call('GET /v1/me');
      if (!SITS_HERE.includes(me.role)) return this.#refuse('wrong_role');
      localStorage.setItem(`${SLOT}.me`, JSON.stringify(me));
      this.me = me;
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) return this.#refuse('unknown_key');
      if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
      return this.#recall(key) || this.#refuse('unreachable');
    }
  }

  /** Be whom this key last belonged to, as far as this machine knows. */
  #recall(key: string): boolean {
    const known = localStorage.getItem(`${SLOT}.me`);
    if (known === null) return false;
    this.#key = key;
    this.me ??= JSON.parse(known) as Me;
    return true;
  }

  #refuse(fault: SignInFault): false {
    this.#key = null;
    this.me = null;
    this.fault = fault;
    return false;
  }

  protected async askForDemo(): Promise<DemoPeople | null> {
    try {
      return (await this.api.send('GET', '/v1/demo')) as DemoPeople;
    } catch (error) {
      if (error instanceof Refusal || error instanceof Unreachable) return null;
      throw error;
    }
  }
}
