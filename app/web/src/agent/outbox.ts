/**
 * What the person did and the desk has not yet answered: kept, in order, said once.
 *
 * Pure: no socket, no clock, no database. Each act has an id made here, under which the desk does it once however often
 * it is said, so after a lost answer, a reload or a restart of either side the same frame is simply said again.
 *
 * One act at a time is under way. Two would be quicker over a satellite, but if the first came back `unavailable` and the
 * second `done`, "on scene" would have overtaken "en route". A mayday waits behind nothing.
 *
 * A fact cannot be taken back over the wire (the desk never moves an assignment backwards; it would record "out of
 * order" and ring), so undo means: not yet said. A fact is held back for `UNDO_MS`, in the outbox already and with the
 * time of the tap, so an app that dies in those seconds still says it.
 */

export type ActKind = 'accept' | 'decline' | 'status' | 'mayday' | 'duty'

export interface Act {
  readonly id: string
  /** The order in which the person did things on this device. */
  readonly n: number
  readonly kind: ActKind
  /** The frame's own fields, as the contract has them. */
  readonly body: Readonly<Record<string, unknown>>
  /** Device time of the tap, in ms: what the person is shown, whether or not the frame carries it. */
  readonly madeAt: number
  /** Not said before this device time, so that it can be undone. */
  readonly heldUntil: number
  readonly tries: number
}

export interface Answer {
  readonly outcome: string
  readonly code?: string | undefined
  readonly detail?: string | undefined
}

/** What became of an act, for the person: only what is not simply done. */
export interface Refused {
  readonly act: Act
  readonly code: string
  readonly detail: string
}

export const UNDO_MS = 5_000
export const ANSWER_MS = 8_000 // longer than the 5 s after which a gateway itself says `unavailable`
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const
const FAILED_MAX = 5 // `failed` is a fault of the desk's: five times, then a person must know and use the radio
export const ACTS_MAX = 500 // a week of hard shifts without signal; past that the radio has long said it all

interface UnderWay {
  readonly saidAt: number
}

export class OutboxFull extends Error {}

export class Outbox {
  #acts: Act[] = []
  #underWay = new Map<string, UnderWay>()
  #notBefore = new Map<string, number>()
  #n = 0

  constructor(kept: readonly Act[] = []) {
    this.#acts = [...kept].sort((a, b) => a.n - b.n)
    this.#n = this.#acts.at(-1)?.n ?? 0
  }

  /** All acts not answered yet, oldest first. */
  get acts(): readonly Act[] {
    return this.#acts
  }

  /** Takes an act in. Whoever does a next thing has meant the one before: nothing earlier is held back any more. */
  add(kind: ActKind, body: Act['body'], made: { id: string; at: number; holdMs?: number }): Act {
    if (this.#acts.length >= ACTS_MAX) throw new OutboxFull(`${String(ACTS_MAX)} acts wait`)
    this.#acts = this.#acts.map((act) => ({ ...act, heldUntil: Math.min(act.heldUntil, made.at) }))
    this.#n += 1
    const act: Act = {
      id: made.id, n: this.#n, kind, body, madeAt: made.at, heldUntil: made.at + (made.holdMs ?? 0), tries: 0,
    }
    this.#acts.push(act)
    return act
  }

  /** Takes back an act that was not said yet. False: too late. */
  undo(id: string, now: number): boolean {
    const act = this.#acts.find((one) => one.id === id)
    if (act === undefined || act.tries > 0 || act.heldUntil <= now) return false
    this.#forget(id)
    return true
  }

  /** The acts that can still be undone. */
  held(now: number): readonly Act[] {
    return this.#acts.filter((act) => act.tries === 0 && act.heldUntil > now)
  }

  /** What is to be said now, in this order; each is under way from then on. Says again what had no answer in time. */
  take(now: number): readonly Act[] {
    const said = this.#acts.filter((act) => act.kind === 'mayday' && this.#isFree(act, now))
    const first = this.#acts.find((act) => act.kind !== 'mayday')
    if (first !== undefined && first.heldUntil <= now && this.#isFree(first, now)) said.push(first)
    for (const { id } of said) {
      this.#underWay.set(id, { saidAt: now })
      this.#acts = this.#acts.map((act) => (act.id === id ? { ...act, tries: act.tries + 1 } : act))
    }
    return said
  }

  /** When `take` may have something again; null when only an answer or a new act can change anything. */
  nextAt(): number | null {
    const first = this.#acts.find((act) => act.kind !== 'mayday')
    const heads = this.#acts.filter((act) => act.kind === 'mayday' || act === first)
    const times = heads.map(({ id, heldUntil }) => {
      const way = this.#underWay.get(id)
      return way === undefined ? Math.max(heldUntil, this.#notBefore.get(id) ?? 0) : way.saidAt + ANSWER_MS
    })
    return times.length === 0 ? null : Math.min(...times)
  }

  /** Takes an answer. Returns what the person must be told, null when it is done, to come again, or not ours. */
  answer(id: string, answer: Answer, now: number): Refused | null {
    const act = this.#acts.find((one) => one.id === id)
    if (act === undefined) return null
    this.#underWay.delete(id)
    if (answer.outcome === 'done') {
      this.#forget(id)
      return null
    }
    const isFinal = answer.outcome === 'refused' || (answer.outcome === 'failed' && act.tries >= FAILED_MAX)
    if (isFinal) {
      this.#forget(id)
      return { act, code: answer.code ?? answer.outcome, detail: answer.detail ?? '' }
    }
    this.#notBefore.set(id, now + (RETRY_MS[Math.min(act.tries, RETRY_MS.length) - 1] ?? RETRY_MS[0]))
    return null
  }

  /** The connection is gone, and with it every answer that was under way. */
  lost(): void {
    this.#underWay.clear()
    this.#notBefore.clear()
  }

  /** The statuses pressed for an assignment and not yet taken by the desk, in order. */
  pressed(assignmentId: number): readonly string[] {
    return this.#acts
      .filter((act) => act.body['assignment_id'] === assignmentId)
      .map((act) => (act.kind === 'accept' ? 'acknowledged' : act.kind === 'decline' ? 'declined' : said(act)))
  }

  #isFree(act: Act, now: number): boolean {
    const way = this.#underWay.get(act.id)
    if (way !== undefined) return now - way.saidAt >= ANSWER_MS
    return (this.#notBefore.get(act.id) ?? 0) <= now
  }

  #forget(id: string): void {
    this.#acts = this.#acts.filter((act) => act.id !== id)
    this.#underWay.delete(id)
    this.#notBefore.delete(id)
  }
}

function said(act: Act): string {
  const status = act.body['status']
  return typeof status === 'string' ? status : act.kind
}

/** The frame an act is said with. */
export function frameOf(act: Act): Record<string, unknown> {
  return { kind: act.kind, id: act.id, ...act.body }
}
