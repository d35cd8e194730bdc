import { describe, expect, it } from 'vitest';
import { addressesOf } from './addresses';

describe('an address', () => {
  it("of NENA's sample is read as on an envelope, with what the message calls the place", () => {
    const civic = { country: 'US', A1: 'DE', A3: 'Wilmington', PRD: 'W', RD: 'Cellular', STS: 'Street', HNO: '42' };
    const places = [
      { type: 'RoutingLocation', words: [], locations: [{ element: 'device', civic }] },
      { type: 'Caller', words: ['behind the tank'], url: 'https://lrf.example.org/1' },
    ];
    expect(addressesOf(places)).toEqual([
      { from: 'RoutingLocation', text: '42 W Cellular Street, Wilmington, DE, US' },
      { from: 'Caller', text: 'behind the tank' },
    ]);
  });

  it('of a PIDF-LO alone stands one level higher, and loses no part it has no place for', () => {
    expect(addressesOf([{ element: 'tuple', civic: { A3: 'Sells', LMK: 'tower 7' } }])).toEqual([{ from: '', text: 'Sells, LMK tower 7' }]);
    expect(addressesOf([{ point: [1, 2] }, null, 'x'])).toEqual([]);
  });
});
