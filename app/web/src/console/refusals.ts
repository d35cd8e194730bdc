import { Refusal, Unreachable } from '$shared/api';
import { isKey, said, t } from '$shared/i18n/i18n.svelte';

/** A refusal in the reader's language, with the service's own words for what only it knows. */
export function inWords(error: unknown): string {
  if (error instanceof Unreachable) return t('refusal.unreachable');
  if (!(error instanceof Refusal)) throw error;
  const key = `refusal.${error.code}`;
  const allowed = error.allowed.length > 0 ? ` ${t('refusal.allowed', { allowed: error.allowed.map((word) => said('allowed', word)).join(', ') })}` : '';
  return `${isKey(key) ? t(key) : t('refusal.other')} ${error.message}.${allowed}`;
}
