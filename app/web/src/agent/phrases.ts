/** The phrase cards: every file of `phrases/` is a language, and nothing else names the languages. */

export interface Phrases {
  readonly code: string;
  readonly language: string;
  readonly tag: string;
  readonly cards: Readonly<Record<string, string>>;
}

type File = Omit<Phrases, 'code'>;

const files = import.meta.glob<File>('./phrases/*.json', { eager: true, import: 'default' });

export const PHRASES: readonly Phrases[] = Object.entries(files)
  .map(([path, file]) => ({ code: path.replace(/^.*\/|\.json$/g, ''), ...file }))
  .sort((a, b) => a.code.localeCompare(b.code));

/** The languages a found person may read, the screen's own last: whoever reads the screen needs no card. */
export function offeredTo(screen: string): readonly Phrases[] {
  return [...PHRASES.filter((one) => one.code !== screen), ...PHRASES.filter((one) => one.code === screen)];
}
