/** What the auditor asks for, and the counts as a file to hand on. */
import type { Act } from '$shared/contract';

export interface Filter {
  act: Act | '';
  by: string;
  incident: string;
  /** Days as a date field gives them, in this machine's zone; `until` is the last one. */
  since: string;
  until: string;
}

export const EMPTY: Filter = { act: '', by: '', incident: '', since: '', until: '' };
const PAGE = 100;

export interface Ask {
  limit: number;
  act?: Act;
  by?: string;
  incident_id?: number;
  since?: string;
  until?: string;
  before?: number;
}

/** The body of the question; `before` is the seq of the last row already shown. */
export function askOf(filter: Filter, before?: number): Ask {
  const ask: Ask = { limit: PAGE };
  if (filter.act !== '') ask.act = filter.act;
  if (filter.by.trim() !== '') ask.by = filter.by.trim();
  if (/^[1-9][0-9]*$/.test(filter.incident)) ask.incident_id = Number(filter.incident);
  if (filter.since !== '') ask.since = startOf(filter.since, 0);
  if (filter.until !== '') ask.until = startOf(filter.until, 1);
  if (before !== undefined) ask.before = before;
  return ask;
}

function startOf(day: string, daysLater: number): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}

/** No name may be taken for a formula by the program that opens the file. */
export function countsAsCsv(rows: { month: string; by: string; act: string; n: number }[]): string {
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  return ['month,by,act,n', ...rows.map((row) => [cell(row.month), cell(row.by), cell(row.act), row.n].join(','))].join('\n') + '\n';
}
