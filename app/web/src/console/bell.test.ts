import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmKind } from '$shared/contract';
import { desk as en } from '$shared/i18n/desk/en';
import { SOUNDS } from '$shared/sound';
import type { EventFrame } from '$shared/stream';
import { fold, LINES_OF_A_KIND } from './alarmlines';
import { byUrgency, isLoud, isRinging, newsOf, ringKey, soundOf, URGENCY, type News } from './bell';

const alarm = (id: number, kind: AlarmKind, more: Partial<Alarm> = {}): Alarm => ({
  id, kind, raised_at: `2026-11-22T14:03:0${id % 10}Z`, reason: '', incident_id: id, unit_id: null, tower_id: null, sector: null, times: 1,
  acknowledged_at: null, acknowledged_by: null, rearm_at: null, cleared_at: null, ...more,
});
const news = (id: number, priority = 5): News => ({ key: `incident ${id}`, kind: 'new_call', at: '2026-11-22T14:03:00Z', incidentId: id, priority });

describe('what rings', () => {
  it('has an order, words and a sound for every kind of alarm there is', () => {
    const kinds = Object.keys(en).filter((key) => key.startsWith('alarm.')).map((key) => key.slice(6));
    expect([...URGENCY].sort()).toEqual(kinds.sort());
    for (const kind of URGENCY) expect(SOUNDS[soundOf(kind)].length, kind).toBeGreaterThan(0);
  });

  it('sounds differently for a new call, a tower, silence, no unit, a mayday and a lost connection', () => {
    const heard = (['new_call', 'tower', 'offer_unanswered', 'no_unit_available', 'mayday', 'connection_lost'] as const).map(soundOf);
    expect(new Set(heard).size).toBe(6);
    expect(new Set(heard.map((sound) => JSON.stringify(SOUNDS[sound]))).size).toBe(6);
  });

  it('lets nobody mute a mayday, a lost connection or the highest priorities', () => {
    expect(isLoud('mayday', 0)).toBe(true);
    expect(isLoud('connection_lost', 0)).toBe(true);
    expect(isLoud('new_call', 8)).toBe(true);
    expect(isLoud('new_call', 7)).toBe(false);
  });

  it('stops for an alarm somebody took on, and starts again when it is raised once more', () => {
    expect(isRinging(alarm(1, 'mayday'))).toBe(true);
    expect(isRinging(alarm(1, 'mayday', { acknowledged_at: '2026-11-22T14:03:09Z' }))).toBe(false);
    expect(ringKey(alarm(1, 'mayday'))).not.toBe(ringKey(alarm(1, 'mayday', { times: 2 })));
  });

  it('makes news of a call and of a tower, and none of a test', () => {
    const opened = (alerts: number[], kind = 'real'): EventFrame =>
      ({ kind: 'incident.opened', seq: 1, at: 'now', event: { incident: { id: 7, priority: 6, alerts, kind } }, after: {} }) as unknown as EventFrame;
    expect(newsOf(opened([]))?.kind).toBe('new_call');
    expect(newsOf(opened([3]))?.kind).toBe('tower');
    expect(newsOf(opened([], 'test'))).toBeNull();
  });
});

describe('the alarm list', () => {
  it('puts the most urgent first, and of the same kind the oldest', () => {
    const lines = fold([alarm(3, 'ageing'), alarm(2, 'mayday'), alarm(1, 'no_unit_available')].sort(byUrgency), [news(9)]);
    expect(lines.map((line) => line.kind)).toEqual(['mayday', 'no_unit_available', 'new_call', 'ageing']);
  });

  it('folds many of a kind into one line that counts and acknowledges them all', () => {
    const many = Array.from({ length: LINES_OF_A_KIND + 1 }, (_, n) => news(n + 1));
    const [line, ...rest] = fold([], many);
    expect(rest).toEqual([]);
    expect(line?.count).toBe(many.length);
    expect([line?.incidentId, line?.leadsTo]).toEqual([null, 1]);
    expect(line?.newsKeys).toEqual(many.map((one) => one.key));
  });

  it('never folds a mayday', () => {
    expect(fold(Array.from({ length: 9 }, (_, n) => alarm(n + 1, 'mayday')), [])).toHaveLength(9);
  });

  it('loses nothing by folding', () => {
    const alarms = Array.from({ length: 30 }, (_, n) => alarm(n + 1, n % 2 === 0 ? 'ageing' : 'called_again'));
    expect(fold(alarms, []).flatMap((line) => line.alarmIds).sort((a, b) => a - b)).toEqual(alarms.map((one) => one.id));
  });
});
