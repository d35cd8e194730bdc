import { agent } from './agent/pt';
import type { en } from './en';
import { map } from './map/pt';

/** Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  ...map,
  'shared.demo': 'Demonstração: nada aqui é real',
  ...agent,
};
