/**
 * The sounds, made here and not played from files. Each is told from the others by rhythm and direction as well as by
 * pitch, because pitch alone is not heard in a noisy room or by everybody.
 */
export type Sound = 'new_call' | 'tower' | 'unanswered' | 'no_unit' | 'mayday' | 'connection_lost' | 'unrecorded' | 'attention' | 'offer' | 'must_hear' | 'test';

/** One tone: Hz at its start and end, when it begins and how long it lasts (s), and its wave. */
interface Tone {
  from: number;
  to: number;
  at: number;
  lasts: number;
  wave: OscillatorType;
}

const tone = (from: number, at: number, lasts: number, to = from, wave: OscillatorType = 'triangle'): Tone => ({ from, to, at, lasts, wave });

export const SOUNDS: Record<Sound, readonly Tone[]> = {
  new_call: [tone(660, 0, 0.14), tone(880, 0.16, 0.14), tone(660, 0.5, 0.14), tone(880, 0.66, 0.14)],
  tower: [tone(520, 0, 0.09, 520, 'square'), tone(520, 0.14, 0.09, 520, 'square'), tone(520, 0.28, 0.09, 520, 'square'), tone(390, 0.46, 0.4, 390, 'square')],
  unanswered: [tone(740, 0, 0.5, 440), tone(740, 0.6, 0.5, 440)],
  no_unit: [tone(330, 0, 0.3), tone(262, 0.32, 0.3), tone(196, 0.64, 0.6)],
  mayday: [tone(700, 0, 0.25, 1400, 'sawtooth'), tone(1400, 0.25, 0.25, 700, 'sawtooth'), tone(700, 0.5, 0.25, 1400, 'sawtooth'), tone(1400, 0.75, 0.25, 700, 'sawtooth'), tone(700, 1, 0.25, 1400, 'sawtooth'), tone(1400, 1.25, 0.25, 700, 'sawtooth')],
  connection_lost: [tone(480, 0, 0.25, 480, 'sine'), tone(240, 0.28, 0.5, 240, 'sine')],
  unrecorded: [tone(880, 0, 0.12, 880, 'square'), tone(440, 0.18, 0.3, 440, 'square'), tone(880, 0.6, 0.12, 880, 'square'), tone(440, 0.78, 0.3, 440, 'square')],
  attention: [tone(587, 0, 0.18), tone(587, 0.26, 0.18)],
  offer: [tone(784, 0, 0.12, 784, 'square'), tone(988, 0.14, 0.12, 988, 'square'), tone(1175, 0.28, 0.3, 1175, 'square'), tone(784, 0.8, 0.12, 784, 'square'), tone(988, 0.94, 0.12, 988, 'square'), tone(1175, 1.08, 0.3, 1175, 'square')],
  must_hear: [tone(1175, 0, 0.2, 1175, 'square'), tone(784, 0.24, 0.2, 784, 'square'), tone(1175, 0.48, 0.2, 1175, 'square'), tone(784, 0.72, 0.2, 784, 'square')],
  test: [tone(440, 0, 0.15), tone(554, 0.18, 0.15), tone(659, 0.36, 0.25)],
};

const RISE_S = 0.01; // a tone that begins at once clicks

export class Sounds {
  #context: AudioContext | null = null;
  volume = 0.5;

  /** Whether a sound would be heard. Browsers let a page sound only after somebody touched it. */
  get isArmed(): boolean {
    return this.#context?.state === 'running';
  }

  /** Call from a key or a click. */
  async arm(): Promise<boolean> {
    this.#context ??= new AudioContext();
    if (this.#context.state !== 'running') await this.#context.resume();
    return this.isArmed;
  }

  /** Play it; false when nobody heard anything. `loud` is not subject to the volume. */
  play(sound: Sound, loud = false): boolean {
    const context = this.#context;
    if (context?.state !== 'running') return false;
    const gain = loud ? 0.9 : this.volume;
    if (gain === 0) return false;
    for (const one of SOUNDS[sound]) sing(context, one, gain);
    return true;
  }
}

function sing(context: AudioContext, one: Tone, volume: number): void {
  const start = context.currentTime + 0.02 + one.at;
  const end = start + one.lasts;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = one.wave;
  oscillator.frequency.setValueAtTime(one.from, start);
  oscillator.frequency.linearRampToValueAtTime(one.to, end);
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume * (one.wave === 'triangle' || one.wave === 'sine' ? 1 : 0.5), start + RISE_S);
  gain.gain.setValueAtTime(gain.gain.value, Math.max(end - RISE_S, start + RISE_S));
  gain.gain.linearRampToValueAtTime(0, end);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(end);
}
