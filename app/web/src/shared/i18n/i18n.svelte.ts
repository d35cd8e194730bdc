/** The words of the screens. One catalogue per language; a key that is missing does not compile, and a test says so too. */
import { en } from './en';
import { es } from './es';
import { pt } from './pt';

export const LANGUAGES = { en: 'English', es: 'Español', pt: 'Português' } as const;
export type Language = keyof typeof LANGUAGES;
export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;
export type Values = Record<string, string | number>;

export const CATALOGUES: Record<Language, Catalogue> = { en, es, pt };
const SLOT = 'auxilio.language';

class Words {
  language = $state<Language>('en');

  /** Take the language chosen before, else the browser's. */
  restore(): void {
    const wanted = localStorage.getItem(SLOT) ?? navigator.language.slice(0, 2);
    this.use(isLanguage(wanted) ? wanted : 'en');
  }

  use(language: Language): void {
    this.language = language;
    localStorage.setItem(SLOT, language);
    document.documentElement.lang = language;
  }
}

export const words = new Words();

/** The message in the language in use, `{name}` filled in. Reactive. */
export function t(key: Key, values?: Values): string {
  return fill(CATALOGUES[words.language][key], values);
}

/** The message of a word that comes over the wire, such as a status; the word itself where the catalogue has none. */
export function said(group: string, word: string | null | undefined, values?: Values): string {
  if (word === null || word === undefined || word === '') return '';
  const key = `${group}.${word}`;
  return isKey(key) ? t(key, values) : word.replaceAll('_', ' ');
}

export function isKey(key: string): key is Key {
  return key in en;
}

export function fill(message: string, values: Values = {}): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function isLanguage(word: string): word is Language {
  return word in LANGUAGES;
}
