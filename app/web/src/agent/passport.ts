/**
 * What this phone proves itself with: a key pair made here that cannot leave, and the tokens it gets for signing the
 * service's nonces. A token lasts minutes; hours without signal cost nothing, for there is nothing to lose but the key.
 */
import { deleteDB, openDB, type DBSchema } from 'idb';
import { Api, Refusal } from '$shared/api';

const DB = 'auxilio-passport';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
const RENEW_AT = 0.7; // of a token's life: then there is time for many tries before it ends
export const NOT_THIS_DEVICE = 'not_this_device';

export interface Identity {
  readonly deviceId: string;
  readonly unitId: string;
  readonly keys: CryptoKeyPair;
}
interface Pending {
  readonly code: string;
  readonly keys: CryptoKeyPair;
}
interface Drawer extends DBSchema {
  one: { key: 'passport' | 'pending'; value: Identity | Pending };
}

/** Whether a page may make such a key here: only over HTTPS, or on this very machine. */
export function canEnrol(): boolean {
  return window.isSecureContext && 'subtle' in crypto;
}

export class Passport {
  readonly deviceId: string;
  readonly unitId: string;
  /** Rises with each token: whoever told the service one of them knows whether it has the newest. */
  serial = 0;
  readonly #keys: CryptoKeyPair;
  readonly #api: Api;
  #token: string | null = null;
  #renewAt = 0;
  #endsAt = 0;
  #asking: Promise<string> | null = null;

  constructor(identity: Identity, api = new Api(() => null)) {
    this.deviceId = identity.deviceId;
    this.unitId = identity.unitId;
    this.#keys = identity.keys;
    this.#api = api;
  }

  /** The one this phone has; null when it was never enrolled. */
  static async kept(): Promise<Passport | null> {
    const identity = await inDrawer((drawer) => drawer.get('one', 'passport'));
    return identity !== undefined && 'deviceId' in identity ? new Passport(identity) : null;
  }

  /** Use a code up for this phone. Asked again after an answer that was lost, it is the same phone. */
  static async enrol(code: string, api = new Api(() => null)): Promise<Passport> {
    const before = await inDrawer((drawer) => drawer.get('one', 'pending'));
    const isSame = before !== undefined && 'code' in before && before.code === code;
    const keys = isSame ? before.keys : await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
    if (!isSame) await inDrawer((drawer) => drawer.put('one', { code, keys }, 'pending'));
    const public_key = base64(await crypto.subtle.exportKey('spki', keys.publicKey));
    const made = await api.call('POST /v1/devices/enrolments', { body: { code, public_key } });
    const identity: Identity = { deviceId: made.device_id, unitId: made.unit_id, keys };
    await inDrawer((drawer) => drawer.put('one', identity, 'passport'));
    await inDrawer((drawer) => drawer.delete('one', 'pending'));
    return new Passport(identity, api);
  }

  /** Take the key off this phone. */
  static async destroy(): Promise<void> {
    await deleteDB(DB);
  }

  /** A token that is good now, got ahead of need. Rejects with what stood in the way, once nothing good is left. */
  async token(now = Date.now()): Promise<string> {
    if (this.#token !== null && now < this.#renewAt) return this.#token;
    try {
      this.#asking ??= this.#sign(now);
      return await this.#asking;
    } catch (error) {
      const isKnown = !(error instanceof Refusal && error.status === 401);
      if (isKnown && this.#token !== null && now < this.#endsAt) return this.#token;
      throw error;
    } finally {
      this.#asking = null;
    }
  }

  isDue(now = Date.now()): boolean {
    return now >= this.#renewAt;
  }

  /** The service did not take it: sign anew at the next use. */
  drop(): void {
    this.#token = null;
    this.#renewAt = 0;
  }

  async #sign(now: number): Promise<string> {
    try {
      return await this.#once(now);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === NOT_THIS_DEVICE)) throw error;
      return this.#once(now); // the nonce may have grown old on its way; twice is an answer
    }
  }

  async #once(now: number): Promise<string> {
    const { nonce } = await this.#api.call('POST /v1/devices/nonces');
    const text = new TextEncoder().encode(`auxilio device token\n${this.deviceId}\n${nonce}`);
    const signature = base64(await crypto.subtle.sign(SIGNING, this.#keys.privateKey, text));
    const params = { device_id: this.deviceId };
    const got = await this.#api.call('POST /v1/devices/{device_id}/tokens', { params, body: { nonce, signature } });
    this.#token = got.token;
    this.#renewAt = now + got.seconds * 1000 * RENEW_AT;
    this.#endsAt = now + got.seconds * 1000;
    this.serial += 1;
    return got.token;
  }
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

async function inDrawer<T>(work: (drawer: Awaited<ReturnType<typeof openDB<Drawer>>>) => Promise<T>): Promise<T> {
  const drawer = await openDB<Drawer>(DB, 1, { upgrade: (fresh) => void fresh.createObjectStore('one') });
  try {
    return await work(drawer);
  } finally {
    drawer.close();
  }
}
