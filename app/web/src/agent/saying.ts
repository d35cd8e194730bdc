/** Ages, lengths and codes as the agent's screen says them. */
import { isKey, t, words } from '$shared/i18n/i18n.svelte';
import { glance } from './geometry';
import { measures } from './measures.svelte';
import type { Act } from './outbox';

/** A word of the wire in the words of this app; the word itself where the catalogue has none. */
export function named(group: string, word: string): string {
  const key = `agent.${group}.${word}`;
  return isKey(key) ? t(key) : word.replaceAll('_', ' ');
}

export function age(seconds: number): string {
  if (seconds < 60) return t('agent.age.seconds', { n: Math.floor(seconds) });
  if (seconds < 3_600) return t('agent.age.minutes', { n: Math.floor(seconds / 60) });
  return t('agent.age.hours', { n: Math.floor(seconds / 3_600) });
}

export function length(metres: number): string {
  const { value, unit } = glance(metres, measures.isMiles);
  return `${value.toLocaleString(words.language)} ${unit}`;
}

export function duration(seconds: number): string {
  const minutes = Math.max(Math.round(seconds / 60), 1);
  if (minutes < 60) return t('agent.place.minutes', { m: minutes });
  return t('agent.place.hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
}

export function need(code: string): string {
  const [, tongue] = /^interp_([a-z]{2,3})$/.exec(code) ?? [];
  if (tongue === undefined) return named('need', code);
  const language = new Intl.DisplayNames([words.language], { type: 'language' }).of(tongue) ?? tongue;
  return t('agent.need.interpreter', { language });
}

export function clock(at: string | number): string {
  return new Date(at).toLocaleTimeString(words.language, { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** What an act was, as the person did it. */
export function actWords({ frame }: Act): string {
  switch (frame.kind) {
    case 'status':
      return named('status', frame.status);
    case 'duty':
      return frame.on_duty ? t('agent.act.duty_on') : t('agent.act.duty_off');
    default:
      return t(`agent.act.${frame.kind}`);
  }
}
