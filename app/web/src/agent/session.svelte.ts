/**
 * Who this phone is: enrolled with a code it was shown, once; known by its own key from then on. A key that is pasted
 * (`auxilio keys create --role agent`) still does where a page may make none, which is where it came without HTTPS.
 */
import { Api, Refusal, Unreachable, type Asked } from '$shared/api';
import type { Me } from '$shared/contract';
import type { DemoPeople } from '$shared/session.svelte';
import { canEnrol, NOT_THIS_DEVICE, Passport } from './passport';

export type Fault = 'bad_code' | 'unknown_key' | 'wrong_role' | 'unreachable' | 'not_secure';
const SLOT = 'auxilio.agent.key';
const IN_FRAGMENT = /^#enrol=([^&]+)/;

/** Asks with the phone's token, and signs anew once when that is not taken. */
class PhoneApi extends Api {
  readonly #session: PhoneSession;

  constructor(session: PhoneSession) {
    super(() => session.credential());
    this.#session = session;
  }

  override async send(method: string, url: string, asked: Asked = {}): Promise<unknown> {
    try {
      return await super.send(method, url, asked);
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 401)) throw error;
      if (!this.#session.isRefused(error)) throw error;
      return super.send(method, url, asked);
    }
  }
}

export class PhoneSession {
  me = $state.raw<Me | null>(null);
  demo = $state.raw<DemoPeople | null>(null);
  isRestoring = $state(true);
  fault = $state<Fault | null>(null);
  /** The service says that this phone is none of its devices any more. */
  isTakenOff = $state(false);
  passport = $state.raw<Passport | null>(null);
  readonly api: Api = new PhoneApi(this);
  #key: string | null = null;

  get isDemo(): boolean {
    return this.demo !== null;
  }

  /** What to ask with: a token of this phone's, or the pasted key. */
  credential(): Promise<string | null> | string | null {
    return this.passport === null ? this.#key : this.passport.token();
  }

  /** Take a refusal of what we asked with; true when asking again may help. */
  isRefused(refusal: Refusal): boolean {
    if (refusal.code === NOT_THIS_DEVICE) this.isTakenOff = true;
    if (this.passport === null || this.isTakenOff) return false;
    this.passport.drop();
    return true;
  }

  /** Be whom the address invites, else whom this phone was. A phone without signal keeps the unit it knew. */
  async restore(): Promise<void> {
    const code = IN_FRAGMENT.exec(location.hash)?.[1];
    if (code !== undefined) history.replaceState(null, '', location.pathname + location.search);
    const wanted = new URLSearchParams(location.search).get('unit');
    const kept = await Passport.kept();
    const key = sessionStorage.getItem(SLOT) ?? localStorage.getItem(SLOT);
    if (code !== undefined && (await this.enrol(decodeURIComponent(code)))) {
      // Enrolled: the code is used up, whatever else there was.
    } else if (kept !== null && (wanted === null || wanted === kept.unitId)) this.#be(kept);
    else if (key !== null && wanted === null && this.#recall(key)) void this.#take(key);
    this.isRestoring = this.me === null;
    this.demo = await this.#demo();
    if (this.me === null || (this.isDemo && (await this.#isForgotten()))) await this.#otherwise(wanted, key);
    this.isRestoring = false;
  }

  /** Enrol this phone with a code. */
  async enrol(code: string): Promise<boolean> {
    if (!canEnrol()) return this.#refuse('not_secure');
    try {
      this.#be(await Passport.enrol(code.trim()));
      localStorage.removeItem(SLOT);
      return true;
    } catch (error) {
      if (error instanceof Unreachable || (error instanceof Refusal && error.status >= 500)) return this.#refuse('unreachable');
      if (error instanceof Refusal) return this.#refuse('bad_code');
      throw error;
    }
  }

  /** Be one of the demonstration's units: it enrols the phone, or where it cannot, lends it a key. */
  async beUnit(unitId: string): Promise<boolean> {
    if (!canEnrol()) return this.signIn(this.demo?.agents[unitId] ?? '', true);
    const made = (await this.api.send('POST', '/v1/demo/codes', { body: { unit_id: unitId } })) as { code: string };
    return this.enrol(made.code);
  }

  async signIn(key: string, keepOnThisMachine: boolean): Promise<boolean> {
    if (!(await this.#take(key.trim()))) return false;
    (keepOnThisMachine ? localStorage : sessionStorage).setItem(SLOT, key.trim());
    return true;
  }

  /** Be nobody. The key pair goes with it: to come back, the phone is enrolled anew. */
  async signOut(): Promise<void> {
    for (const store of [sessionStorage, localStorage]) {
      store.removeItem(SLOT);
      store.removeItem(`${SLOT}.me`);
    }
    this.#key = null;
    this.passport = null;
    this.me = null;
    this.isTakenOff = false;
    await Passport.destroy();
  }

  #be(passport: Passport): void {
    this.passport = passport;
    this.fault = null;
    this.isTakenOff = false;
    this.me = { name: `unit ${passport.unitId}`, role: 'agent', sectors: [], unit_id: passport.unitId };
  }

  /** Whether a demonstration that began anew knows nothing of this phone. */
  async #isForgotten(): Promise<boolean> {
    if (this.passport === null) return false;
    try {
      await this.passport.token();
      return false;
    } catch (error) {
      return error instanceof Refusal && error.status === 401;
    }
  }

  /** A unit of the demonstration by its own link, or the key this phone was given. */
  async #otherwise(wanted: string | null, key: string | null): Promise<void> {
    const unit = wanted ?? this.passport?.unitId ?? null;
    this.passport = null;
    this.me = null;
    this.isTakenOff = false;
    if (this.demo !== null && unit !== null && unit in this.demo.agents) await this.beUnit(unit);
    else if (key !== null) await this.#take(key);
  }

  async #take(key: string): Promise<boolean> {
    this.#key = key;
    this.fault = null;
    try {
      const me = await this.api.call('GET /v1/me');
      if (me.role !== 'agent') return this.#refuse('wrong_role');
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

  #refuse(fault: Fault): false {
    this.#key = null;
    this.me = null;
    this.fault = fault;
    return false;
  }

  async #demo(): Promise<DemoPeople | null> {
    try {
      return (await new Api(() => null).send('GET', '/v1/demo')) as DemoPeople;
    } catch (error) {
      if (error instanceof Refusal || error instanceof Unreachable) return null;
      throw error;
    }
  }
}
