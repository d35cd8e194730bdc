/** What a dispatcher takes down while a PSAP is on the line, and the report it becomes. */
import { newId } from '$shared/api';
import type { Routes } from '$shared/contract';

export interface Draft {
  callId: string;
  said: string;
  number: string;
  language: string;
  adults: string;
  children: string;
  childAlone: boolean;
  needs: string[];
  name: string;
  health: string;
  narrative: string;
  lat: string;
  lon: string;
  radius: string;
  kind: 'real' | 'exercise' | 'test';
  /** A candidate the caller agreed to; its id is then the place's. */
  chosen: string | null;
}

/** Nothing written yet, under a call id of its own: saved twice it is one call, changed in between an update of it. */
export const emptyDraft = (): Draft => ({
  callId: `console-${newId()}`,
  said: '', number: '', language: '', adults: '', children: '', childAlone: false, needs: [], name: '', health: '', narrative: '',
  lat: '', lon: '', radius: '', kind: 'real', chosen: null,
});

export interface Device {
  lat: number;
  lon: number;
  radius_m: number;
}

const RADIUS_DEFAULT_M = 5000; // as the service takes a fix that came without its uncertainty

/** The device's place, when both numbers are there and can be one; never a guess from half of it. */
export function deviceOf(draft: Draft): Device | null {
  const lat = coordinate(draft.lat, 90);
  const lon = coordinate(draft.lon, 180);
  if (lat === null || lon === null) return null;
  const radius = Number(draft.radius);
  return { lat, lon, radius_m: draft.radius.trim() !== '' && radius >= 0 ? radius : RADIUS_DEFAULT_M };
}

export function isEmpty(draft: Draft): boolean {
  return [draft.said, draft.number, draft.narrative, draft.name, draft.health].every((text) => text.trim() === '') && deviceOf(draft) === null;
}

export function reportOf(draft: Draft): Routes['POST /v1/calls']['body'] {
  const device = deviceOf(draft);
  const party = {
    ...(draft.adults === '' ? {} : { adults: Number(draft.adults) }),
    ...(draft.children === '' ? {} : { children: Number(draft.children) }),
    ...(draft.childAlone ? { child_alone: true } : {}),
  };
  const texts = Object.entries({
    said: draft.said, callback_number: draft.number, language: draft.language, name: draft.name, health: draft.health, narrative: draft.narrative,
  }).filter(([, text]) => text.trim() !== '');
  return {
    call_id: draft.callId,
    kind: draft.kind,
    needs: draft.needs,
    ...Object.fromEntries(texts),
    ...(Object.keys(party).length > 0 ? { party } : {}),
    ...(device === null ? {} : { device }),
  };
}

function coordinate(text: string, limit: number): number | null {
  const value = Number(text.replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) || Math.abs(value) > limit ? null : value;
}
