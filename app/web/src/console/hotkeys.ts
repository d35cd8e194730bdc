/** The keys of the console, outside of any field. `data-hotkey` on a control makes a letter or digit go there. */
export const KEYS = ['/', '?', 'A', 'N', 'W', 'G', 'I', 'M', 'U', '↑ ↓', 'Enter', '1-5', 'V', 'D', 'R', 'T', 'O', 'P', 'L', 'S', 'Esc'] as const;

/** Whether what is typed goes into a field and is no command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type);
}

/** Go to the first control in sight that answers to this key. A control is gone to, never pressed: Enter does that. */
export function goTo(key: string): boolean {
  const wanted = key.toLowerCase();
  const controls = document.querySelectorAll<HTMLElement>(`[data-hotkey="${CSS.escape(wanted)}"]`);
  for (const control of controls) {
    if (!control.checkVisibility() || control.matches(':disabled')) continue;
    control.focus();
    control.scrollIntoView({ block: 'nearest' });
    return true;
  }
  return false;
}
