import type { en } from './en';

/** Spanish. */
export const es: Record<keyof typeof en, string> = {
  'shared.demo': 'Demostración: nada de esto es real',
};
