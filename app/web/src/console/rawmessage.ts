/** A message as its sender wrote it, to be read by a person: text as text, JSON indented, all else as bytes. */

export const RAW_CHARS_MAX = 200_000; // a browser lays out more only slowly; what is left out is counted
const BYTES_A_LINE = 16;

export interface Raw {
  text: string;
  bytes: number;
  form: 'json' | 'text' | 'bytes';
  leftOut: number;
}

/** Read what was sealed as base64. Raises what `atob` raises for what is none. */
export function readRaw(base64: string): Raw {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const text = asText(bytes);
  const [whole, form] = text === null ? ([asHex(bytes), 'bytes'] as const) : indented(text);
  const shown = harmless(whole.slice(0, RAW_CHARS_MAX));
  return { text: shown, bytes: bytes.length, form, leftOut: Math.max(0, whole.length - RAW_CHARS_MAX) };
}

function asText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function indented(text: string): readonly [string, 'json' | 'text'] {
  try {
    return [JSON.stringify(JSON.parse(text), null, 2), 'json'];
  } catch (error) {
    if (error instanceof SyntaxError) return [text, 'text'];
    throw error;
  }
}

/** `0000  7b 22 61 ...  {"a` */
function asHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    const part = [...bytes.subarray(at, at + BYTES_A_LINE)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const read = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(BYTES_A_LINE * 3)} ${read}`);
  }
  return lines.join('\n');
}

/** Signs that are not seen, or turn the line around, are written out: a message must not look like another. */
function harmless(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
