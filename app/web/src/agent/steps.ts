/** The order of an assignment's statuses as the person sees it; the desk's own table decides what a report does. */

export const ORDER = [
  'offered',
  'acknowledged',
  'en_route',
  'on_scene',
  'subject_contact',
  'transporting',
  'at_destination',
  'cleared',
] as const;
export type Step = (typeof ORDER)[number];

/** What a person may report, in the order it usually happens. */
export const REPORTS = ORDER.slice(2) as readonly Report[];
export type Report = Exclude<Step, 'offered' | 'acknowledged'>;

export function isStep(word: string): word is Step {
  return (ORDER as readonly string[]).includes(word);
}

/** Whether a unit with this status still has the incident. */
export function isActive(status: string): boolean {
  return isStep(status) && status !== 'cleared';
}

/** Whether `after` lies further on than `before`: forward skips are legal, backward moves are not. */
export function isForward(before: string, after: string): boolean {
  return isStep(before) && isStep(after) && ORDER.indexOf(after) > ORDER.indexOf(before);
}

/** What may be reported from here on: the next one first. Nothing before the offer is accepted. */
export function reportsFrom(status: string): readonly Report[] {
  if (status === 'offered' || !isActive(status)) return [];
  return REPORTS.filter((report) => isForward(status, report));
}

/** The furthest of what the desk says and what the person has pressed since: what the screen shows. */
export function furthest(said: string, pressed: readonly string[]): string {
  return pressed.reduce((best, one) => (isForward(best, one) ? one : best), said);
}
