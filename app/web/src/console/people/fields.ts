import type { Role } from '$shared/seat.svelte';

/** What an administrator says of somebody; `login` counts for somebody new, `disabled` for somebody known. */
export interface PersonFields {
  login: string;
  name: string;
  role: Role;
  sectors: string[];
  never_idle: boolean;
  disabled: boolean;
}
