/** Miles or kilometres: what the person chose, else what the phone's country drives by. */
const SLOT = 'auxilio.agent.miles';

class Measures {
  isMiles = $state((localStorage.getItem(SLOT) ?? String(/-(US|GB|LR|MM)$/i.test(navigator.language))) === 'true');

  toggle(): void {
    this.isMiles = !this.isMiles;
    localStorage.setItem(SLOT, String(this.isMiles));
  }
}

export const measures = new Measures();
