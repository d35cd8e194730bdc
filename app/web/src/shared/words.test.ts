import { describe, expect, it } from 'vitest';
import { Api, Refusal, Unreachable } from './api';
import { bearingDeg, distanceM } from './distance';
import { age, distance, minutes } from './format';
import { readBack, spelled } from './readback';

describe('what is read back', () => {
  it('says each character by itself, in the caller\'s language', () => {
    expect(spelled('TUC-041', 'en')).toBe('T Tango, U Uniform, C Charlie, zero, four, one');
    expect(spelled('TUC-041', 'es')).toBe('T de Tarragona, U de Ulises, C de Carmen, cero, cuatro, uno');
    expect(readBack('TUC-041', 'es')).toContain('¿Es correcto');
  });

  it('has a word of its own for every letter and digit', () => {
    for (const language of ['en', 'es'] as const) {
      const said = spelled('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', language).split(', ');
      expect(new Set(said).size).toBe(36);
    }
  });
});

describe('figures', () => {
  it('are short and never more than two units', () => {
    expect([5, 65, 3700, 90_000].map(age)).toEqual(['5 s', '1:05', '1 h 01', '1 d 1 h']);
    expect([45, 1900, 15_600].map(minutes)).toEqual(['45 s', '32 min', '4 h 20']);
    expect([950, 2450, 28_400].map(distance)).toEqual(['950 m', '2.5 km', '28 km']);
  });

  it('agree with a degree of latitude and the points of the compass', () => {
    expect(distanceM({ lat: 31, lon: -111 }, { lat: 32, lon: -111 })).toBeCloseTo(111_195, -1);
    expect(bearingDeg({ lat: 31, lon: -111 }, { lat: 32, lon: -111 })).toBeCloseTo(0);
    expect(bearingDeg({ lat: 0, lon: 0 }, { lat: 0, lon: 1 })).toBeCloseTo(90);
  });
});

describe('the API', () => {
  const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

  it('sends a POST that got no answer once more, under the same id', async () => {
    const ids: (string | null)[] = [];
    const api = new Api(
      () => 'aux_k',
      (_, init) => {
        ids.push(new Headers(init?.headers).get('Idempotency-Key'));
        return ids.length === 1 ? Promise.reject(new TypeError('network')) : Promise.resolve(answer(200, { seq: 1, alarm_id: 2 }));
      },
    );
    await expect(api.call('POST /v1/alarms/{alarm_id}/acknowledge', { params: { alarm_id: 2 } })).resolves.toEqual({ seq: 1, alarm_id: 2 });
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBeNull();
  });

  it('does not repeat what was refused, and carries code, field and what would do', async () => {
    let asked = 0;
    const api = new Api(
      () => 'aux_k',
      () => {
        asked += 1;
        return Promise.resolve(answer(409, { code: 'not_allowed_now', detail: 'no place yet', field: 'incident_id', allowed: ['place'] }));
      },
    );
    const refusal = await api.call('POST /v1/incidents/{incident_id}/reopen', { params: { incident_id: 1 } }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: 409, code: 'not_allowed_now', field: 'incident_id', allowed: ['place'], message: 'no place yet' });
    expect(asked).toBe(1);
  });

  it('says that nobody answers when nobody does, and escapes what goes into an address', async () => {
    const urls: string[] = [];
    const api = new Api(
      () => null,
      (input) => {
        urls.push(input instanceof Request ? input.url : String(input));
        return Promise.reject(new TypeError('network'));
      },
    );
    await expect(api.call('GET /v1/signs/{sign_id}', { params: { sign_id: 'a/b?c' } })).rejects.toBeInstanceOf(Unreachable);
    expect(urls).toEqual(['/v1/signs/a%2Fb%3Fc']);
  });
});
