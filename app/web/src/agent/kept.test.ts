import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';

import { Kept } from './kept';
import { Outbox } from './outbox';

it('brings every act back after the app was killed, in order, with its id and its time', async () => {
  const kept = await Kept.open('U1');
  const outbox = new Outbox(await kept.acts());
  outbox.add({ kind: 'accept', assignment_id: 7, seq: 3 }, { id: 'z', at: 1_000 });
  outbox.add({ kind: 'status', status: 'en_route', assignment_id: 7 }, { id: 'a', at: 2_000, holdMs: 5_000 });
  await kept.keepActs(outbox.acts);
  kept.close();
  const again = new Outbox(await (await Kept.open('U1')).acts());
  expect(again.acts).toEqual(outbox.acts);
  expect(again.acts.map((act) => act.id)).toEqual(['z', 'a']);
});

it('forgets what was answered and remembers that an act was said', async () => {
  const kept = await Kept.open('U2');
  const outbox = new Outbox(await kept.acts());
  outbox.add({ kind: 'status', status: 'en_route' }, { id: 'a', at: 0 });
  outbox.add({ kind: 'status', status: 'on_scene' }, { id: 'b', at: 1 });
  void kept.keepActs(outbox.acts);
  outbox.take(10);
  void kept.keepActs(outbox.acts);
  outbox.answer('a', { outcome: 'done' }, 10);
  outbox.take(10);
  await kept.keepActs(outbox.acts);
  expect(await kept.acts()).toMatchObject([{ id: 'b', tries: 1 }]);
});

it("never shows one unit another's acts", async () => {
  const kept = await Kept.open('U3');
  await kept.keepActs(
    new Outbox([{ id: 'a', n: 1, frame: { kind: 'mayday', id: 'a' }, madeAt: 0, heldUntil: 0, tries: 0 }]).acts,
  );
  expect(await (await Kept.open('U4')).acts()).toEqual([]);
});

it('says so when the phone keeps nothing', async () => {
  const kept = await Kept.open('U5');
  const faults: unknown[] = [];
  kept.onFault = (error) => faults.push(error);
  kept.close();
  await kept.keepFact('notices', []);
  expect(faults).toHaveLength(1);
});
