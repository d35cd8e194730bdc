/** Where a caller is in words: civic addresses and descriptions, as sealed with the call; of their parts none is lost. */

type Civic = Record<string, string>;
interface Place {
  type?: string;
  words?: string[];
  civic?: Civic;
  locations?: Place[];
}

/** One way somebody's place was put. `from` is what the message calls the place: the caller's, or only a cell tower's area. */
export interface Address {
  from: string;
  text: string;
}

// RFC 4119 and 5139: what a person writes on an envelope, in that order; whatever else there is follows under its name.
const STREET = ['HNO', 'HNS', 'PRD', 'RD', 'A6', 'STS', 'POD'];
const TOWN = ['A3', 'A1', 'PC', 'country'];

export function addressesOf(places: readonly unknown[], from = ''): Address[] {
  return places.flatMap((one) => {
    const place = (typeof one === 'object' && one !== null ? one : {}) as Place;
    const name = place.type ?? from;
    const said = (place.words ?? []).map((text) => ({ from: name, text }));
    const civic = place.civic === undefined ? [] : [{ from: name, text: oneLine(place.civic) }];
    return [...said, ...civic, ...addressesOf(place.locations ?? [], name)].filter(({ text }) => text !== '');
  });
}

function oneLine(civic: Civic): string {
  const words = (names: readonly string[], between: string): string => names.flatMap((name) => civic[name] ?? []).join(between);
  const rest = Object.entries(civic).filter(([name]) => !STREET.includes(name) && !TOWN.includes(name));
  return [words(STREET, ' '), words(TOWN, ', '), ...rest.map(([name, value]) => `${name} ${value}`)].filter((part) => part !== '').join(', ');
}
