/**
 * Milliseconds that never go back and go on while the machine sleeps. `performance.now` stands still with the lid closed,
 * so a picture would look fresh after an hour; the wall clock alone may be set back. So each step is the longer of the two.
 */
export class SteadyClock {
  readonly #monotonic: () => number;
  readonly #wall: () => number;
  #atMonotonic: number;
  #atWall: number;
  #now = 0;

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = () => Date.now()) {
    this.#monotonic = monotonic;
    this.#wall = wall;
    this.#atMonotonic = monotonic();
    this.#atWall = wall();
  }

  now(): number {
    const monotonic = this.#monotonic();
    const wall = this.#wall();
    this.#now += Math.max(monotonic - this.#atMonotonic, wall - this.#atWall, 0);
    this.#atMonotonic = monotonic;
    this.#atWall = wall;
    return this.#now;
  }
}
