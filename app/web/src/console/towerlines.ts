/** The towers as a dispatcher reads them: whoever needs a technician first. */
import type { TowerLink, TowerShown } from '$shared/contract';

export type Trouble = 'silent' | 'tamper' | 'low_battery' | 'fault' | 'never_heard';
/** Worst first: a tower that does not speak cannot call for help. */
export const TROUBLES: readonly Trouble[] = ['silent', 'tamper', 'low_battery', 'fault', 'never_heard'];

export function troublesOf(tower: TowerShown): Trouble[] {
  const has: Record<Trouble, boolean> = {
    silent: tower.state === 'silent',
    tamper: tower.tamper,
    low_battery: tower.low_battery,
    fault: tower.devices.some((device) => device.fault !== null && device.fault !== ''),
    // Without a device nobody expects it to speak: only bound ones are missed.
    never_heard: tower.state === 'never heard' && tower.devices.length > 0,
  };
  return TROUBLES.filter((trouble) => has[trouble]);
}

export interface Wanted {
  sector: string;
  onlyTrouble: boolean;
  withoutDevice: boolean;
}

export interface TowerLine {
  tower: TowerShown;
  troubles: Trouble[];
}

export function towerLines(towers: readonly TowerShown[], wanted: Wanted): TowerLine[] {
  return towers
    .filter((tower) => wanted.sector === '' || tower.sector === wanted.sector)
    .map((tower) => ({ tower, troubles: troublesOf(tower) }))
    .filter(({ tower, troubles }) => troubles.length > 0 || (!wanted.onlyTrouble && (wanted.withoutDevice || tower.devices.length > 0 || tower.state !== 'never heard')))
    .sort((a, b) => weight(a) - weight(b) || a.tower.tower_id.localeCompare(b.tower.tower_id, 'en', { numeric: true }));
}

const weight = ({ troubles }: TowerLine): number => (troubles[0] === undefined ? TROUBLES.length : TROUBLES.indexOf(troubles[0]));

/** The device heard last, which says most about the tower now. */
export function newest(devices: readonly TowerLink[]): TowerLink | undefined {
  return [...devices].sort((a, b) => (b.heard_at ?? '').localeCompare(a.heard_at ?? ''))[0];
}

/** `64 %`, `3.60 V`, or both; empty where the device says neither. */
export function battery(device: TowerLink | undefined): string {
  const said: string[] = [];
  if (typeof device?.battery_percent === 'number') said.push(`${Math.round(device.battery_percent)} %`);
  if (typeof device?.battery_v === 'number') said.push(`${device.battery_v.toFixed(2)} V`);
  return said.join(' · ');
}

/** `-104 dBm · 4.5 dB · 2`: how well it was heard, and by how many gateways. */
export function link(device: TowerLink | undefined): string {
  const said: string[] = [];
  if (typeof device?.rssi_dbm === 'number') said.push(`${Math.round(device.rssi_dbm)} dBm`);
  if (typeof device?.snr_db === 'number') said.push(`${device.snr_db.toFixed(1)} dB`);
  if (typeof device?.gateways === 'number') said.push(`${device.gateways} gw`);
  return said.join(' · ');
}
