/** One app per unit on a phone: two would both say what the outbox holds, and each would know half of it. */

/** Claims the unit until the page is closed or another page takes it over. False when another page has it. */
export function claim(unitId: string, onLost: () => void, steal = false): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true); // not over HTTPS: nothing is kept either
  return new Promise((resolve) => {
    const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    };
    navigator.locks.request(`auxilio-agent-${unitId}`, options, hold).catch(onLost);
  });
}
