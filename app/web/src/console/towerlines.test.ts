import { describe, expect, it } from 'vitest';
import type { Alert, TowerLink, TowerShown } from '$shared/contract';
import { battery, bindingBody, isOfUnboundDevice, link, newest, towerLines, troublesOf } from './towerlines';

const device = (changes: Partial<TowerLink> = {}): TowerLink => ({
  device_id: 'd1', is_bound: true, network: 'chirpstack', kind: 'real', decoder: null, heartbeat_s: 3600, heard_at: '2026-11-22T14:03:07Z',
  quiet_until: '2026-11-22T17:03:07Z', battery_percent: null, battery_v: null, external_power: null, solar_v: null, temperature_c: null,
  rssi_dbm: null, snr_db: null, gateways: null, fault: null, ...changes,
});
const tower = (id: string, changes: Partial<TowerShown> = {}): TowerShown => ({
  tower_id: id, sector: 'TUC', lat: 31.7, lon: -111.2, state: 'heard', tamper: false, low_battery: false, heard_at: null, silent_at: null,
  tested_at: null, devices: [device()], ...changes,
});
const ALL = { sector: '', onlyTrouble: false, withoutDevice: false };
const ids = (towers: TowerShown[], wanted = ALL): string[] => towerLines(towers, wanted).map((line) => line.tower.tower_id);

describe('the towers', () => {
  it('are led by those that do not speak, then tampered with, then low on battery, each by number', () => {
    const towers = [tower('T-10'), tower('T-2'), tower('T-3', { low_battery: true }), tower('T-4', { tamper: true }), tower('T-5', { state: 'silent' })];
    expect(ids(towers)).toEqual(['T-5', 'T-4', 'T-3', 'T-2', 'T-10']);
    expect(ids(towers, { ...ALL, onlyTrouble: true })).toEqual(['T-5', 'T-4', 'T-3']);
    expect(ids([tower('T-1', { sector: 'ELP' }), ...towers], { ...ALL, sector: 'ELP' })).toEqual(['T-1']);
  });

  it('say all that is wrong with one', () => {
    expect(troublesOf(tower('T', { state: 'silent', low_battery: true, devices: [device({ fault: 'OTAA' })] }))).toEqual(['silent', 'low_battery', 'fault']);
  });

  it('miss nothing of a tower that has no device yet, and are not cluttered by it', () => {
    const bare = tower('T-1', { state: 'never heard', devices: [] });
    expect(troublesOf(bare)).toEqual([]);
    expect([ids([bare]), ids([bare], { ...ALL, withoutDevice: true })]).toEqual([[], ['T-1']]);
    expect(troublesOf(tower('T-2', { state: 'never heard' }))).toEqual(['never_heard']);
  });
});

describe('a binding', () => {
  it('is missed where a device hangs on no tower of the registry, not where the network names the tower', () => {
    const heard = [device({ device_id: 'ffee01', is_bound: false, kind: null })];
    expect(troublesOf(tower('ffee01', { lat: null, lon: null, sector: null, devices: heard }))).toEqual(['unbound']);
    expect(troublesOf(tower('T-1', { devices: heard }))).toEqual([]);
  });

  it('that was left as a test is trouble, because its button pages nobody', () => {
    expect(troublesOf(tower('T-1', { devices: [device({ kind: 'test' })] }))).toEqual(['muted']);
    expect(troublesOf(tower('T-1', { devices: [device({ kind: 'test' }), device({ device_id: 'd2' })] }))).toEqual([]);
  });

  it('leaves out what was left empty', () => {
    expect(bindingBody(' T-1 ', '', null, 'real')).toEqual({ tower_id: 'T-1', kind: 'real' });
    expect(bindingBody('T-1', 'json', 60, 'test')).toEqual({ tower_id: 'T-1', kind: 'test', decoder: 'json', heartbeat_s: 60 });
  });

  it('is offered for the press of a device, not for a report that names a tower nobody knows', () => {
    const press = { place: null, tower_id: 'ffee01', source_ids: ['chirpstack:ffee01:3ac7'] } as unknown as Alert;
    expect(isOfUnboundDevice(press)).toBe(true);
    expect(isOfUnboundDevice({ ...press, tower_id: 'TUCR-99', source_ids: ['7f3a-0001'] })).toBe(false);
  });
});

describe('a device', () => {
  it('says zero and nothing as two things', () => {
    expect([battery(device({ battery_percent: 0 })), battery(device({ battery_v: 3.4 })), battery(device())]).toEqual(['0 %', '3.40 V', '']);
    expect(link(device({ rssi_dbm: -104, snr_db: 4.5, gateways: 2 }))).toBe('-104 dBm · 4.5 dB · 2 gw');
    expect(link(undefined)).toBe('');
  });

  it('speaks for the tower when it was heard last', () => {
    const later = device({ device_id: 'd2', heard_at: '2026-11-22T15:00:00Z' });
    expect(newest([device({ heard_at: null }), later, device()])?.device_id).toBe('d2');
  });
});
