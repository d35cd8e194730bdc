import { describe, expect, it } from 'vitest';

import { bearingDeg, distanceM } from '$shared/distance';
import { appleLink, compassPoint, geoLink, glance, relativeDeg, threeFigures, turn } from './geometry';

const TUCSON = { lat: 32.2217, lon: -110.9265 };
const NOGALES = { lat: 31.3404, lon: -110.9343 };

describe('distance', () => {
  it('is a sixtieth of a degree per nautical mile, within the sphere', () => {
    // One degree of a great circle on R1 = 6,371,008.8 m.
    expect(distanceM({ lat: 0, lon: 0 }, { lat: 1, lon: 0 })).toBeCloseTo(111_195.08, 1);
    expect(distanceM({ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 })).toBeCloseTo(111_195.08, 1);
  });

  it('is nothing to the same place and half the earth to the other side', () => {
    expect(distanceM(TUCSON, TUCSON)).toBe(0);
    expect(distanceM({ lat: 90, lon: 0 }, { lat: -90, lon: 77 })).toBeCloseTo(20_015_114.4, 0);
  });

  it('is the same there and back', () => {
    expect(distanceM(TUCSON, NOGALES)).toBeCloseTo(distanceM(NOGALES, TUCSON), 6);
    expect(distanceM(TUCSON, NOGALES)).toBeGreaterThan(97_900);
    expect(distanceM(TUCSON, NOGALES)).toBeLessThan(98_100);
  });
});

describe('bearing', () => {
  it('knows the four winds', () => {
    const at = { lat: 0, lon: 0 };
    expect(bearingDeg(at, { lat: 1, lon: 0 })).toBeCloseTo(0, 9);
    expect(bearingDeg(at, { lat: 0, lon: 1 })).toBeCloseTo(90, 9);
    expect(bearingDeg(at, { lat: -1, lon: 0 })).toBeCloseTo(180, 9);
    expect(bearingDeg(at, { lat: 0, lon: -1 })).toBeCloseTo(270, 9);
  });

  it('leads straight over the date line', () => {
    expect(bearingDeg({ lat: 0, lon: 179.9 }, { lat: 0, lon: -179.9 })).toBeCloseTo(90, 9);
  });

  it('leads south from Tucson to Nogales', () => {
    expect(bearingDeg(TUCSON, NOGALES)).toBeCloseTo(180.4, 0);
    expect(compassPoint(bearingDeg(TUCSON, NOGALES))).toBe('S');
  });

  it('is said in three figures, and north is 000', () => {
    expect(threeFigures(7.4)).toBe('007');
    expect(threeFigures(359.7)).toBe('000');
    expect(compassPoint(359.7)).toBe('N');
    expect(compassPoint(348.7)).toBe('NNW');
  });
});

describe('turning', () => {
  it('turns the short way', () => {
    expect(relativeDeg(10, 350)).toBe(20);
    expect(relativeDeg(350, 10)).toBe(-20);
    expect(relativeDeg(180, 0)).toBe(180);
  });

  it('keeps any angle on the circle', () => {
    expect(turn(-1e-15)).toBe(0);
    expect(turn(-90)).toBe(270);
    expect(turn(720)).toBe(0);
  });
});

describe('what a glance takes', () => {
  it.each([
    [4, '0 m'],
    [44, '40 m'],
    [994, '990 m'],
    [995, '1 km'],
    [3_440, '3.4 km'],
    [9_960, '10 km'],
    [21_350, '21 km'],
  ])('%d m', (metres, said) => {
    const { value, unit } = glance(metres);
    expect(`${String(value)} ${unit}`).toBe(said);
  });

  it.each([
    [100, '350 ft'],
    [1_609.344, '1 mi'],
    [34_000, '21 mi'],
  ])('%d m in miles', (metres, said) => {
    const { value, unit } = glance(metres, true);
    expect(`${String(value)} ${unit}`).toBe(said);
  });
});

it('hands over to the phone with six decimals, a name, and no blank in the link', () => {
  expect(geoLink({ lat: 31.7321, lon: -111.2103 }, 'TUC-417 wash')).toBe(
    'geo:31.732100,-111.210300?q=31.732100,-111.210300(TUC-417%20wash)',
  );
  expect(appleLink({ lat: 31.7321, lon: -111.2103 })).toBe('maps://?daddr=31.732100,-111.210300');
});
