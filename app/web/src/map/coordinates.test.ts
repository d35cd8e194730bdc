import { describe, expect, test } from 'vitest';
import { decimal, dms, NOTATIONS, usng, utm, written } from './coordinates';

// Easting and northing by PROJ's port (proj4 2.22), squares by the NGA's tables (mgrs 2.2): other code than ours uses.
const KNOWN = [
  { name: 'Nogales', at: { lat: 31.3324, lon: -110.9434 }, utm: '12R 505384 3466442', usng: '12R WV 05384 66442' },
  { name: 'San Luis, west of 114 W', at: { lat: 32.49, lon: -114.8 }, utm: '11S 706710 3596882', usng: '11S QR 06710 96882' },
  { name: 'east of 114 W', at: { lat: 32.72, lon: -113.99 }, utm: '12S 219754 3624201', usng: '12S TB 19754 24201' },
  { name: 'mouth of the river', at: { lat: 25.9556, lon: -97.145 }, utm: '14R 685733 2872083', usng: '14R PP 85733 72083' },
  { name: 'the Pacific', at: { lat: 32.5343, lon: -117.1236 }, utm: '11S 488393 3599668', usng: '11S MR 88393 99668' },
  { name: 'El Paso', at: { lat: 31.7844, lon: -106.5286 }, utm: '13R 355271 3517555', usng: '13R CR 55271 17555' },
  { name: 'north of 32 N: band S', at: { lat: 32.0001, lon: -109 }, utm: '12S 688927 3542194', usng: '12S XA 88927 42194' },
  { name: 'south of 32 N: band R', at: { lat: 31.9999, lon: -109 }, utm: '12R 688927 3542172', usng: '12R XA 88927 42172' },
  { name: 'on the seam of zones', at: { lat: 31.7, lon: -108 }, utm: '13R 215656 3511097', usng: '13R BR 15656 11097' },
  { name: 'Washington Monument', at: { lat: 38.8895, lon: -77.0352 }, utm: '18S 323486 4306483', usng: '18S UJ 23486 06483' },
] as const;

describe('the grid', () => {
  test.each(KNOWN)('$name in UTM', ({ at, utm: expected }) => expect(utm(at)).toBe(expected));
  test.each(KNOWN)('$name in the National Grid', ({ at, usng: expected }) => expect(usng(at)).toBe(expected));

  test('says nothing where it does not reach, instead of something wrong', () => {
    expect(utm({ lat: 84.5, lon: 0 })).toBe('');
    expect(usng({ lat: -80.5, lon: 0 })).toBe('');
  });
});

describe('degrees', () => {
  test('are said latitude first', () => expect(decimal({ lat: 31.3324, lon: -110.9434 })).toBe('31.33240, -110.94340'));

  test('minutes and seconds carry a hemisphere and no sign', () => {
    expect(dms({ lat: 31.3324, lon: -110.9434 })).toBe('31°19′56.6″N 110°56′36.2″W');
    expect(dms({ lat: -0.5, lon: 0.25 })).toBe('00°30′00.0″S 00°15′00.0″E');
  });

  test('seconds that round up to sixty become a minute', () => {
    expect(dms({ lat: 31.99999, lon: -110.016666 })).toBe('32°00′00.0″N 110°01′00.0″W');
  });
});

test('every notation is written by its name', () => {
  for (const notation of NOTATIONS) expect(written({ lat: 31.3324, lon: -110.9434 }, notation)).not.toBe('');
});
