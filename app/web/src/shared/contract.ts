// Made by `make contract` from the service's OpenAPI and AsyncAPI documents. Not edited by hand.

/** What a unit must know to get there; free text, one thing each, empty when nothing is known. */
export interface AccessNotes {
  gate: string;
  route: string;
  landing_zone: string;
  landowner: string;
}

export interface Account {
  login: string;
  has_password: boolean;
  has_authenticator: boolean;
  recovery_codes_left: number;
  passkeys: (Passkey)[];
  sessions: (OpenSession)[];
}

export type Act = "read" | "reseal" | "find" | "hold" | "release" | "erase" | "export" | "read_trail" | "purge" | "key_destroyed" | "keys_rotated";

export interface Activations {
  days: number;
  resolution: number;
  cells: ({
    cell: string;
    count: number;
  })[];
}

export interface AgencyFlow {
  url: string;
  flow: string;
}

/** Something a person must acknowledge. Armed: raised and not acknowledged, or to be raised again at `rearm_at`. */
export interface Alarm {
  id: number;
  kind: AlarmKind;
  raised_at: string;
  reason: string;
  incident_id: number | null;
  unit_id: string | null;
  tower_id: string | null;
  sector: string | null;
  times: number;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  rearm_at: string | null;
  cleared_at: string | null;
}

/** Somebody looks after it. It rings again at `rearm_at` if nothing was done by then. */
export interface AlarmAcknowledged {
  alarm_id: number;
  by: string;
  rearm_at: string | null;
}

/** It is over. */
export interface AlarmCleared {
  alarm_id: number;
}

export interface AlarmDone {
  seq: number;
  alarm_id: number;
}

/** Something a person must acknowledge. */
export type AlarmKind = "with_dispatcher" | "no_unit_available" | "offer_unanswered" | "unit_not_reached" | "unit_overdue" | "ageing" | "mayday" | "called_again" | "place_changed" | "place_disputed" | "late_report" | "out_of_order" | "tower_tamper" | "tower_low_battery" | "tower_silent" | "share_offered" | "system";

/** Something wants a person. */
export interface AlarmRaised {
  alarm: Alarm;
}

/** Nothing was done: it rings again. */
export interface AlarmRearmed {
  alarm_id: number;
}

/** A rescue tower's activation. `presses` counts the repeats folded into it, `source_ids` are their newest ids. */
export interface Alert {
  id: number;
  incident_id: number;
  tower_id: string;
  source_ids: (string)[];
  kind: Kind;
  occurred_at: string;
  recorded_at: string;
  sealed: string;
  presses: number;
  late: boolean;
  warnings: (string)[];
  place: Place | null;
}

/** A rescue tower's button was pressed. */
export interface AlertReceived {
  alert: Alert;
}

export interface AlertRecorded {
  seq: number;
  warnings: (string)[];
  alert_id?: number | null;
  incident_id?: number | null;
  presses?: number;
  tower_id?: string;
  repeated?: boolean;
  joined?: boolean;
  test?: boolean;
}

/** It was pressed again; `presses` is how often by now. */
export interface AlertRepeated {
  alert_id: number;
  source_id: string | null;
  occurred_at: string;
  presses: number;
}

export interface Archives {
  archives: ({
    name: string;
    url: string;
    bytes: number;
  })[];
}

export interface AskedOfBrowser {
  ceremony: string;
  options: Record<string, unknown>;
}

export interface AssignBody {
  unit_id: string;
  reason?: string;
  preempt?: boolean;
  /** the incident's version as you saw it */
  version?: number | null;
}

/** One unit on one incident; status belongs here. Times are the desk's, named as in NFPA 1225 and NEMSIS.
 *
 * `hear_by`: until when the device must answer; `place_ack_by`: until when the person must take a changed place;
 * `overdue_at`: when somebody asks how it goes, if the status is still this one.
 * `reason` is a code or the service's own words; what a person wrote is sealed, and named by `reason_sealed`. */
export interface Assignment {
  id: number;
  incident_id: number;
  unit_id: string;
  status: AssignmentStatus;
  offered_at: string;
  by: string;
  answer_by: string;
  must_hear: MustHear | null;
  must_hear_seq: number;
  hear_by: string | null;
  heard_at: string | null;
  exercise: boolean;
  place_ack_by: string | null;
  overdue_at: string | null;
  acknowledged_at: string | null;
  en_route_at: string | null;
  on_scene_at: string | null;
  subject_contact_at: string | null;
  left_scene_at: string | null;
  at_destination_at: string | null;
  cleared_at: string | null;
  ended_at: string | null;
  reason: string | null;
  reason_sealed: string | null;
}

/** The unit is taken off. `reason` is ours, a person's is named by `sealed`; version 1 had it in the open. */
export interface AssignmentCancelled {
  assignment_id: number;
  reason: string;
  hear_by: string;
  sealed: string | null;
}

/** A fact from the field moved the assignment on. `overdue_at` as in `offer.accepted`; version 1 had none. */
export interface AssignmentMoved {
  assignment_id: number;
  status: AssignmentStatus;
  occurred_at: string;
  overdue_at: string | null;
}

/** The unit is where it was for too long: the alarm says so, and says so again at `overdue_at`. */
export interface AssignmentOverdue {
  assignment_id: number;
  overdue_at: string;
  alarm: Alarm;
}

/** The unit was taken off for an incident that cannot wait; its device must hear that by `hear_by`. */
export interface AssignmentPreempted {
  assignment_id: number;
  for_incident_id: number;
  hear_by: string;
}

export type AssignmentStatus = "offered" | "acknowledged" | "en_route" | "on_scene" | "subject_contact" | "transporting" | "at_destination" | "cleared" | "declined" | "timed_out" | "preempted" | "cancelled";

export interface Authenticator {
  secret: string;
  qr: string;
}

export interface AuthenticatorBody {
  secret: string;
  /** of the authenticator app, or a recovery code */
  code: string;
}

export interface Board {
  cursor: string;
  seq: number;
  at: string;
  rows: {
    calls?: (Call)[];
    alerts?: (Alert)[];
    incidents?: (Incident)[];
    assignments?: (Assignment)[];
    units?: (Unit)[];
    alarms?: (Alarm)[];
    towers?: (Tower)[];
    sectors?: (SectorRow)[];
  };
}

/** A request for help relayed by a PSAP. `digest` is keyed; `caller` a random token that stands for the number. */
export interface Call {
  id: number;
  incident_id: number;
  psap: string;
  psap_call_id: string | null;
  kind: Kind;
  received_at: string;
  recorded_at: string;
  sealed: string;
  digest: string;
  caller: string | null;
  language: string | null;
  party: Party;
  needs: (string)[];
  state: PlaceState;
  reason: string;
  candidates: (Candidate)[];
  has_device: boolean;
  registry_version: number;
  late: boolean;
  updates: number;
  warnings: (string)[];
}

/** A call was recorded: with an incident of its own, or as one more of an open one (`joined`). */
export interface CallReceived {
  call: Call;
  joined: boolean;
}

export interface CallRecorded {
  seq: number;
  call_id: number;
  incident_id: number;
  joined: boolean;
  calls: number;
  where: Where;
  place_state: PlaceState;
  sign_id: string | null;
  warnings: (string)[];
  repeated?: boolean;
  updated?: boolean;
}

export interface CallTaken {
  seq: number;
  call_id: number;
  incident_id: number;
  joined: boolean;
  calls: number;
  where: Where;
  place_state: PlaceState;
  sign_id: string | null;
  format: string;
  understood: (string)[];
  warnings: (string)[];
  repeated?: boolean;
  updated?: boolean;
}

/** The PSAP sent the same call again, with something new in it. */
export interface CallUpdated {
  call: Call;
}

export interface Callback {
  id: number;
  psap: string;
  seq: number;
  psap_call_id: string;
  event: string;
  incident_id: number;
  state: string;
  tries: number;
  reason: string | null;
  made_at: string;
  due_at: string;
  done_at: string | null;
}

export interface CallbackDone {
  callback_id: number;
  state: string;
}

/** How far a place may be trusted. An exact match is no proof: most one-digit errors hit another real sign. */
export interface Candidate {
  sign_id: string;
  point: Point;
  sector: string;
  score: number;
  distance_m: number | null;
}

export interface CapTaken {
  messages: (Record<string, unknown>)[];
  understood: (string)[];
  warnings: (string)[];
}

/** `label` tells the unit's devices apart: `Pixel 8, spare`. It is shown to whoever manages devices. */
export interface CodeBody {
  unit_id: string;
  label: string;
}

export interface Delivered {
  messages: ({
    understood: (string)[];
    warnings: (string)[];
    tower_id?: string;
    seq?: number;
    alert_id?: number | null;
    incident_id?: number | null;
    presses?: number;
    call_id?: number;
    calls?: number;
    where?: Where;
    place_state?: PlaceState;
    sign_id?: string | null;
    repeated?: boolean;
    updated?: boolean;
    joined?: boolean;
    test?: boolean;
  })[];
}

/** A desk began to write under `epoch`; what would have passed while nobody listened got a new deadline.
 *
 * `answer_by` is that of the open offers, of the frames that devices have `to_hear`, and of the changed places that
 * persons have `to_acknowledge`: assignments, by id. Version 1 gave more time to offers only. */
export interface DeskTookOver {
  epoch: number;
  offers: (number)[];
  answer_by: string;
  to_hear: (number)[];
  to_acknowledge: (number)[];
}

export interface DeviceBody {
  lat: number;
  lon: number;
  radius_m?: number;
}

export interface DeviceEnrolled {
  device_id: string;
  unit_id: string;
  label: string;
}

export interface DeviceNonce {
  nonce: string;
  seconds: number;
}

export interface DeviceToken {
  token: string;
  seconds: number;
  unit_id: string;
  sector: string;
}

/** What is known of a call so far. In a body, because the number is personal; a sign wins over a point. */
export interface DuplicatesBody {
  sign_id?: string | null;
  lat?: number | null;
  lon?: number | null;
  callback_number?: string;
  kind?: Kind;
}

export interface DutyBody {
  on_duty: boolean;
}

export interface DutyDone {
  seq: number;
  unit_id: string;
  on_duty: boolean;
}

/** An EIDO 1.0; its schema is NENA's (STA-021). It holds nothing personal. */
export interface Eido {
  $id: string;
  lastUpdateTimeStamp: string;
  updatedByAgencyReference: Record<string, unknown>;
  eidoVersion: string;
  issuingElementIdentification?: string;
}

/** `public_key`: P-256 or Ed25519, SubjectPublicKeyInfo (DER) in base64. The private half stays on the device. */
export interface EnrolBody {
  code: string;
  public_key: string;
}

export interface EnrolledDevice {
  id: string;
  unit_id: string;
  label: string;
  enrolled_at: string;
  enrolled_by: string;
  last_used_at: string | null;
  revoked_at: string | null;
  revoked_by: string | null;
}

export interface EnrolmentCode {
  code: string;
  unit_id: string;
  url: string;
  qr: string;
  seconds: number;
}

/** One of: an incident, a callback number, a sealed value's id. */
export interface EraseBody {
  reason: string;
  incident_id?: number | null;
  number?: string | null;
  sealed_id?: string | null;
}

export interface Erased {
  values: number;
  incidents: (number)[];
  kept: ({
    incident_id: number;
    why: "open" | "held";
  })[];
  gone_from_backups_in_days: number;
}

export interface ExportBody {
  since: string;
  until: string;
  reason: string;
}

/** A fact that no longer fits: recorded, alarmed, and it moves nothing. */
export interface FieldReportOutOfOrder {
  unit_id: string;
  assignment_id: number | null;
  said: string;
  occurred_at: string;
  alarm: Alarm;
}

export interface FindBody {
  number: string;
  reason: string;
}

/** `again`: prove it anew, although the provider still knows you. */
export interface FlowBody {
  again?: boolean;
}

/** The unit's device has the frame it must hear. */
export interface FrameHeard {
  assignment_id: number;
}

export interface Gazetteer {
  registry_version: number;
  signs: (Sign)[];
  stations: (Station)[];
}

export interface Guest {
  first: boolean;
  login: string | null;
  name: string | null;
  role: string;
  ends_at: string;
  authenticator: Authenticator;
}

export interface HandOffBody {
  agency: string;
}

/** Another agency was asked to take the incident; it stays here until that one has accepted. */
export interface HandOffRequested {
  incident_id: number;
  agency: string;
}

export interface Hazard {
  id: string;
  source: string;
  event: string;
  exposure: string | null;
  headline: string;
  description: string;
  instruction: string;
  area: string;
  zones: (string)[];
  severity: string;
  urgency: string;
  certainty: string;
  sent: string;
  onset: string | null;
  ends: string | null;
  in_force: boolean;
  suggested_priority: number | null;
}

export interface HazardFeature {
  type: string;
  geometry: Record<string, unknown> | null;
  properties: {
    id: string;
    source: string;
    event: string;
    exposure: string | null;
    headline: string;
    description: string;
    instruction: string;
    area: string;
    zones: (string)[];
    severity: string;
    urgency: string;
    certainty: string;
    sent: string;
    onset: string | null;
    ends: string | null;
    in_force: boolean;
    suggested_priority: number | null;
    incidents: (number)[];
    radius_m: number | null;
  };
}

export interface HazardsOver {
  hazards: (Hazard)[];
  suggested_priority: number | null;
}

/** Why an incident is with a dispatcher. */
export type Held = "place_unverified" | "place_conflicting" | "recommendation_unconfirmed" | "possible_duplicate" | "nobody_left" | "units_cleared_without_outcome" | "hand_off_not_accepted" | "test_or_exercise" | "report_unreadable";

export interface Hold {
  id: number;
  incident_id: number;
  kind: "legal" | "inquiry";
  set_by: string;
  set_at: string;
  released_by: string | null;
  released_at: string | null;
  sector: string | null;
}

/** `legal`: a court's or an authority's order. `inquiry`: it is not settled yet what happened. */
export interface HoldBody {
  kind: "legal" | "inquiry";
  reason: string;
}

export interface HoldingFound {
  sealed: string;
  kind: string;
  incident_id: number;
  is_open: boolean;
  is_held: boolean;
  sector: string | null;
}

/** What is responded to; holds 1..n calls and alerts. `version` is the seq of its last change. */
export interface Incident {
  id: number;
  kind: Kind;
  type: string;
  priority: number;
  received_at: string;
  opened_at: string;
  where: Where;
  status: IncidentStatus;
  held: Held | null;
  since: string | null;
  held_until: string | null;
  ages_at: string | null;
  sector: string | null;
  place: Place | null;
  candidates: (Candidate)[];
  needs: (string)[];
  party: Party;
  round: number;
  asked: (string)[];
  calls: (number)[];
  alerts: (number)[];
  assignments: (number)[];
  links: (Link)[];
  shares: (Share)[];
  callbacks: number;
  notes: number;
  late: boolean;
  reopened: boolean;
  agency: string | null;
  outcome: Outcome | null;
  duplicate_of: number | null;
  closed_at: string | null;
  version: number;
}

/** It has waited for long: the alarm says so, and says so again at `ages_at`. */
export interface IncidentAged {
  incident_id: number;
  ages_at: string;
  alarm: Alarm;
}

export interface IncidentDone {
  seq: number;
  incident_id: number;
  status?: IncidentStatus;
  priority?: number;
  note?: string;
  split_from?: number;
  agency?: string;
}

export interface IncidentExported {
  id: number;
  kind: string;
  type: string;
  priority: number;
  sector: string | null;
  received_at: string;
  closed_at: string | null;
  outcome: string | null;
  sign_id: string | null;
  place_state: string | null;
  lat: number | null;
  lon: number | null;
}

/** The incident is with a dispatcher: why, under which alarm, and until when if it goes on by itself. */
export interface IncidentHeld {
  incident_id: number;
  reason: Held;
  alarm: Alarm;
  until: string | null;
}

/** Two incidents have to do with each other; both stay. */
export interface IncidentLinked {
  incident_id: number;
  link: Link;
}

/** Calls and alerts moved into another incident; this one is closed as its duplicate. */
export interface IncidentMerged {
  incident_id: number;
  into_id: number;
}

/** Somebody needs help, and has a place in the queue from now on. */
export interface IncidentOpened {
  incident: Incident;
}

/** The incident waits for a unit. A new round forgets who declined or did not answer. */
export interface IncidentQueued {
  incident_id: number;
  new_round: boolean;
}

/** What the incident needs or how urgent it is changed. */
export interface IncidentRaised {
  incident_id: number;
  priority: number;
  needs: (string)[];
}

/** An old closed incident was taken from the archive so that it can be worked on; every view learns its rows. */
export interface IncidentRecalled {
  incident: Incident;
  calls: (Call)[];
  alerts: (Alert)[];
  assignments: (Assignment)[];
}

/** It was not over. */
export interface IncidentReopened {
  incident_id: number;
}

/** Some calls and alerts left for an incident of their own, which is the new row. */
export interface IncidentSplit {
  incident_id: number;
  incident: Incident;
}

export type IncidentStatus = "Active" | "ResourcesAssigned" | "ResourcesEnroute" | "ResourcesOnscene" | "Closed" | "Cancelled" | "ReOpened";

/** They have not, after all. */
export interface IncidentUnlinked {
  incident_id: number;
  other_id: number;
}

export interface IncidentWhole {
  incident: Incident;
  calls: (Call)[];
  alerts: (Alert)[];
  assignments: (Assignment)[];
  alarms: (Alarm)[];
  timeline: (LedgerLine)[];
  timeline_is_whole: boolean;
}

/** `sectors` empty: the whole region. `call_sign`: how the history names them; left out, the role and a number. */
export interface InviteBody {
  login: string;
  name: string;
  role: "dispatcher" | "supervisor" | "administrator" | "auditor";
  sectors?: (string)[];
  call_sign?: string | null;
  never_idle?: boolean;
}

export interface Invited {
  person_id: string;
  link: string;
  seconds: number;
}

/** What a key is made with. `scopes` narrow what its role may do; none: all of it. */
export interface KeyBody {
  role: "psap" | "tower" | "agent" | "dispatcher" | "partner" | "tracker";
  name: string;
  sectors?: (string)[];
  unit_id?: string | null;
  scopes?: (string)[] | null;
  must_sign?: boolean;
  public_key?: string | null;
  certificate?: string | null;
  in_url?: boolean;
  device?: string | null;
  days?: number | null;
}

export interface KeyMade {
  key_id: string;
  key: string;
  signing_secret: string | null;
}

export interface KeyShown {
  id: string;
  role: string;
  name: string;
  sectors: (string)[];
  unit_id: string | null;
  scopes: (string)[] | null;
  must_sign: boolean;
  has_public_key: boolean;
  certificate: string | null;
  in_url: boolean;
  device: string | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

/** Tests and exercises never page a unit as real and never join a real incident. */
export type Kind = "real" | "test" | "exercise";

/** One event as the ledger holds it; the AsyncAPI document says what each kind's `event` is. */
export interface LedgerLine {
  seq: number;
  at: string;
  kind: string;
  v: number;
  command: string;
  by: string;
  event: Record<string, unknown>;
}

/** Where a sign stands in its life; an id is never given to another sign, so a retired one stays known. */
export type LifeCycle = "installed" | "inspected" | "moved" | "retired";

/** How one incident relates to another: possible_duplicate, duplicate, follows, related, split_from, merged_from. */
export interface Link {
  incident_id: number;
  relation: string;
}

export interface LinkBody {
  link: string;
}

export interface Live {
  status: string;
}

export interface MaydayBody {
  /** when it happened, by the device's clock */
  occurred_at?: string | null;
}

export interface Me {
  name: string;
  role: "psap" | "tower" | "agent" | "dispatcher" | "supervisor" | "administrator" | "auditor" | "partner" | "tracker";
  sectors: (string)[];
  unit_id: string | null;
}

export interface MergeBody {
  into_id: number;
  /** the incident's version as you saw it */
  version?: number | null;
}

/** How a sector assigns: `auto` offers trusted places at once, `recommend` waits for a dispatcher's key. */
export type Mode = "auto" | "recommend";

export interface ModeBody {
  mode: Mode;
}

export interface ModeDone {
  seq: number;
  sector_id: string;
  mode: Mode;
}

/** The frames a device has to answer with `received`. */
export type MustHear = "offer" | "place_changed" | "cancelled" | "preempted";

export interface NewPasskeyBody {
  ceremony: string;
  /** `PublicKeyCredential.toJSON()` */
  credential: Record<string, unknown>;
  name: string;
}

/** A note; its words are sealed. */
export interface NoteAdded {
  incident_id: number;
  sealed: string;
}

export interface NoteBody {
  text: string;
}

/** The unit goes. `occurred_at`: when its person said so, where that was before we heard it.
 *
 * At `overdue_at` somebody asks how it goes, if it has not gone on by then; version 1 did not. */
export interface OfferAccepted {
  assignment_id: number;
  occurred_at: string;
  overdue_at: string | null;
}

/** The unit said no. `reason` is a code, other words are named by `sealed`; version 1 had them in the open. */
export interface OfferDeclined {
  assignment_id: number;
  reason: string;
  sealed: string | null;
}

/** A unit is offered an incident. `picks` and `passed_over` prove the choice.
 *
 * `sealed` names a dispatcher's reason. Version 1 had it in the open, as `why`; it stays readable, none is added. */
export interface OfferMade {
  assignment: Assignment;
  picks: (Pick)[];
  passed_over: Record<string, number>;
  why: string;
  sealed: string | null;
}

/** Nobody answered an offer in time. */
export interface OfferTimedOut {
  assignment_id: number;
  alarm: Alarm;
}

export interface OpenSession {
  id: string;
  means: string;
  source: string;
  started_at: string;
  proved_at: string;
  acted_at: string;
  seen_at: string;
  ends_at: string;
  is_this: boolean;
}

export interface OtherBody {
  other_id: number;
  relation?: string;
}

/** What became of the person; without one an incident cannot close. */
export type Outcome = "found_well" | "found_injured" | "found_deceased" | "self_recovered" | "not_found" | "false_activation" | "test" | "duplicate" | "transferred";

export interface OutcomeBody {
  outcome: Outcome;
  duplicate_of?: number | null;
  agency?: string | null;
  release_units?: boolean;
  /** the incident's version as you saw it */
  version?: number | null;
}

/** What became of the person; only now is an incident closed. `agency`: who found them, where it was another. */
export interface OutcomeRecorded {
  incident_id: number;
  outcome: Outcome;
  cancelled: boolean;
  duplicate_of: number | null;
  agency: string | null;
}

/** `joins` is the incident the call would become another call of; None when it would open its own. */
export interface Outlook {
  joins: number | null;
  related: (Related)[];
}

export interface OwnSession {
  id: string;
  call_sign: string;
  name: string;
  role: string;
  sectors: (string)[];
  means: string;
  is_idle: boolean;
  idle_s: number | null;
  idle_at: string | null;
  is_proved: boolean;
  ends_at: string;
}

/** Who needs help, as counts. `child_alone` and `kept_together` are None when nobody asked. */
export interface Party {
  adults: number | null;
  children: number | null;
  child_alone: boolean | null;
  kept_together: boolean | null;
}

export interface Passkey {
  id: string;
  name: string;
  host: string;
  made_at: string;
  used_at: string | null;
}

export interface PasskeyBody {
  ceremony: string;
  /** `PublicKeyCredential.toJSON()` */
  credential: Record<string, unknown>;
}

export interface PasswordBody {
  password: string;
}

export interface Person {
  id: string;
  login: string;
  call_sign: string;
  name: string;
  role: string;
  sectors: (string)[];
  state: "invited" | "active" | "disabled";
  never_idle: boolean;
  by_agency: boolean;
  has_password: boolean;
  has_authenticator: boolean;
  passkeys: number;
  sessions: number;
  seen_at: string | null;
}

export interface PersonBody {
  name: string;
  role: "dispatcher" | "supervisor" | "administrator" | "auditor";
  sectors?: (string)[];
  never_idle?: boolean;
  disabled?: boolean;
}

/** A unit that may be sent. `fix_age_s` is None when it never reported and stands where it was put. */
export interface Pick {
  unit_id: string;
  sector: string;
  point: Point;
  seconds: number;
  distance_m: number;
  fix_age_s: number | null;
  is_stale: boolean;
}

/** One typed location. `source`: stated, device, tower or dispatcher. `cell` is H3 res 9. */
export interface Place {
  point: Point;
  state: PlaceState;
  source: string;
  cell: string;
  sign_id: string | null;
  sector: string | null;
}

/** The person on the way has taken the changed place. */
export interface PlaceAcknowledged {
  assignment_id: number;
  occurred_at: string;
}

/** One of: a sign, or a point in degrees. */
export interface PlaceBody {
  sign_id?: string | null;
  lat?: number | null;
  lon?: number | null;
  /** the incident's version as you saw it */
  version?: number | null;
}

/** The current location or its state changed.
 *
 * When it `moved`, the devices of units under way must have it by `hear_by`, the persons say so by `ack_by`. */
export interface PlaceChanged {
  incident_id: number;
  place: Place;
  candidates: (Candidate)[];
  moved: boolean;
  hear_by: string;
  ack_by: string | null;
}

/** How far a place may be trusted. An exact match alone is no proof: most one-digit errors hit a real sign. */
export type PlaceState = "confirmed" | "probable" | "conflicting" | "unverified";

/** A WGS 84 position in degrees. Raises BadPoint on NaN, infinity or a value out of range. */
export interface Point {
  lat: number;
  lon: number;
}

export interface Position {
  unit_id: string;
  lat: number;
  lon: number;
  fixed_at: string;
  accuracy_m: number | null;
  source: string | null;
}

export interface PositionBody {
  lat: number;
  lon: number;
  /** when it happened, by the device's clock */
  fixed_at?: string | null;
  accuracy_m?: number | null;
}

export interface PositionTaken {
  taken: boolean;
  why: string;
  warnings: (string)[];
}

export type Primary = "Available" | "ConditionallyAvailable" | "NotAvailable";

export interface PriorityBody {
  priority: number;
  needs?: (string)[] | null;
  /** the incident's version as you saw it */
  version?: number | null;
}

/** What was sealed, as JSON; `raw` is the body in base64. */
export type Private = Record<string, unknown>;

/** RFC 9457. `field` names what it is about, `allowed` what would do. It never holds the input. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  field?: string;
  allowed?: (string)[];
}

/** One of them will do: the session itself stands for the other factor. */
export interface ProofBody {
  password?: string;
  /** of the authenticator app, or a recovery code */
  code?: string;
}

export interface PurposeBody {
  purpose: string;
}

export interface Ready {
  status: string;
  seq: number;
  checks: Record<string, Record<string, unknown>>;
}

export interface ReasonBody {
  reason: string;
}

export interface ReassignBody {
  assignment_id: number;
  unit_id: string;
  reason?: string;
  /** the incident's version as you saw it */
  version?: number | null;
}

/** The ranking for one possible place. */
export interface Recommendation {
  sign_id: string | null;
  point: Point;
  state: PlaceState;
  picks: (Pick)[];
  passed_over: Record<string, number>;
}

export interface RecoveryCodes {
  recovery_codes: (string)[];
}

/** The signs on the ground are those of this version from now on. */
export interface RegistryImported {
  version: number;
  digest: string;
  signs: number;
}

/** An incident that may be about the same people: same_number, follows (closed), same_sign, near (5 km). */
export interface Related {
  incident_id: number;
  relations: (string)[];
  distance_m: number | null;
}

export interface ReleaseBody {
  /** the incident's version as you saw it */
  version?: number | null;
}

/** One of: a delivery, whatever came after a seq; with neither, all that are dead. */
export interface ReplayBody {
  delivery_id?: number | null;
  since_seq?: number | null;
}

/** What was read out, resolved: at most five candidates, best first, the state of the first, and why, as a code. */
export interface Resolution {
  state: PlaceState;
  candidates: (Candidate)[];
  reason: string;
}

/** What was read out. In a body, because words heard are personal and never stand in an address. */
export interface ResolveBody {
  said: string;
  device?: DeviceBody | null;
  sectors?: (string)[];
  read_back?: boolean;
}

export interface Resolved {
  resolution: Resolution;
  registry_version: number;
}

/** What the provider sent the browser back with. */
export interface ReturnedBody {
  flow: string;
  state: string;
  code: string;
  issuer?: string;
}

/** How long the old key lives on beside the new one. */
export interface RotateBody {
  overlap_hours?: number;
}

export interface RowsByTable {
  calls?: (Call)[];
  alerts?: (Alert)[];
  incidents?: (Incident)[];
  assignments?: (Assignment)[];
  units?: (Unit)[];
  alarms?: (Alarm)[];
  towers?: (Tower)[];
  sectors?: (SectorRow)[];
}

/** `seq` is the newest must-hear frame the person has seen: it tells an offer taken from a new place seen. */
export interface SayAccept {
  kind: "accept";
  id?: string | null;
  assignment_id: number;
  occurred_at?: string | null;
  seq?: number | null;
}

export interface SayDecline {
  kind: "decline";
  id?: string | null;
  assignment_id: number;
  reason?: string;
}

export interface SayDuty {
  kind: "duty";
  id?: string | null;
  on_duty: boolean;
}

export interface SayHello {
  kind: "hello";
  since?: string;
  topics?: (string)[];
}

export interface SayMayday {
  kind: "mayday";
  id?: string | null;
  occurred_at?: string | null;
}

export interface SayPosition {
  kind: "position";
  id?: string | null;
  lat: number;
  lon: number;
  fixed_at?: string | null;
  accuracy_m?: number | null;
}

export interface SayReceived {
  kind: "received";
  id?: string | null;
  seq: number;
}

export interface SayRenew {
  kind: "renew";
  token: string;
  id?: string;
}

export interface SayStatus {
  kind: "status";
  id?: string | null;
  status: AssignmentStatus;
  assignment_id?: number | null;
  occurred_at?: string | null;
  reason?: string;
  seq?: number | null;
}

/** A sector is known, new or changed. */
export interface SectorConfigured {
  sector: SectorRow;
}

/** Offers go out by themselves in this sector, or after a dispatcher's key, from now on. */
export interface SectorModeChanged {
  sector_id: string;
  mode: Mode;
}

/** A sector as the board needs it. `lends`: its units may be picked for a neighbour's incident. */
export interface SectorRow {
  id: string;
  name: string;
  mode: Mode;
  lends: boolean;
}

/** Another sector asked to help with one incident; from `agreed_at` on it sees the incident and handles it. */
export interface Share {
  sector: string;
  offered_at: string;
  agreed_at: string | null;
}

/** That sector helps, sees and handles the incident until it closes; closing ends every share by itself. */
export interface ShareAgreed {
  incident_id: number;
  sector: string;
}

/** `sector` is the one that is asked to help. */
export interface ShareBody {
  sector: string;
}

/** The offer came to nothing: refused there, or taken back here. */
export interface ShareDeclined {
  incident_id: number;
  sector: string;
}

export interface ShareDone {
  seq: number;
  incident_id: number;
  sector: string;
}

/** Another sector was asked to help; `alarm` rings there. */
export interface ShareOffered {
  incident_id: number;
  sector: string;
  alarm: Alarm;
}

/** One placard or rescue tower as the registry has it. `sign_id` is the printed id in canonical form ("TUC-417"). */
export interface Sign {
  sign_id: string;
  kind: SignKind;
  sector: string;
  point: Point;
  life: LifeCycle;
  access: AccessNotes;
}

export interface SignFound {
  sign: Sign;
  cell: string;
  registry_version: number;
}

export interface SignInBody {
  login: string;
  password: string;
  /** of the authenticator app, or a recovery code */
  code?: string;
}

export type SignKind = "land_placard" | "water_placard" | "rescue_tower";

export interface SignedIn {
  call_sign: string;
  name: string;
  role: string;
  recovery_codes?: (string)[];
}

/** `signature`: over `auxilio device token`, the device's id and the nonce, a line each; 64 bytes in base64. */
export interface SignedNonceBody {
  nonce: string;
  signature: string;
}

export interface SplitBody {
  calls?: (number)[];
  alerts?: (number)[];
  /** the incident's version as you saw it */
  version?: number | null;
}

export interface StandDownBody {
  assignment_id: number;
  reason?: string;
}

export interface Station {
  id: string;
  sector: string;
  lat: number;
  lon: number;
  units: number;
}

export interface StatusBody {
  status: AssignmentStatus;
  assignment_id?: number | null;
  /** when it happened, by the device's clock */
  occurred_at?: string | null;
  reason?: string;
  /** the newest must-hear frame seen */
  seq?: number | null;
}

export interface StatusDone {
  seq: number;
  assignment_id: number | null;
  incident_id?: number;
  status?: AssignmentStatus;
}

export interface StoodDown {
  seq: number;
  assignment_id: number;
  incident_id: number;
}

export interface Task {
  assignment: Assignment | null;
  incident: Incident | null;
  sign: Sign | null;
  distance_m: number | null;
  bearing_deg: number | null;
  travel_s: number | null;
}

export interface Ticket {
  ticket: string;
  subprotocols: (string)[];
  seconds: number;
}

/** A rescue tower's own health. Each flag keeps the device time of its last transition, so order does not matter. */
export interface Tower {
  id: string;
  sector: string | null;
  silent: boolean;
  tamper: boolean;
  low_battery: boolean;
  silent_at: string | null;
  tamper_at: string | null;
  battery_at: string | null;
  tested_at: string | null;
}

/** A tower's own state changed: `what` is silent, tamper, low_battery or tested, `on` its new value. */
export interface TowerChanged {
  tower_id: string;
  sector: string | null;
  what: string;
  on: boolean;
  occurred_at: string;
}

export interface TowerDevice {
  device_id: string;
  tower_id: string;
  decoder: string | null;
  heartbeat_s: number | null;
  kind: string;
  warnings: (string)[];
}

/** `decoder` and `heartbeat_s` may be left out: then by the network's name of the model, and the usual pace. */
export interface TowerDeviceBody {
  tower_id: string;
  decoder?: "netvox_r312a" | "dragino_trackerd" | "milesight_ws101" | "json" | null;
  heartbeat_s?: number | null;
  kind?: Kind;
}

export interface TowerLink {
  device_id: string;
  is_bound: boolean;
  network: string | null;
  kind: string | null;
  decoder: string | null;
  heartbeat_s: number;
  heard_at: string | null;
  quiet_until: string;
  battery_percent: number | null;
  battery_v: number | null;
  external_power: boolean | null;
  solar_v: number | null;
  temperature_c: number | null;
  rssi_dbm: number | null;
  snr_db: number | null;
  gateways: number | null;
  fault: string | null;
}

export interface TowerShown {
  tower_id: string;
  sector: string | null;
  lat: number | null;
  lon: number | null;
  state: string;
  tamper: boolean;
  low_battery: boolean;
  heard_at: string | null;
  silent_at: string | null;
  tested_at: string | null;
  devices: (TowerLink)[];
}

export interface Track {
  unit_id: string;
  hours: number;
  points: ({
    lat: number;
    lon: number;
    fixed_at: string;
  })[];
}

/** What of the trail is wanted; nothing named is everything. `before`: only rows older than this one's seq. */
export interface TrailBody {
  act?: Act | null;
  by?: string | null;
  incident_id?: number | null;
  /** with a time zone */
  since?: string | null;
  /** with a time zone */
  until?: string | null;
  before?: number | null;
  limit?: number;
}

export interface TrailRow {
  seq: number;
  at: string;
  act: "read" | "reseal" | "find" | "hold" | "release" | "erase" | "export" | "read_trail" | "purge" | "key_destroyed" | "keys_rotated";
  by: string;
  role: string | null;
  about: string | null;
  incident_id: number | null;
  reason: string | null;
  more: Record<string, unknown>;
}

/** Who responds. `primary` and `secondary` follow from duty and the active assignment, derived in one place. */
export interface Unit {
  id: string;
  kind: string;
  sector: string;
  station: string;
  home: Point;
  capabilities: (string)[];
  on_duty: boolean;
  answering: boolean;
  missed: number;
  assignment_id: number | null;
  primary: Primary;
  secondary: string;
}

/** The unit's app was touched after it had not answered. */
export interface UnitAnswering {
  unit_id: string;
}

/** A unit came on duty or went off it. */
export interface UnitDutyChanged {
  unit_id: string;
  on_duty: boolean;
}

/** The device or the person did not answer in time, or there was no live socket: radio it. */
export interface UnitNotReached {
  assignment_id: number;
  alarm: Alarm;
}

/** A unit is known, new or changed. */
export interface UnitRegistered {
  unit: Unit;
}

export interface UnitSent {
  seq: number;
  assignment_id: number | null;
  incident_id: number;
  unit_id: string;
}

/** Who responds. `primary` and `secondary` follow from duty and the active assignment, derived in one place. */
export interface UnitShown {
  id: string;
  kind: string;
  sector: string;
  station: string;
  home: Point;
  capabilities: (string)[];
  on_duty: boolean;
  answering: boolean;
  missed: number;
  assignment_id: number | null;
  primary: Primary;
  secondary: string;
  position: Position | null;
}

/** A report that is on disk: its public line. */
export interface Unrecorded {
  /** what its sender was told: the command it is recorded under */
  id: string;
  what: "call" | "alert" | "mayday";
  at: string;
  kind: Kind;
  /** the PSAP, the tower or the unit */
  sender: string;
  sector: string | null;
  place: Place | null;
  needs: (string)[];
}

export interface WaysIn {
  agency: string | null;
  second_factor: boolean;
  password_chars_min: number;
}

export interface Webhook {
  id: string;
  url: string;
  kinds: (string)[];
  sectors: (string)[];
  made_by: string;
  made_at: string;
  stopped_at: string | null;
  waiting: number;
  delivered: number;
  dead: number;
}

/** `kinds` of events, with `incident.*` and `*`; no `sectors` means every sector. */
export interface WebhookBody {
  url: string;
  kinds: (string)[];
  sectors?: (string)[];
}

export interface WebhookDelivery {
  id: number;
  seq: number;
  kind: string;
  state: string;
  tries: number;
  said: string | null;
  made_at: string;
  due_at: string;
  ended_at: string | null;
}

/** `login` and `name` count for the first administrator only; whoever was invited has theirs. */
export interface WelcomeBody {
  link: string;
  login?: string;
  name?: string;
  password: string;
  secret?: string;
  /** of the authenticator app, or a recovery code */
  code?: string;
}

/** The one place every open incident is in; `DONE` for the closed ones. */
export type Where = "queued" | "offered" | "assigned" | "with_dispatcher" | "done";

export const EVENT_KINDS = [
  "desk.took_over",
  "call.received",
  "call.updated",
  "alert.received",
  "alert.repeated",
  "incident.opened",
  "incident.queued",
  "incident.held",
  "incident.place_changed",
  "incident.raised",
  "incident.linked",
  "incident.unlinked",
  "incident.merged",
  "incident.split",
  "incident.outcome_recorded",
  "incident.reopened",
  "incident.recalled",
  "incident.handed_off",
  "incident.share_offered",
  "incident.share_agreed",
  "incident.share_declined",
  "incident.aged",
  "incident.noted",
  "offer.made",
  "offer.accepted",
  "offer.declined",
  "offer.timed_out",
  "frame.heard",
  "place.acknowledged",
  "unit.not_reached",
  "assignment.moved",
  "assignment.overdue",
  "assignment.cancelled",
  "assignment.preempted",
  "field.out_of_order",
  "unit.registered",
  "unit.duty_changed",
  "unit.answering",
  "alarm.raised",
  "alarm.acknowledged",
  "alarm.rearmed",
  "alarm.cleared",
  "tower.changed",
  "sector.configured",
  "sector.mode_changed",
  "registry.imported",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export type ServerFrame =
  | {
      seq: number;
      at: string;
      kind: "desk.took_over";
      v: 2;
      command: string;
      by: string;
      event: DeskTookOver;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "call.received";
      v: 1;
      command: string;
      by: string;
      event: CallReceived | Record<string, never>;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "call.updated";
      v: 1;
      command: string;
      by: string;
      event: CallUpdated | Record<string, never>;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "alert.received";
      v: 1;
      command: string;
      by: string;
      event: AlertReceived | Record<string, never>;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "alert.repeated";
      v: 1;
      command: string;
      by: string;
      event: AlertRepeated;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.opened";
      v: 1;
      command: string;
      by: string;
      event: IncidentOpened;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.queued";
      v: 1;
      command: string;
      by: string;
      event: IncidentQueued;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.held";
      v: 1;
      command: string;
      by: string;
      event: IncidentHeld;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.place_changed";
      v: 1;
      command: string;
      by: string;
      event: PlaceChanged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.raised";
      v: 1;
      command: string;
      by: string;
      event: IncidentRaised;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.linked";
      v: 1;
      command: string;
      by: string;
      event: IncidentLinked;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.unlinked";
      v: 1;
      command: string;
      by: string;
      event: IncidentUnlinked;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.merged";
      v: 1;
      command: string;
      by: string;
      event: IncidentMerged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.split";
      v: 1;
      command: string;
      by: string;
      event: IncidentSplit | Record<string, never>;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.outcome_recorded";
      v: 1;
      command: string;
      by: string;
      event: OutcomeRecorded;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.reopened";
      v: 1;
      command: string;
      by: string;
      event: IncidentReopened;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.recalled";
      v: 1;
      command: string;
      by: string;
      event: IncidentRecalled | Record<string, never>;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.handed_off";
      v: 1;
      command: string;
      by: string;
      event: HandOffRequested;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.share_offered";
      v: 1;
      command: string;
      by: string;
      event: ShareOffered;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.share_agreed";
      v: 1;
      command: string;
      by: string;
      event: ShareAgreed;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.share_declined";
      v: 1;
      command: string;
      by: string;
      event: ShareDeclined;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.aged";
      v: 1;
      command: string;
      by: string;
      event: IncidentAged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "incident.noted";
      v: 1;
      command: string;
      by: string;
      event: NoteAdded;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "offer.made";
      v: 2;
      command: string;
      by: string;
      event: OfferMade;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "offer.accepted";
      v: 2;
      command: string;
      by: string;
      event: OfferAccepted;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "offer.declined";
      v: 2;
      command: string;
      by: string;
      event: OfferDeclined;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "offer.timed_out";
      v: 1;
      command: string;
      by: string;
      event: OfferTimedOut;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "frame.heard";
      v: 1;
      command: string;
      by: string;
      event: FrameHeard;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "place.acknowledged";
      v: 1;
      command: string;
      by: string;
      event: PlaceAcknowledged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "unit.not_reached";
      v: 1;
      command: string;
      by: string;
      event: UnitNotReached;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "assignment.moved";
      v: 2;
      command: string;
      by: string;
      event: AssignmentMoved;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "assignment.overdue";
      v: 1;
      command: string;
      by: string;
      event: AssignmentOverdue;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "assignment.cancelled";
      v: 2;
      command: string;
      by: string;
      event: AssignmentCancelled;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "assignment.preempted";
      v: 1;
      command: string;
      by: string;
      event: AssignmentPreempted;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "field.out_of_order";
      v: 1;
      command: string;
      by: string;
      event: FieldReportOutOfOrder;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "unit.registered";
      v: 1;
      command: string;
      by: string;
      event: UnitRegistered;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "unit.duty_changed";
      v: 1;
      command: string;
      by: string;
      event: UnitDutyChanged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "unit.answering";
      v: 1;
      command: string;
      by: string;
      event: UnitAnswering;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "alarm.raised";
      v: 1;
      command: string;
      by: string;
      event: AlarmRaised;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "alarm.acknowledged";
      v: 1;
      command: string;
      by: string;
      event: AlarmAcknowledged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "alarm.rearmed";
      v: 1;
      command: string;
      by: string;
      event: AlarmRearmed;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "alarm.cleared";
      v: 1;
      command: string;
      by: string;
      event: AlarmCleared;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "tower.changed";
      v: 1;
      command: string;
      by: string;
      event: TowerChanged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "sector.configured";
      v: 1;
      command: string;
      by: string;
      event: SectorConfigured;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "sector.mode_changed";
      v: 1;
      command: string;
      by: string;
      event: SectorModeChanged;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      seq: number;
      at: string;
      kind: "registry.imported";
      v: 1;
      command: string;
      by: string;
      event: RegistryImported;
      after: RowsByTable;
      /** rows that left your picture: table and id */
      gone?: (["calls" | "alerts" | "incidents" | "assignments" | "units" | "alarms" | "towers" | "sectors", number | string])[];
    }
  | {
      kind: "welcome";
      cursor: string;
      topics: (string)[];
    }
  | {
      kind: "resync";
      url: string;
      cursor: string;
    }
  | {
      kind: "pulse";
      seq: number;
      age_s: number;
      late_loops?: (string)[];
      degraded?: Record<string, string>;
      /** calls a minute by PSAP */
      floods?: Record<string, number>;
    }
  | {
      kind: "positions";
      at: string;
      positions: (Position)[];
    }
  | {
      kind: "unrecorded";
      at: string;
      waiting: number;
      reports: (Unrecorded)[];
      recorded: (string)[];
    }
  | {
      kind: "answer";
      id: string | null;
      outcome: "done" | "refused" | "failed" | "unavailable";
      seq?: number;
      assignment_id?: number | null;
      incident_id?: number;
      alarm_id?: number;
      status?: AssignmentStatus;
      unit_id?: string;
      on_duty?: boolean;
      code?: string;
      detail?: string;
      field?: string;
      allowed?: (string)[];
    };

export type ClientFrame =
  | SayHello
  | SayAccept
  | SayDecline
  | SayStatus
  | SayMayday
  | SayDuty
  | SayReceived
  | SayPosition
  | SayRenew;

/** What each route takes and answers, by method and path. */
export interface Routes {
  "POST /v1/calls": { body: {
      /** the PSAP's own id of the call; the same again is the same call */
      call_id?: string;
      /** sealed; only tells callers apart */
      callback_number?: string;
      /** what was read out of the sign, as it was heard; sealed */
      said?: string;
      device?: {
        /** degrees, WGS 84 */
        lat?: number;
        /** degrees, WGS 84 */
        lon?: number;
        /** uncertainty in metres, 90 % */
        radius_m?: number;
      };
      /** the id was read back and confirmed */
      read_back?: boolean;
      /** BCP 47 */
      language?: string;
      party?: {
        adults?: number;
        children?: number;
        child_alone?: boolean;
        kept_together?: boolean;
      };
      /** capability codes */
      needs?: (string)[];
      /** sealed */
      name?: string;
      /** sealed */
      health?: string;
      /** sealed */
      narrative?: string;
      /** real, test or exercise */
      kind?: string;
      /** SAR, RESCUE, EXPOSURE, PERMISS, WELFARE, OTHER */
      type?: string;
      /** 0-10, 10 highest */
      priority?: number;
      /** the sector the call is about, if the PSAP knows */
      sector?: string;
      /** when the person called, RFC 3339 */
      occurred_at?: string;
    }; answer: CallRecorded };
  "POST /v1/alerts": { body: {
      /** activation, heartbeat, tamper, low_battery or test */
      type?: string;
      /** the tower's id in the registry */
      tower_id?: string;
      /** the sender's own id; the same again is the same press */
      alert_id?: string;
      /** when it happened, RFC 3339 */
      occurred_at?: string;
      /** for tamper and low_battery: false when it is over */
      on?: boolean;
      /** real, test or exercise */
      kind?: string;
    }; answer: AlertRecorded };
  "GET /v1/incidents": { body: undefined; answer: (Incident)[] };
  "GET /v1/incidents/{incident_id}": { body: undefined; answer: IncidentWhole };
  "GET /v1/incidents/{incident_id}/recommend": { body: undefined; answer: (Recommendation)[] };
  "POST /v1/eido": { body: Record<string, unknown>; answer: CallTaken };
  "POST /v1/pidf-lo": { body: undefined; answer: CallTaken };
  "GET /v1/incidents/{incident_id}/eido": { body: undefined; answer: undefined };
  "GET /v1/eido/{incident}": { body: undefined; answer: undefined };
  "GET /v1/callbacks": { body: undefined; answer: (Callback)[] };
  "POST /v1/callbacks/{callback_id}/retry": { body: undefined; answer: CallbackDone };
  "POST /v1/incidents/{incident_id}/assign": { body: AssignBody; answer: UnitSent };
  "POST /v1/incidents/{incident_id}/reassign": { body: ReassignBody; answer: UnitSent };
  "POST /v1/incidents/{incident_id}/stand-down": { body: StandDownBody; answer: StoodDown };
  "POST /v1/incidents/{incident_id}/release": { body: ReleaseBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/place": { body: PlaceBody; answer: IncidentDone };
  "PUT /v1/incidents/{incident_id}/priority": { body: PriorityBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/notes": { body: NoteBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/outcome": { body: OutcomeBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/cancel": { body: OutcomeBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/reopen": { body: undefined; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/link": { body: OtherBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/unlink": { body: OtherBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/merge": { body: MergeBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/split": { body: SplitBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/hand-off": { body: HandOffBody; answer: IncidentDone };
  "POST /v1/incidents/{incident_id}/share": { body: ShareBody; answer: ShareDone };
  "POST /v1/incidents/{incident_id}/share/agree": { body: ShareBody; answer: ShareDone };
  "POST /v1/incidents/{incident_id}/share/decline": { body: ShareBody; answer: ShareDone };
  "GET /v1/units": { body: undefined; answer: (UnitShown)[] };
  "GET /v1/units/{unit_id}": { body: undefined; answer: UnitShown };
  "GET /v1/units/{unit_id}/task": { body: undefined; answer: Task };
  "GET /v1/units/{unit_id}/track": { body: undefined; answer: Track };
  "PUT /v1/units/{unit_id}/duty": { body: DutyBody; answer: DutyDone };
  "POST /v1/units/{unit_id}/status": { body: StatusBody; answer: StatusDone };
  "POST /v1/units/{unit_id}/mayday": { body: MaydayBody; answer: AlarmDone };
  "POST /v1/units/{unit_id}/position": { body: PositionBody; answer: undefined };
  "GET /v1/board": { body: undefined; answer: Board };
  "GET /v1/alarms": { body: undefined; answer: (Alarm)[] };
  "POST /v1/alarms/{alarm_id}/acknowledge": { body: undefined; answer: AlarmDone };
  "POST /v1/alarms/{alarm_id}/clear": { body: undefined; answer: AlarmDone };
  "POST /v1/private/{sealed_id}": { body: PurposeBody; answer: Private };
  "GET /v1/sectors": { body: undefined; answer: (SectorRow)[] };
  "PUT /v1/sectors/{sector_id}/mode": { body: ModeBody; answer: ModeDone };
  "GET /v1/signs/{sign_id}": { body: undefined; answer: SignFound };
  "POST /v1/resolve": { body: ResolveBody; answer: Resolved };
  "POST /v1/duplicates": { body: DuplicatesBody; answer: Outlook };
  "GET /v1/me": { body: undefined; answer: Me };
  "POST /v1/tickets": { body: undefined; answer: Ticket };
  "GET /v1/signs": { body: undefined; answer: Gazetteer };
  "GET /v1/activations": { body: undefined; answer: Activations };
  "GET /v1/tiles": { body: undefined; answer: Archives };
  "GET /v1/towers": { body: undefined; answer: (TowerShown)[] };
  "GET /v1/towers/devices": { body: undefined; answer: (TowerDevice)[] };
  "PUT /v1/towers/devices/{device_id}": { body: TowerDeviceBody; answer: TowerDevice };
  "DELETE /v1/towers/devices/{device_id}": { body: undefined; answer: undefined };
  "POST /v1/networks/chirpstack": { body: Record<string, unknown>; answer: Delivered };
  "POST /v1/networks/tts": { body: Record<string, unknown>; answer: Delivered };
  "POST /v1/networks/rockblock": { body: Record<string, unknown>; answer: Delivered };
  "POST /v1/networks/inreach": { body: Record<string, unknown>; answer: Delivered };
  "GET /v1/positions/osmand": { body: undefined; answer: PositionTaken };
  "POST /v1/positions/osmand": { body: Record<string, unknown>; answer: PositionTaken };
  "POST /v1/positions/owntracks": { body: Record<string, unknown>; answer: (Record<string, unknown>)[] };
  "POST /v1/cap": { body: undefined; answer: CapTaken };
  "GET /v1/incidents/{incident_id}/cap": { body: undefined; answer: undefined };
  "POST /v1/hazards/nws": { body: Record<string, unknown>; answer: {
      counts: Record<string, unknown>;
      warnings: (string)[];
    } };
  "PUT /v1/hazards/zones": { body: Record<string, unknown>; answer: {
      zones: number;
      warnings: (string)[];
    } };
  "GET /v1/hazards": { body: undefined; answer: {
      type: string;
      features: (HazardFeature)[];
    } };
  "GET /v1/incidents/{incident_id}/hazards": { body: undefined; answer: HazardsOver };
  "GET /v1/signs/{sign_id}/hazards": { body: undefined; answer: HazardsOver };
  "GET /v1/webhooks": { body: undefined; answer: (Webhook)[] };
  "POST /v1/webhooks": { body: WebhookBody; answer: {
      id: string;
      secret: string;
      from_seq: number;
    } };
  "DELETE /v1/webhooks/{webhook_id}": { body: undefined; answer: undefined };
  "GET /v1/webhooks/{webhook_id}/deliveries": { body: undefined; answer: (WebhookDelivery)[] };
  "POST /v1/webhooks/{webhook_id}/test": { body: undefined; answer: {
      waiting: number;
    } };
  "POST /v1/webhooks/{webhook_id}/replay": { body: ReplayBody; answer: {
      waiting?: number;
      upto_seq?: number;
      is_whole?: boolean;
    } };
  "POST /v1/incidents/{incident_id}/holds": { body: HoldBody; answer: {
      hold_id: number;
      incident_id: number;
      kind: string;
    } };
  "POST /v1/holds/{hold_id}/release": { body: ReasonBody; answer: {
      hold_id: number;
      incident_id: number;
    } };
  "GET /v1/holds": { body: undefined; answer: (Hold)[] };
  "POST /v1/holdings": { body: FindBody; answer: (HoldingFound)[] };
  "POST /v1/erasures": { body: EraseBody; answer: Erased };
  "POST /v1/audit": { body: TrailBody; answer: {
      rows: (TrailRow)[];
      is_whole: boolean;
    } };
  "GET /v1/audit/counts": { body: undefined; answer: ({
      month: string;
      by: string;
      act: string;
      n: number;
    })[] };
  "GET /v1/audit/counts.csv": { body: undefined; answer: undefined };
  "GET /v1/export/counts": { body: undefined; answer: ({
      month: string;
      cell: string;
      incidents: number;
      found: number | null;
      not_found: number | null;
    })[] };
  "GET /v1/export/counts.csv": { body: undefined; answer: undefined };
  "POST /v1/export/incidents": { body: ExportBody; answer: (IncidentExported)[] };
  "GET /health/live": { body: undefined; answer: Live };
  "GET /health/ready": { body: undefined; answer: Ready };
  "GET /v1/ways-in": { body: undefined; answer: WaysIn };
  "POST /v1/sign-in": { body: SignInBody; answer: SignedIn };
  "POST /v1/sign-in/passkey/begin": { body: undefined; answer: AskedOfBrowser };
  "POST /v1/sign-in/passkey": { body: PasskeyBody; answer: SignedIn };
  "POST /v1/sign-in/agency/begin": { body: FlowBody; answer: AgencyFlow };
  "POST /v1/sign-in/agency": { body: ReturnedBody; answer: SignedIn };
  "POST /v1/welcome/look": { body: LinkBody; answer: Guest };
  "POST /v1/welcome": { body: WelcomeBody; answer: SignedIn };
  "GET /v1/session": { body: undefined; answer: OwnSession };
  "DELETE /v1/session": { body: undefined; answer: {
      leave: string | null;
    } };
  "POST /v1/session/active": { body: undefined; answer: OwnSession };
  "POST /v1/session/proof": { body: ProofBody; answer: OwnSession };
  "POST /v1/session/proof/passkey/begin": { body: undefined; answer: AskedOfBrowser };
  "POST /v1/session/proof/passkey": { body: PasskeyBody; answer: OwnSession };
  "GET /v1/account": { body: undefined; answer: Account };
  "POST /v1/account/passkeys/begin": { body: undefined; answer: AskedOfBrowser };
  "POST /v1/account/passkeys": { body: NewPasskeyBody; answer: {
      passkeys: (Passkey)[];
    } };
  "DELETE /v1/account/passkeys/{passkey_id}": { body: undefined; answer: undefined };
  "PUT /v1/account/password": { body: PasswordBody; answer: undefined };
  "POST /v1/account/authenticator/begin": { body: undefined; answer: Authenticator };
  "PUT /v1/account/authenticator": { body: AuthenticatorBody; answer: RecoveryCodes };
  "DELETE /v1/account/sessions/{session_id}": { body: undefined; answer: undefined };
  "GET /v1/people": { body: undefined; answer: (Person)[] };
  "POST /v1/people": { body: InviteBody; answer: Invited };
  "POST /v1/people/{person_id}/link": { body: undefined; answer: Invited };
  "PUT /v1/people/{person_id}": { body: PersonBody; answer: undefined };
  "GET /v1/people/{person_id}/sessions": { body: undefined; answer: (OpenSession)[] };
  "DELETE /v1/people/{person_id}/sessions": { body: undefined; answer: undefined };
  "DELETE /v1/people/{person_id}/sessions/{session_id}": { body: undefined; answer: undefined };
  "GET /v1/devices": { body: undefined; answer: (EnrolledDevice)[] };
  "POST /v1/devices/codes": { body: CodeBody; answer: EnrolmentCode };
  "POST /v1/devices/enrolments": { body: EnrolBody; answer: DeviceEnrolled };
  "POST /v1/devices/nonces": { body: undefined; answer: DeviceNonce };
  "POST /v1/devices/{device_id}/tokens": { body: SignedNonceBody; answer: DeviceToken };
  "DELETE /v1/devices/{device_id}": { body: undefined; answer: undefined };
  "GET /v1/keys": { body: undefined; answer: (KeyShown)[] };
  "POST /v1/keys": { body: KeyBody; answer: KeyMade };
  "POST /v1/keys/{key_id}/rotate": { body: RotateBody; answer: KeyMade };
  "DELETE /v1/keys/{key_id}": { body: undefined; answer: undefined };
}
