/** Writes into the built service worker what the agent's page needs to start without signal, and which version that is. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin, Rollup } from 'vite';

const BASE = '/web/';
const ENTRY = 'agent';
const PAGE = 'agent.html';
const WORKER = 'sw.js';
const BESIDE = ['/agent/manifest.webmanifest', '/web/icon.svg', '/web/icon-192.png', '/web/icon-512.png', '/web/icon-maskable-512.png'];

export function shell(): Plugin {
  return {
    name: 'auxilio-agent-shell',
    apply: 'build',
    async writeBundle(options, bundle) {
      const dist = options.dir ?? 'dist';
      const files = [...needed(bundle)].sort();
      const page = await readFile(join(dist, PAGE));
      const worker = await readFile(join(dist, WORKER), 'utf8');
      // Hashed names change with their content; the page and the worker have none, so their content counts itself.
      const version = createHash('sha256').update(files.join()).update(page).update(worker).digest('hex').slice(0, 12);
      const urls = ['/agent', ...BESIDE, ...files.map((file) => BASE + file)];
      const written = worker.replace('__SHELL__', JSON.stringify(urls)).replace('__VERSION__', JSON.stringify(version));
      if (written.includes('__SHELL__') || written.includes('__VERSION__')) throw new Error('the worker names them twice');
      await writeFile(join(dist, WORKER), written);
    },
  };
}

/** Every file the agent's entry leads to: scripts, the ones loaded later too, styles, and what they name. */
function needed(bundle: Rollup.OutputBundle): Set<string> {
  const found = new Set<string>();
  const entry = Object.values(bundle).find((one) => one.type === 'chunk' && one.isEntry && one.name === ENTRY);
  const left = entry === undefined ? [] : [entry.fileName];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const chunk = bundle[file];
    if (chunk?.type !== 'chunk') continue;
    left.push(...chunk.imports, ...chunk.dynamicImports);
    for (const extra of [chunk.viteMetadata?.importedCss, chunk.viteMetadata?.importedAssets]) left.push(...(extra ?? []));
  }
  return found;
}
