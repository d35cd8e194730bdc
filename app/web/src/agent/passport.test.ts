import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Api, Refusal, Unreachable } from '$shared/api';
import { NOT_THIS_DEVICE, Passport } from './passport';

const LIFE_S = 300;

/** A service that checks what a real one would: the signature over the nonce, by the key that was enrolled. */
class Service {
  codes = new Map([['GOOD1-CODE1', 'U12']]);
  isThere = true;
  isKnown = true;
  signed = 0;
  enrolments = 0;
  answersLost = 0;
  #key: CryptoKey | null = null;
  #nonces = new Set<string>();

  readonly fetch = async (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    if (!this.isThere) throw new TypeError('no network');
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, string>) : {};
    const answer = await this.#answer(url instanceof Request ? url.url : url.toString(), body);
    if (this.answersLost > 0) {
      this.answersLost -= 1;
      throw new TypeError('the answer was lost');
    }
    return answer;
  };

  async #answer(url: string, body: Record<string, string>): Promise<Response> {
    if (url.endsWith('/enrolments')) {
      const unit = this.codes.get(body['code'] ?? '');
      if (unit === undefined) return refusal(401, 'bad_code');
      this.enrolments += 1;
      this.#key = await crypto.subtle.importKey('spki', bytes(body['public_key']), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
      return json({ device_id: 'd1', unit_id: unit, label: 'spare' });
    }
    if (url.endsWith('/nonces')) {
      const nonce = `n${this.#nonces.size}`;
      this.#nonces.add(nonce);
      return json({ nonce, seconds: 60 });
    }
    const text = new TextEncoder().encode(`auxilio device token\nd1\n${body['nonce'] ?? ''}`);
    const isGood =
      this.isKnown &&
      this.#key !== null &&
      this.#nonces.delete(body['nonce'] ?? '') &&
      (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, this.#key, bytes(body['signature']), text));
    if (!isGood) return refusal(401, NOT_THIS_DEVICE);
    this.signed += 1;
    return json({ token: `axd_${this.signed}`, seconds: LIFE_S, unit_id: 'U12', sector: 'TUC' });
  }
}

function bytes(text: string | undefined): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text ?? ''), (letter) => letter.charCodeAt(0));
}

function json(body: unknown): Response {
  return Response.json(body, { status: 201 });
}

function refusal(status: number, code: string): Response {
  return Response.json({ code, status }, { status });
}

describe('a passport', () => {
  let service: Service;
  let api: Api;

  beforeEach(async () => {
    await Passport.destroy();
    service = new Service();
    api = new Api(() => null, service.fetch);
  });

  it('is had for a code, and signs for a token that is used until it is time for the next', async () => {
    const passport = await Passport.enrol('GOOD1-CODE1', api);
    expect(passport.unitId).toBe('U12');
    const t = Date.now();
    expect(passport.isDue(t)).toBe(true);
    expect(await passport.token(t)).toBe('axd_1');
    expect(await passport.token(t + LIFE_S * 600)).toBe('axd_1');
    expect(passport.isDue(t + LIFE_S * 701)).toBe(true);
    expect(await passport.token(t + LIFE_S * 701)).toBe('axd_2');
    expect(passport.serial).toBe(2);
  });

  it('asks once, however many want a token at the same moment', async () => {
    const passport = await Passport.enrol('GOOD1-CODE1', api);
    expect(await Promise.all([passport.token(), passport.token(), passport.token()])).toEqual(['axd_1', 'axd_1', 'axd_1']);
  });

  it('lives through hours without signal, and signs again when it is back', async () => {
    const passport = await Passport.enrol('GOOD1-CODE1', api);
    const t = Date.now();
    await passport.token(t);
    service.isThere = false;
    expect(await passport.token(t + LIFE_S * 800)).toBe('axd_1');
    await expect(passport.token(t + LIFE_S * 1000)).rejects.toBeInstanceOf(Unreachable);
    service.isThere = true;
    expect(await passport.token(t + 5 * 3_600_000)).toBe('axd_2');
  });

  it('is no good once it was taken off, whatever it still has', async () => {
    const passport = await Passport.enrol('GOOD1-CODE1', api);
    const t = Date.now();
    await passport.token(t);
    service.isKnown = false;
    await expect(passport.token(t + LIFE_S * 800)).rejects.toMatchObject({ status: 401, code: NOT_THIS_DEVICE });
  });

  it('enrols the same key again when the answer was lost', async () => {
    service.answersLost = 2; // the first try, and the same sent again
    await expect(Passport.enrol('GOOD1-CODE1', api)).rejects.toBeInstanceOf(Unreachable);
    const passport = await Passport.enrol('GOOD1-CODE1', api);
    expect(service.enrolments).toBe(3);
    expect(await passport.token()).toBe('axd_1');
  });

  it('is kept on the phone with a key that cannot be read, and goes when it is destroyed', async () => {
    await Passport.enrol('GOOD1-CODE1', api);
    expect((await Passport.kept())?.deviceId).toBe('d1');
    await Passport.destroy();
    expect(await Passport.kept()).toBeNull();
  });

  it('says that a code is no good', async () => {
    await expect(Passport.enrol('BAD', api)).rejects.toBeInstanceOf(Refusal);
    expect(await Passport.kept()).toBeNull();
  });
});
