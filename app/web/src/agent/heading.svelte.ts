/** Which way the phone points, where it can tell: degrees from true north, smoothed, null without a compass. */

import type { Point } from '$shared/contract';
import { declinationDeg } from './declination';
import { relativeDeg, turn } from './geometry';

interface AppleOrientation extends DeviceOrientationEvent {
  readonly webkitCompassHeading?: number;
}
interface Asks {
  requestPermission?: () => Promise<'granted' | 'denied'>;
}

const SMOOTH = 0.25; // of each reading: steady enough to read, quick enough to turn with
const SILENT_MS = 3_000;
const FLAT_DEG = 60; // held steeper than that, `alpha` no longer says where the top edge points

export class Heading {
  #magneticDeg = $state<number | null>(null);
  #declinationDeg = $state(0);
  #heardAt = 0;
  #timer = 0;
  #isWanted = false;

  /** An iPhone asks its person, and only upon a tap. */
  mustAsk = $state(false);

  /** Asks for the compass in a calm moment, from a tap, so that nobody is asked on the way. */
  async ask(): Promise<void> {
    if (typeof DeviceOrientationEvent !== 'undefined') this.mustAsk = !(await isAllowed());
  }

  /** Begins to listen; called again from a tap where the phone must be asked first. */
  async start(): Promise<void> {
    this.#isWanted = true;
    await this.ask();
    if (!this.#mayListen()) return;
    window.addEventListener('deviceorientationabsolute', this.#take as EventListener);
    window.addEventListener('deviceorientation', this.#take);
    this.#timer = window.setInterval(() => {
      if (Date.now() - this.#heardAt > SILENT_MS) this.#magneticDeg = null;
    }, 1_000);
  }

  #mayListen(): boolean {
    return this.#isWanted && !this.mustAsk && this.#timer === 0;
  }

  get deg(): number | null {
    return this.#magneticDeg === null ? null : turn(this.#magneticDeg + this.#declinationDeg);
  }

  /** A compass points to the magnetic pole: how far beside the other one depends on where one is. */
  async locate(at: Point): Promise<void> {
    this.#declinationDeg = await declinationDeg(at, new Date());
  }

  stop(): void {
    this.#isWanted = false;
    window.removeEventListener('deviceorientationabsolute', this.#take as EventListener);
    window.removeEventListener('deviceorientation', this.#take);
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#magneticDeg = null;
  }

  #take = (event: AppleOrientation): void => {
    const read = headingOf(event, screen.orientation.angle);
    if (read === null) return;
    this.#heardAt = Date.now();
    this.#magneticDeg =
      this.#magneticDeg === null ? read : turn(this.#magneticDeg + relativeDeg(read, this.#magneticDeg) * SMOOTH);
  };
}

/** An iPhone asks its person, and only upon a tap: without one it refuses, which says that it has to be asked. */
async function isAllowed(): Promise<boolean> {
  const asks = DeviceOrientationEvent as unknown as Asks;
  if (asks.requestPermission === undefined) return true;
  try {
    return (await asks.requestPermission()) === 'granted';
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return false;
  }
}

/** The heading of the screen's top edge; null when the reading is not against north, or the phone stands upright. */
export function headingOf(event: AppleOrientation, screenAngle: number): number | null {
  if (typeof event.webkitCompassHeading === 'number') return turn(event.webkitCompassHeading + screenAngle);
  if (!event.absolute || event.alpha === null) return null;
  if (Math.abs(event.beta ?? 0) > FLAT_DEG || Math.abs(event.gamma ?? 0) > FLAT_DEG) return null;
  return turn(360 - event.alpha + screenAngle);
}
