/** A command, asked of the desk. The words about what became of it are the console's. */
import type { Command } from './commands';
import type { Console } from './console.svelte';
import { said } from '$shared/i18n/i18n.svelte';

export async function perform(desk: Console, command: Command): Promise<boolean> {
  const { api } = desk.session;
  const version = (id: number): { version?: number } => {
    const row = desk.board.one('incidents', id);
    return row === undefined ? {} : { version: row.version };
  };
  switch (command.do) {
    case 'assign': {
      const { unit, incident: id, reason, preempt } = command;
      const body = { unit_id: unit, reason, preempt, ...version(id) };
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/assign', { params: { incident_id: id }, body }), 'recommend.sent', { unit, id }));
    }
    case 'status': {
      const { unit, status } = command;
      const assignmentId = desk.board.one('units', unit)?.assignment_id ?? null;
      const body = { status, ...(assignmentId === null ? {} : { assignment_id: assignmentId }) };
      return did(await desk.ask(api.call('POST /v1/units/{unit_id}/status', { params: { unit_id: unit }, body }), 'assignment.reported', { unit, status: said('status', status) }));
    }
    case 'duty': {
      const asked = api.call('PUT /v1/units/{unit_id}/duty', { params: { unit_id: command.unit }, body: { on_duty: command.onDuty } });
      return did(await desk.ask(asked, command.onDuty ? 'duty.on' : 'duty.off', { unit: command.unit }));
    }
    case 'stand_down': {
      const assignment = desk.board.one('assignments', desk.board.one('units', command.unit)?.assignment_id);
      if (assignment === undefined) return refused(desk, command.unit);
      const params = { incident_id: assignment.incident_id };
      const body = { assignment_id: assignment.id, reason: command.reason };
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/stand-down', { params, body }), 'assignment.stood_down', { unit: command.unit }));
    }
    case 'mayday':
      return did(await desk.ask(api.call('POST /v1/units/{unit_id}/mayday', { params: { unit_id: command.unit }, body: {} }), 'command.mayday', { unit: command.unit }));
    case 'note': {
      const params = { incident_id: command.incident };
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/notes', { params, body: { text: command.text } }), 'note.added', { id: command.incident }));
    }
    case 'place': {
      const params = { incident_id: command.incident };
      const body = { sign_id: command.sign, ...version(command.incident) };
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/place', { params, body }), 'place.accepted', { place: command.sign, id: command.incident }));
    }
    case 'priority': {
      const params = { incident_id: command.incident };
      const body = { priority: command.priority, ...version(command.incident) };
      return did(await desk.ask(api.call('PUT /v1/incidents/{incident_id}/priority', { params, body }), 'priority.set', { id: command.incident, priority: command.priority }));
    }
    case 'outcome': {
      const { incident: id, outcome, rest, cancelled, releaseUnits } = command;
      const extra = outcome === 'duplicate' ? { duplicate_of: Number(rest.replace('#', '')) } : outcome === 'transferred' ? { agency: rest } : {};
      const route = cancelled ? 'POST /v1/incidents/{incident_id}/cancel' : 'POST /v1/incidents/{incident_id}/outcome';
      const asked = api.call(route, { params: { incident_id: id }, body: { outcome, release_units: releaseUnits, ...extra, ...version(id) } });
      return did(await desk.ask(asked, 'outcome.recorded', { id, outcome: said('outcome', outcome) }));
    }
    case 'reopen':
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/reopen', { params: { incident_id: command.incident } }), 'outcome.reopened', { id: command.incident }));
    case 'release': {
      const params = { incident_id: command.incident };
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/release', { params, body: version(command.incident) }), 'recommend.released', { id: command.incident }));
    }
    case 'link': {
      const { incident: id, other } = command;
      const asked = api.call('POST /v1/incidents/{incident_id}/link', { params: { incident_id: id }, body: { other_id: other, relation: 'related' } });
      return did(await desk.ask(asked, 'relation.linked', { id, other }));
    }
    case 'merge': {
      const { incident: id, into } = command;
      const asked = api.call('POST /v1/incidents/{incident_id}/merge', { params: { incident_id: id }, body: { into_id: into, ...version(id) } });
      return did(await desk.ask(asked, 'relation.merged', { id, other: into }));
    }
    case 'hand_off': {
      const { incident: id, agency } = command;
      return did(await desk.ask(api.call('POST /v1/incidents/{incident_id}/hand-off', { params: { incident_id: id }, body: { agency } }), 'relation.handed_off', { id, agency }));
    }
    case 'acknowledge': {
      if (command.alarm === null) return desk.acknowledgeTop();
      return did(await desk.ask(api.call('POST /v1/alarms/{alarm_id}/acknowledge', { params: { alarm_id: command.alarm } }), 'alarms.acknowledged'));
    }
    case 'find':
      return find(desk, command.what);
    case 'new_call':
    case 'new_alert':
    case 'help':
      desk.dialog = command.do;
      return true;
    case 'print':
      print();
      return true;
  }
}

/** By number an incident, by name a unit, by sign the first incident there. */
function find(desk: Console, what: string): boolean {
  const id = Number(what.replace('#', ''));
  if (Number.isInteger(id) && id > 0) {
    desk.select(id);
    return true;
  }
  if (desk.board.one('units', what) !== undefined) {
    desk.selectUnit(what);
    desk.show('units');
    return true;
  }
  const there = [...desk.groups.pending, ...desk.groups.active].find((row) => row.place?.sign_id === what || row.candidates.some((one) => one.sign_id === what));
  if (there === undefined) {
    desk.refuse('command.not_found', { what });
    return false;
  }
  desk.select(there.id);
  return true;
}

function refused(desk: Console, unit: string): false {
  desk.refuse('command.no_assignment', { unit });
  return false;
}

function did(answer: unknown): boolean {
  return answer !== null;
}
