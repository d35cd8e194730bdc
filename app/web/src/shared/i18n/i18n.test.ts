import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { CATALOGUES } from './i18n.svelte';

const HOLE = /\{\w+\}/g;
const SOURCES = join(import.meta.dirname, '..', '..');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && /\.(svelte|ts)$/.test(file.name) && !file.name.endsWith('.test.ts'))
    .map((file) => join(file.parentPath, file.name));
}

describe('the catalogues', () => {
  for (const [language, catalogue] of Object.entries(CATALOGUES)) {
    it(`${language} has every string of English, and no other`, () => {
      expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    });

    it(`${language} leaves no string empty and fills the same holes`, () => {
      for (const [key, english] of Object.entries(en)) {
        const message = catalogue[key as keyof typeof en];
        expect(message.trim(), key).not.toBe('');
        expect([...new Set(message.match(HOLE))].sort(), key).toEqual([...new Set(english.match(HOLE))].sort());
      }
    });
  }

  it('hold every key the sources ask for by name', () => {
    const asked = sources(SOURCES).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? ''),
    );
    expect(asked.filter((key) => !(key in en))).toEqual([]);
  });
});
