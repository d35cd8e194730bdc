import { admission } from './admission/es';
import { custody } from './custody/es';
import { desk } from './desk/es';
import { agent } from './agent/es';
import type { en } from './en';
import { map } from './map/es';
import { partners } from './partners/es';
import { people } from './people/es';

/** Spanish. */
export const es: Record<keyof typeof en, string> = {
  ...map,
  ...custody,
  ...desk,
  ...partners,
  ...people,
  ...admission,
  ...agent,
};
