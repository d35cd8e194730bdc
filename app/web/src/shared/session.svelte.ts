/**
 * Signing in with a key: the agent's phone, and a machine's console (a person's is `seat.svelte.ts`).
 *
 * A key is pasted (`auxilio keys create --role agent`) and kept for this tab, or on this machine if the person says so.
 * Where the service is a demonstration it hands out keys of its own, and the screen says that it is one.
 */
import { Api, Refusal, Unreachable } from './api';
import type { Me } from './contract';

export type ScreenRole = 'dispatcher' | 'agent';
export type SignInFault = 'unknown_key' | 'wrong_role' | 'unreachable' | null;

/** Who may sit at which screen; what each of them sees there is the service's to say. */
const SITS_AT: Record<ScreenRole, Me['role'][]> = { dispatcher: ['dispatcher', 'supervisor', 'auditor'], agent: ['agent'] };

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
  readonly screen: ScreenRole;
  readonly api: Api;
  #key: string | null = null;

  constructor(screen: ScreenRole) {
    this.screen = screen;
    this.api = new Api(() => this.#key);
  }

  /** Take up the key kept, else the demonstration's. A phone without signal keeps the person it knew. */
  async restore(): Promise<void> {
    const kept = this.keptKey;
    if (kept !== null && this.screen === 'agent' && !/[?&]unit=/.test(location.search) && this.#recall(kept)) {
      // A request that hangs in a canyon must not keep the agent from the place on this phone: asked about afterwards.
      this.isRestoring = false;
      this.demo = await this.askForDemo();
      await this.#take(kept);
      return;
    }
    const demo = await this.askForDemo();
    this.demo = demo;
    const wanted = demo === null ? undefined : this.#wanted(demo);
    if (wanted !== undefined) await this.signIn(wanted, true);
    else if (kept !== null && (await this.#take(kept))) this.#remember(kept, localStorage.getItem(this.#slot) !== null);
    this.isRestoring = false;
  }

  get isDemo(): boolean {
    return this.demo !== null;
  }

  /** Be one of the demonstration's units, on this phone from now on. */
  async beUnit(unitId: string): Promise<boolean> {
    return this.signIn(this.demo?.agents[unitId] ?? '', true);
  }

  async signIn(key: string, keepOnThisMachine: boolean): Promise<boolean> {
    if (!(await this.#take(key.trim()))) return false;
    this.#remember(key.trim(), keepOnThisMachine);
    return true;
  }

  signOut(): void {
    for (const store of [sessionStorage, localStorage]) {
      store.removeItem(this.#slot);
      store.removeItem(`${this.#slot}.me`);
    }
    this.#key = null;
    this.me = null;
  }

  /** The key this tab or machine keeps. */
  protected get keptKey(): string | null {
    return sessionStorage.getItem(this.#slot) ?? localStorage.getItem(this.#slot);
  }

  protected get hasKey(): boolean {
    return this.#key !== null;
  }

  get #slot(): string {
    return `auxilio.${this.screen}.key`;
  }

  async #take(key: string): Promise<boolean> {
    this.#key = key;
    this.fault = null;
    try {
      const me = await this.api.call('GET /v1/me');
      if (!SITS_AT[this.screen].includes(me.role)) return this.#refuse('wrong_role');
      localStorage.setItem(`${this.#slot}.me`, JSON.stringify(me));
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
    const known = localStorage.getItem(`${this.#slot}.me`);
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

  #remember(key: string, onThisMachine: boolean): void {
    (onThisMachine ? localStorage : sessionStorage).setItem(this.#slot, key);
  }

  /** The key of the unit the address names (`/agent?unit=U12`), which a demonstration's own link does. */
  #wanted(demo: DemoPeople): string | undefined {
    const unit = new URLSearchParams(location.search).get('unit');
    return this.screen === 'agent' && unit !== null ? demo.agents[unit] : undefined;
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
