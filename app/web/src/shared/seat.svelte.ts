/**
 * Who sits at this console: a person with an account of their own, by a cookie no script can read; or a machine with a
 * key, such as the display on a wall. Idle is not signed out: the picture runs on, and the next act asks for a proof.
 */
import { Refusal, Unreachable } from './api';
import type { OwnSession, SignedIn } from './contract';
import { createPasskey, usePasskey } from './passkey';
import { Session } from './session.svelte';

export type Role = 'dispatcher' | 'supervisor' | 'administrator' | 'auditor';
export type SeatFault = 'not_signed_in' | 'too_many' | 'not_private' | 'unreachable' | 'no_passkey' | 'ended' | 'other' | null;

const LOOK_MS = 5_000; // a session ended elsewhere closes this screen within this
const TELL_MS = 60_000; // how often a touched screen says so
const SLOT = 'auxilio.seat.me';
const FLOW_SLOT = 'auxilio.agency.flow';

export class Seat extends Session {
  /** The session as the service has it; null with a machine's key, or while nobody is there. */
  own = $state.raw<OwnSession | null>(null);
  isAskedToProve = $state(false);
  seatFault = $state<SeatFault>(null);
  /** The service's own words for what only it knows: how long to wait. */
  faultWords = $state('');
  onended: () => void = () => undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  readonly #channel = new BroadcastChannel('auxilio.session');
  #toldAt = -Infinity;
  /** Rises when somebody leaves: an answer to what they asked before is nobody's any more. */
  #era = 0;

  constructor() {
    super();
    this.#channel.onmessage = () => void this.look();
    this.api.onrefused = (refusal) => {
      if (refusal.code === 'reauthenticate') {
        this.isAskedToProve = true;
        void this.look();
      }
    };
  }

  override get isDemo(): boolean {
    return this.demo !== null || this.own?.means === 'demo';
  }

  get role(): Role {
    return (this.me?.role ?? 'dispatcher') as Role;
  }

  /** Whether this is somebody who works the board. */
  get isOfDesk(): boolean {
    return this.me !== null && (this.role === 'dispatcher' || this.role === 'supervisor');
  }

  /** Whether acts wait for a proof. */
  get isIdle(): boolean {
    return this.own?.is_idle === true;
  }

  /** Take up the machine's key or the session there is; in the demonstration begin one. */
  override async restore(): Promise<void> {
    this.#ticker = setInterval(() => this.own !== null && void this.look(), LOOK_MS);
    if (this.keptKey !== null) await super.restore();
    if (!this.isTaken()) {
      this.fault = null;
      await this.look();
      if (!this.isTaken() && this.seatFault !== 'unreachable') {
        this.demo = await this.askForDemo();
        if (this.demo !== null) await this.beSomebody('dispatcher');
      }
    }
    this.isRestoring = false;
  }

  isTaken(): boolean {
    return this.me !== null;
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.#channel.close();
  }

  /** Ask how the session stands. Without an answer, whoever sat here last is shown what there is. */
  async look(): Promise<void> {
    if (this.hasKey) return;
    const era = this.#era;
    try {
      const own = await this.api.call('GET /v1/session');
      if (era === this.#era) this.#adopt(own);
    } catch (error) {
      if (era !== this.#era) return;
      if (error instanceof Refusal && error.status === 401) this.#end();
      else if (error instanceof Unreachable || error instanceof Refusal) this.#recall();
      else throw error;
    }
  }

  async signInByPassword(login: string, password: string, code: string): Promise<boolean> {
    return this.#signIn(() => this.api.send('POST', '/v1/sign-in', { body: { login, password, code } }));
  }

  async signInByPasskey(): Promise<boolean> {
    return this.#signIn(async () => {
      const asked = await this.api.call('POST /v1/sign-in/passkey/begin');
      const credential = await usePasskey(asked.options);
      return this.api.send('POST', '/v1/sign-in/passkey', { body: { ceremony: asked.ceremony, credential } });
    });
  }

  /** Go to the agency's provider; it sends the browser back to `/console/signed-in`. */
  async goToAgency(again: boolean): Promise<boolean> {
    return this.#try(async () => {
      const { url, flow } = await this.api.call('POST /v1/sign-in/agency/begin', { body: { again } });
      sessionStorage.setItem(FLOW_SLOT, flow);
      location.assign(url);
    });
  }

  /** Come back from there with what stands in the address, which is taken out of it first. */
  async returnFromAgency(query: URLSearchParams): Promise<boolean> {
    history.replaceState(null, '', location.pathname);
    const flow = sessionStorage.getItem(FLOW_SLOT) ?? '-';
    sessionStorage.removeItem(FLOW_SLOT);
    const said = (name: string): string => query.get(name) ?? '-';
    const body = { flow, state: said('state'), code: said('code'), issuer: query.get('iss') ?? '' };
    return this.#signIn(() => this.api.send('POST', '/v1/sign-in/agency', { body }));
  }

  /** Be one of the demonstration's made-up people. */
  async beSomebody(role: Role): Promise<boolean> {
    return this.#signIn(() => this.api.send('POST', '/v1/demo/session', { body: { role } }));
  }

  /** Use a one-time link up. Returns the recovery codes, which are shown once; null when it did not work. */
  async welcome(body: Record<string, string>): Promise<string[] | null> {
    let codes: string[] = [];
    const isIn = await this.#signIn(async () => {
      const answer = (await this.api.send('POST', '/v1/welcome', { body })) as SignedIn;
      codes = answer.recovery_codes ?? [];
    });
    return isIn ? codes : null;
  }

  async prove(password: string, code: string): Promise<boolean> {
    return this.#prove(() => this.api.send('POST', '/v1/session/proof', { body: { password, code } }));
  }

  async proveByPasskey(): Promise<boolean> {
    return this.#prove(async () => {
      const asked = await this.api.call('POST /v1/session/proof/passkey/begin');
      const credential = await usePasskey(asked.options);
      return this.api.send('POST', '/v1/session/proof/passkey', { body: { ceremony: asked.ceremony, credential } });
    });
  }

  async addPasskey(name: string): Promise<boolean> {
    return this.#try(async () => {
      const asked = await this.api.call('POST /v1/account/passkeys/begin');
      const credential = await createPasskey(asked.options);
      await this.api.send('POST', '/v1/account/passkeys', { body: { ceremony: asked.ceremony, credential, name } });
    });
  }

  /** Somebody touched the screen. */
  touched(): void {
    const { own } = this;
    if (own === null || own.is_idle || own.idle_s === null) return;
    if (performance.now() - this.#toldAt < Math.min(TELL_MS, own.idle_s * 250)) return;
    this.#toldAt = performance.now();
    void this.#stayActive();
  }

  async #stayActive(): Promise<void> {
    const era = this.#era;
    try {
      const own = await this.api.call('POST /v1/session/active');
      if (era === this.#era) this.#adopt(own);
    } catch (error) {
      // Whether the session still goes on is asked every few seconds; nobody waits for this answer.
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    }
  }

  override signOut(): void {
    const wasSession = this.own !== null;
    super.signOut();
    this.#era += 1;
    this.#end();
    this.seatFault = null;
    if (wasSession) void this.#leave();
  }

  async #leave(): Promise<void> {
    await this.#try(async () => {
      const { leave } = await this.api.call('DELETE /v1/session');
      this.#tell();
      if (leave !== null) location.assign(leave);
    });
  }

  async #signIn(ask: () => Promise<unknown>): Promise<boolean> {
    if (!(await this.#try(ask))) return false;
    await this.look();
    this.#tell();
    return this.me !== null;
  }

  async #prove(ask: () => Promise<unknown>): Promise<boolean> {
    const isProved = await this.#try(async () => this.#adopt((await ask()) as OwnSession));
    if (isProved) {
      this.isAskedToProve = false;
      this.#tell();
    }
    return isProved;
  }

  async #try(ask: () => Promise<unknown>): Promise<boolean> {
    this.seatFault = null;
    this.faultWords = '';
    try {
      await ask();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Unreachable) this.seatFault = 'unreachable';
    else if (error instanceof DOMException) this.seatFault = 'no_passkey';
    else if (error instanceof Refusal) {
      const known: Record<string, SeatFault> = {
        not_signed_in: 'not_signed_in',
        not_proved: 'not_signed_in',
        too_many_failures: 'too_many',
        busy: 'too_many',
        not_private: 'not_private',
        signed_out: 'ended',
      };
      this.seatFault = known[error.code] ?? 'other';
      this.faultWords = error.message;
    } else throw error;
  }

  #adopt(own: OwnSession): void {
    this.own = own;
    this.me = { name: own.call_sign, role: own.role as Role, sectors: own.sectors, unit_id: null };
    localStorage.setItem(SLOT, JSON.stringify(this.me));
    if (!own.is_idle && own.is_proved) this.isAskedToProve = false;
  }

  #recall(): void {
    const known = localStorage.getItem(SLOT);
    if (this.me === null && known !== null) this.me = JSON.parse(known) as typeof this.me;
    if (this.me === null) this.seatFault = 'unreachable';
  }

  #end(): void {
    const wasIn = this.me !== null;
    this.own = null;
    this.me = null;
    this.isAskedToProve = false;
    localStorage.removeItem(SLOT);
    if (!wasIn) return;
    this.seatFault = 'ended';
    this.onended();
  }

  /** Other windows of this console look at once. */
  #tell(): void {
    this.#channel.postMessage('changed');
  }
}
