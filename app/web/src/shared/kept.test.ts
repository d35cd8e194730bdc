import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unreachable } from './api';
import { ASK_MS, ASK_MS_MIN, Kept, SETTLES_MS } from './kept.svelte';

describe('what is kept', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is asked for at once and again, and never more often than every ten seconds', async () => {
    const ask = vi.fn(() => Promise.resolve(1));
    const stop = new Kept(ask, () => Date.now(), 1).keep();
    await vi.advanceTimersByTimeAsync(ASK_MS_MIN - 1);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(2);
    stop();
    await vi.advanceTimersByTimeAsync(10 * ASK_MS);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('stays when nobody answers, grows old and says why', async () => {
    let isAway = false;
    const kept = new Kept(() => (isAway ? Promise.reject(new Unreachable('no answer')) : Promise.resolve('seen')), () => Date.now());
    const stop = kept.keep();
    await vi.advanceTimersByTimeAsync(0);
    expect([kept.value, kept.ageS(Date.now()), kept.isOld(Date.now())]).toEqual(['seen', 0, false]);
    isAway = true;
    await vi.advanceTimersByTimeAsync(4 * ASK_MS);
    expect(kept.value).toBe('seen');
    expect(kept.fault).toBeInstanceOf(Unreachable);
    expect([kept.ageS(Date.now()), kept.isOld(Date.now())]).toEqual([60, true]);
    isAway = false;
    await vi.advanceTimersByTimeAsync(ASK_MS);
    expect([kept.fault, kept.ageS(Date.now())]).toEqual([null, 0]);
    stop();
  });

  it('is looked at once more soon where the outcome of what was done is still to come', async () => {
    const ask = vi.fn(() => Promise.resolve(1));
    const kept = new Kept(ask, () => Date.now());
    const stop = kept.keep();
    await kept.again(SETTLES_MS);
    await vi.advanceTimersByTimeAsync(SETTLES_MS);
    expect(ask).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(ASK_MS - 1);
    expect(ask).toHaveBeenCalledTimes(3);
    stop();
  });

  it('takes no answer that was overtaken by a newer question', async () => {
    const answers: ((value: string) => void)[] = [];
    const kept = new Kept(() => new Promise<string>((resolve) => void answers.push(resolve)), () => 0);
    const stop = kept.keep();
    const second = kept.again();
    answers[1]?.('after');
    await second;
    answers[0]?.('before');
    await vi.advanceTimersByTimeAsync(0);
    expect(kept.value).toBe('after');
    stop();
  });

  it('does not swallow what is no fault of the network', async () => {
    const kept = new Kept(() => Promise.reject(new TypeError('a mistake of ours')), () => 0);
    await expect(kept.again()).rejects.toThrow('a mistake of ours');
  });
});
