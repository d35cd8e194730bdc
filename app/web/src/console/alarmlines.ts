/** The alarm list's lines: most urgent first, what is alike folded into one that counts. */
import type { Alarm, AlarmKind } from '$shared/contract';
import { URGENCY, type News } from './bell';

export interface AlarmLine {
  key: string;
  kind: AlarmKind | News['kind'];
  level: 'urgent' | 'warn' | 'plain';
  count: number;
  at: string;
  incidentId: number | null;
  /** Where a click leads: of a folded line the oldest one's incident. */
  leadsTo: number | null;
  unitId: string | null;
  towerId: string | null;
  /** Where it rings. */
  sector: string | null;
  reason: string;
  alarmIds: number[];
  newsKeys: string[];
}

export const LINES_OF_A_KIND = 4; // more of one kind than this become one line with a number
const URGENT: readonly string[] = ['mayday', 'connection_lost', 'no_unit_available', 'unit_not_reached', 'offer_unanswered'];
const PLAIN: readonly string[] = ['new_call', 'tower_tamper', 'tower_silent', 'tower_low_battery', 'system', 'out_of_order', 'late_report'];
const NEVER_FOLDED: readonly string[] = ['mayday', 'connection_lost', 'share_offered'];

export function fold(alarms: readonly Alarm[], news: readonly News[]): AlarmLine[] {
  const by = new Map<string, AlarmLine[]>();
  const add = (line: AlarmLine): void => void by.set(line.kind, [...(by.get(line.kind) ?? []), line]);
  for (const alarm of alarms) add(ofAlarm(alarm));
  for (const one of news) add(ofNews(one));
  const lines = [...by.values()].flatMap((alike) => {
    const first = alike[0];
    if (first === undefined || alike.length <= LINES_OF_A_KIND || NEVER_FOLDED.includes(first.kind)) return alike;
    return [together(first, alike)];
  });
  return lines.sort((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind) || (a.at < b.at ? -1 : 1));
}

function together(first: AlarmLine, alike: readonly AlarmLine[]): AlarmLine {
  const rest = { incidentId: null, unitId: null, towerId: null, sector: null, reason: '' };
  return {
    ...first,
    ...rest,
    key: `all ${first.kind}`,
    count: alike.length,
    alarmIds: alike.flatMap((line) => line.alarmIds),
    newsKeys: alike.flatMap((line) => line.newsKeys),
  };
}

function ofAlarm(alarm: Alarm): AlarmLine {
  return {
    key: `alarm ${alarm.id}`,
    kind: alarm.kind,
    level: levelOf(alarm.kind),
    count: 1,
    at: alarm.raised_at,
    incidentId: alarm.incident_id,
    leadsTo: alarm.incident_id,
    unitId: alarm.unit_id,
    towerId: alarm.tower_id,
    sector: alarm.sector,
    reason: alarm.reason,
    alarmIds: [alarm.id],
    newsKeys: [],
  };
}

function ofNews(news: News): AlarmLine {
  return {
    key: news.key,
    kind: news.kind,
    level: levelOf(news.kind),
    count: 1,
    at: news.at,
    incidentId: news.incidentId,
    leadsTo: news.incidentId,
    unitId: null,
    towerId: null,
    sector: null,
    reason: '',
    alarmIds: [],
    newsKeys: [news.key],
  };
}

function levelOf(kind: string): AlarmLine['level'] {
  return URGENT.includes(kind) ? 'urgent' : PLAIN.includes(kind) ? 'plain' : 'warn';
}
