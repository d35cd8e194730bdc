import { admission } from './admission/pt';
import { custody } from './custody/pt';
import { desk } from './desk/pt';
import { agent } from './agent/pt';
import type { en } from './en';
import { map } from './map/pt';
import { partners } from './partners/pt';
import { people } from './people/pt';

/** Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  ...map,
  ...custody,
  ...desk,
  ...partners,
  ...people,
  ...admission,
  ...agent,
};
