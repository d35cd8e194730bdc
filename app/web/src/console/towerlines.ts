/** The towers as a dispatcher reads them: whoever needs a technician first. */
import type { Alert, TowerDeviceBody, TowerLink, TowerShown } from '$shared/contract';

export type Trouble = 'silent' | 'unbound' | 'muted' | 'tamper' | 'low_battery' | 'fault' | 'never_heard';
/** Worst first: a tower that does not speak cannot call for help, nor one of which nobody knows where it is. */
export const TROUBLES: readonly Trouble[] = ['silent', 'unbound', 'muted', 'tamper', 'low_battery', 'fault', 'never_heard'];

export function troublesOf(tower: TowerShown): Trouble[] {
  const has: Record<Trouble, boolean> = {
    silent: tower.state === 'silent',
    // A device of which no registry knows the tower: a press rings with a dispatcher and has no place.
    unbound: tower.lat === null && tower.devices.length > 0 && tower.devices.every((device) => !device.is_bound),
    // Left as a test or an exercise after the installation, its button pages nobody.
    muted: tower.devices.length > 0 && tower.devices.every((device) => device.is_bound && device.kind !== 'real'),
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

/** What is to be bound; an incident of which the press of this device told, or null. Without a device: any. */
export interface Binding {
  deviceId: string;
  incidentId: number | null;
}

type Decoder = NonNullable<TowerDeviceBody['decoder']>;
const EVERY_DECODER: Record<Decoder, true> = { netvox_r312a: true, dragino_trackerd: true, milesight_ws101: true, json: true };
export const DECODERS = Object.keys(EVERY_DECODER) as readonly Decoder[];

/** What the form holds as the service wants it: what is left empty is left out. */
export function bindingBody(tower: string, decoder: string, heartbeatS: number | null, kind: string): TowerDeviceBody {
  const named = DECODERS.find((one) => one === decoder);
  return {
    tower_id: tower.trim(),
    kind: kind as NonNullable<TowerDeviceBody['kind']>,
    ...(named === undefined ? {} : { decoder: named }),
    ...(heartbeatS === null ? {} : { heartbeat_s: heartbeatS }),
  };
}

/** Whether a network's device pressed that speaks for no tower: its own id stands in place of one, and in the press's. */
export function isOfUnboundDevice(alert: Alert): boolean {
  return alert.place === null && alert.source_ids.some((id) => id.split(':')[1] === alert.tower_id);
}
