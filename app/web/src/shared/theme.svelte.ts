/** Dark or light: what the person chose, else what the machine prefers. */
export type ThemeName = 'dark' | 'light';
const SLOT = 'auxilio.theme';

class Theme {
  name = $state<ThemeName>('dark');

  restore(): void {
    const kept = localStorage.getItem(SLOT);
    this.use(kept === 'light' || kept === 'dark' ? kept : matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
  }

  use(name: ThemeName): void {
    this.name = name;
    localStorage.setItem(SLOT, name);
    document.documentElement.dataset['theme'] = name;
  }

  toggle(): void {
    this.use(this.name === 'dark' ? 'light' : 'dark');
  }
}

export const theme = new Theme();
