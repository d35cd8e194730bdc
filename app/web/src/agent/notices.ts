/**
 * What the person must have seen: a place that changed, a cancellation, a preemption, an assignment that went away.
 *
 * The device answers `received` by itself, and with that the row may leave the picture before anybody looked at the
 * phone. So a notice is taken down from the rows when they come and stays until the person says so, reload or not.
 */

export interface Assigned {
  readonly id: number;
  readonly incident_id: number;
  readonly unit_id: string;
  readonly status: string;
  readonly must_hear: string | null;
  readonly must_hear_seq: number;
  readonly heard_at: string | null;
  readonly place_ack_by: string | null;
  readonly reason: string | null;
}

export type NoticeKind = 'place_changed' | 'cancelled' | 'preempted' | 'gone';

export interface Notice {
  /** The frame's own seq, which no two notices share; for an assignment found gone: minus its id. */
  readonly seq: number;
  readonly kind: NoticeKind;
  readonly assignmentId: number;
  readonly incidentId: number;
  readonly reason: string;
}

const ENDED_BY_OTHERS = new Set(['cancelled', 'preempted']);
const HELD = new Set(['acknowledged', 'en_route', 'on_scene', 'subject_contact', 'transporting', 'at_destination']);
const SEEN_MAX = 200;

export interface Kept {
  readonly open: readonly Notice[];
  readonly seen: readonly number[];
  /** The assignment this person had when the picture was last whole. */
  readonly held: { readonly id: number; readonly incidentId: number } | null;
}

export const NOTHING: Kept = { open: [], seen: [], held: null };

/** The seqs the device has to answer with `received`, the oldest first: heard by nobody yet, as far as the desk knows. */
export function owed(rows: Iterable<Assigned>, unitId: string): readonly number[] {
  return [...rows]
    .filter((row) => row.unit_id === unitId && row.must_hear !== null && row.heard_at === null)
    .map((row) => row.must_hear_seq)
    .sort((a, b) => a - b);
}

/** Takes the rows in as they are now. `finished`: assignments the person has cleared or declined on this device. */
export function observe(kept: Kept, rows: Iterable<Assigned>, unitId: string, finished: ReadonlySet<number>): Kept {
  const mine = [...rows].filter((row) => row.unit_id === unitId);
  let open = kept.open;
  const isNew = (seq: number): boolean => !kept.seen.includes(seq) && !open.some((notice) => notice.seq === seq);
  for (const row of mine) {
    const kind = noticed(row);
    if (kind === null || !isNew(row.must_hear_seq)) continue;
    // Only the newest word about an assignment counts: a place that changed twice is one change, to the last place.
    open = [
      ...open.filter((notice) => notice.assignmentId !== row.id),
      { seq: row.must_hear_seq, kind, assignmentId: row.id, incidentId: row.incident_id, reason: row.reason ?? '' },
    ];
  }
  const held = mine.find((row) => HELD.has(row.status)) ?? null;
  const before = kept.held;
  if (before !== null && isLost(before.id, mine, open, finished) && isNew(-before.id)) {
    const gone: Notice = {
      seq: -before.id,
      kind: 'gone',
      assignmentId: before.id,
      incidentId: before.incidentId,
      reason: '',
    };
    open = [...open.filter((notice) => notice.assignmentId !== before.id), gone];
  }
  return { ...kept, open, held: held === null ? null : { id: held.id, incidentId: held.incident_id } };
}

/** The person has seen it. */
export function acknowledge(kept: Kept, seq: number): Kept {
  const seen = [...kept.seen.filter((one) => one !== seq), seq].slice(-SEEN_MAX);
  return { ...kept, seen, open: kept.open.filter((notice) => notice.seq !== seq) };
}

function noticed(row: Assigned): NoticeKind | null {
  if (row.must_hear === 'cancelled' || row.must_hear === 'preempted') return row.must_hear;
  // An offer whose place changed is still an offer, and its screen shows the place as it is now.
  if (row.must_hear === 'place_changed' && HELD.has(row.status)) return 'place_changed';
  return null;
}

/** Whether an assignment is no longer this person's, and neither the person nor a notice has ended it. */
function isLost(id: number, mine: readonly Assigned[], open: readonly Notice[], done: ReadonlySet<number>): boolean {
  const row = mine.find((one) => one.id === id);
  if (row !== undefined && (HELD.has(row.status) || row.status === 'cleared')) return false;
  const isTold = open.some((notice) => notice.assignmentId === id && ENDED_BY_OTHERS.has(notice.kind));
  return !isTold && !done.has(id) && (row === undefined || !ENDED_BY_OTHERS.has(row.status));
}
