/**
 * The one seam for signing in: who sits here, and the key everything is asked with.
 *
 * A key is pasted (`auxilio keys create --role dispatcher`) and kept for this tab, or on this machine if the person says
 * so. Where the service is a demonstration it hands out keys of its own, and the screen says that it is one.
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
  readonly role: ScreenRole;
  readonly api: Api;
  #key: string | null = null;

  constructor(role: ScreenRole) {
    this.role = role;
    this.api = new Api(() => this.#key);
  }

  /** Take up the key kept, else the demonstration's. A phone without signal keeps the person it knew. */
  async restore(): Promise<void> {
    const kept = sessionStorage.getItem(this.#slot) ?? localStorage.getItem(this.#slot);
    if (kept !== null && this.role === 'agent' && !/[?&]unit=/.test(location.search) && this.#recall(kept)) {
      // A request that hangs in a canyon must not keep the agent from the place on this phone: asked about afterwards.
      this.isRestoring = false;
      this.demo = await this.#demo();
      await this.#take(kept);
      return;
    }
    const demo = await this.#demo();
    this.demo = demo;
    const wanted = demo === null ? undefined : this.#wanted(demo);
    if (wanted !== undefined) await this.signIn(wanted, true);
    else if (kept !== null && (await this.#take(kept))) this.#remember(kept, localStorage.getItem(this.#slot) !== null);
    // A console of the demonstration needs no choice; an agent chooses a unit.
    else if (demo !== null && this.role === 'dispatcher') await this.#take(demo.dispatcher);
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

  get #slot(): string {
    return `auxilio.${this.role}.key`;
  }

  async #take(key: string): Promise<boolean> {
    this.#key = key;
    this.fault = null;
    try {
      const me = await this.api.call('GET /v1/me');
      if (!SITS_AT[this.role].includes(me.role)) return this.#refuse('wrong_role');
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
    return this.role === 'agent' && unit !== null ? demo.agents[unit] : undefined;
  }

  async #demo(): Promise<DemoPeople | null> {
    try {
      return (await this.api.send('GET', '/v1/demo')) as DemoPeople;
    } catch (error) {
      if (error instanceof Refusal || error instanceof Unreachable) return null;
      throw error;
    }
  }
}
