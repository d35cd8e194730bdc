import { describe, expect, it } from 'vitest';
import { RAW_CHARS_MAX, readRaw } from './rawmessage';

const sealed = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

describe('a raw message', () => {
  it('is indented where it is JSON, and left as it is where it is not', () => {
    expect(readRaw(sealed('{"said":"señal 417"}'))).toEqual({ text: '{\n  "said": "señal 417"\n}', bytes: 21, form: 'json', leftOut: 0 });
    expect(readRaw(sealed('<alert>\n</alert>'))).toMatchObject({ text: '<alert>\n</alert>', form: 'text' });
    expect(readRaw(sealed('{"cut off":'))).toMatchObject({ text: '{"cut off":', form: 'text' });
  });

  it('is shown byte by byte where it is no text', () => {
    const { text, form, bytes } = readRaw(btoa('\x01\x4d\x01\xff'));
    expect([form, bytes]).toEqual(['bytes', 4]);
    expect(text).toBe(`0000  01 4d 01 ff ${' '.repeat(36)} .M..`);
  });

  it('hides no sign and turns no line around', () => {
    expect(readRaw(sealed('call\u202e000\u0007\u200b')).text).toBe('call\\u{202e}000\\u{7}\\u{200b}');
  });

  it('says how much of a very long one is not shown', () => {
    const { text, leftOut, bytes } = readRaw(btoa('x'.repeat(RAW_CHARS_MAX + 7)));
    expect([text.length, leftOut, bytes]).toEqual([RAW_CHARS_MAX, 7, RAW_CHARS_MAX + 7]);
  });
});
