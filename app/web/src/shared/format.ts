/** Numbers as they are read at a glance. Times are the desk's, shown in the machine's own zone. */
import type { Point } from './contract';

/** `48 s`, `12:05`, `3 h 07`, `4 d 2 h`: never more than two units. */
export function age(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}:${pad(s % 60)}`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${pad(Math.floor((s % 3600) / 60))}`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** `14:03:07` by the clock on this machine's wall; empty for no instant. */
export function clock(instant: string | number | null | undefined): string {
  if (instant === null || instant === undefined) return '';
  const at = new Date(instant);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

export function day(instant: string | number): string {
  const at = new Date(instant);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

export function distance(metres: number): string {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return metres < 10_000 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres / 1000)} km`;
}

export function minutes(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds / 60);
  return whole < 100 ? `${whole} min` : `${Math.floor(whole / 60)} h ${pad(whole % 60)}`;
}

export function coordinates(point: Point): string {
  return `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}`;
}

export function secondsSince(instant: string, nowMs: number): number {
  return (nowMs - Date.parse(instant)) / 1000;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
