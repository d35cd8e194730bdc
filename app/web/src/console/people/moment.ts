import { words } from '$shared/i18n/i18n.svelte';

/** A day and a time of day, as short as the reader's language has it; a dash where there was none. */
export function moment(at: string | null): string {
  return at === null ? '-' : new Date(at).toLocaleString(words.language, { dateStyle: 'short', timeStyle: 'short' });
}
