import { expect, it } from 'vitest';

import { furthest, isActive, isForward, ORDER, reportsFrom } from './steps';

it('offers nothing but an answer before the offer is accepted', () => {
  expect(reportsFrom('offered')).toEqual([]);
});

it('offers the next status first and every later one as a skip', () => {
  expect(reportsFrom('acknowledged')[0]).toBe('en_route');
  expect(reportsFrom('on_scene')).toEqual(['subject_contact', 'transporting', 'at_destination', 'cleared']);
});

it('offers nothing when it is over', () => {
  for (const over of ['cleared', 'declined', 'timed_out', 'preempted', 'cancelled', 'what?']) {
    expect(reportsFrom(over)).toEqual([]);
    expect(isActive(over)).toBe(false);
  }
});

it('never moves backwards', () => {
  ORDER.forEach((before, i) => {
    ORDER.forEach((after, j) => {
      expect(isForward(before, after)).toBe(j > i);
    });
  });
});

it('shows what was pressed, but never less than the desk knows', () => {
  expect(furthest('acknowledged', ['en_route', 'on_scene'])).toBe('on_scene');
  expect(furthest('transporting', ['on_scene'])).toBe('transporting');
  expect(furthest('offered', ['declined'])).toBe('offered');
});
