/** The keys of the console, outside of any field. `data-hotkey` on a control makes a letter or digit go there, `data-press` presses it. */
export const KEYS = ['/', '?', 'A', 'N', 'W', 'G', 'I', 'M', 'U', 'Y', 'F', 'Q', '↑ ↓', 'Enter', '1-5', 'V', 'D', 'R', 'E', 'Z', 'T', 'O', 'P', 'L', 'S', 'Esc'] as const;

/** Whether what is typed goes into a field and is no command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type);
}

/** Press the first control in sight that says so: for what can be taken back with another key. False where there is none. */
export function press(key: string): boolean {
  for (const control of document.querySelectorAll<HTMLButtonElement>(`button[data-press="${CSS.escape(key)}"]`)) {
    if (!control.checkVisibility() || control.disabled) continue;
    control.click();
    return true;
  }
  return false;
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
