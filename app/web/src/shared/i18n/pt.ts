import type { en } from './en';

/** Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'shared.demo': 'Demonstração: nada aqui é real',
};
