import { admission } from './admission/en';
import { custody } from './custody/en';
import { desk } from './desk/en';
import { map } from './map/en';
import { partners } from './partners/en';
import { people } from './people/en';

import { agent } from './agent/en';

/** English. Keys are grouped by screen: `shared.`, `console.`, `map.`, `agent.`, and one group per kind of word on the wire. */
export const en = {
  ...map,
  ...custody,
  ...desk,
  ...partners,
  ...people,
  ...admission,
  ...agent,
};
