import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  preprocess: vitePreprocess({ script: false, style: false }),
  // Styles go into the stylesheet file: the page's policy refuses inline ones.
  compilerOptions: { runes: true, css: 'external' },
};
