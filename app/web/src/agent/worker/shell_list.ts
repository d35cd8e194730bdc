/** What the build writes in: every file the agent's page needs, and a version that changes when any of them does. */
declare const __SHELL__: readonly string[];
declare const __VERSION__: string;

export const SHELL = __SHELL__;
export const VERSION = __VERSION__;

export function shelf(version: string): string {
  return `auxilio-agent-shell-${version}`;
}
