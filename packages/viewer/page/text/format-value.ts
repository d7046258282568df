import type { DetailPairs, DetailValue } from '../../src/api/answers.ts';
import { beginningOf } from './visible-text.ts';

/** The text of a value as it is copied and shown whole: a text as it is, everything else as indented JSON. */
export function valueText(value: DetailValue): string {
  if (typeof value === 'string') return value;
  return special(value) ?? (typeof value === 'object' && value !== null ? jsonText(value) : String(value));
}

/** A value within a line: `"text"`, `81`, `{orderId: 81}`. Not made visible yet. */
export function inlineValue(value: DetailValue): string {
  const parts: string[] = [];
  write(value, parts, { left: MAX_LENGTH }, 0);
  return parts.join('');
}

/** Pairs within a line: `orderId: 81, card: "visa"`. Not made visible yet. */
export function inlinePairs(pairs: DetailPairs): string {
  const parts: string[] = [];
  const room = { left: MAX_LENGTH };
  for (const [index, [key, value]] of pairs.entries()) {
    if (room.left <= 0) {
      parts.push(', …');
      break;
    }
    push(parts, room, `${index === 0 ? '' : ', '}${key}: `);
    write(value, parts, room, 1);
  }
  return parts.join('');
}

/** Characters after which a value is no longer written out: rows and cells have no room for more. */
const MAX_LENGTH = 500;
const MAX_DEPTH = 4;
const MAX_TEXT = 120;

interface Room {
  left: number;
}

function write(value: DetailValue, parts: string[], room: Room, depth: number): void {
  if (room.left <= 0) return;
  const written = special(value);
  if (written !== undefined) push(parts, room, written);
  else if (typeof value === 'string') push(parts, room, JSON.stringify(inlineText(value)));
  else if (typeof value !== 'object' || value === null) push(parts, room, String(value));
  else if (depth >= MAX_DEPTH) push(parts, room, '…');
  else writeMembers(value, parts, room, depth);
}

/** The first line of a text, and not too much of that: stack traces stand among the attributes of log lines. */
function inlineText(text: string): string {
  const start = beginningOf(text, MAX_TEXT);
  const [line = ''] = start.split('\n', 1);
  return line.length < text.length ? `${line}…` : line;
}

function writeMembers(value: object, parts: string[], room: Room, depth: number): void {
  const isList = Array.isArray(value);
  push(parts, room, isList ? '[' : '{');
  let isFirst = true;
  for (const [key, member] of Object.entries(value) as [string, DetailValue][]) {
    if (room.left <= 0) break;
    push(parts, room, `${isFirst ? '' : ', '}${isList ? '' : `${key}: `}`);
    write(member, parts, room, depth + 1);
    isFirst = false;
  }
  parts.push(room.left <= 0 ? '…' : '', isList ? ']' : '}');
}

function push(parts: string[], room: Room, text: string): void {
  parts.push(text);
  room.left -= text.length;
}

/** Values that JSON has no form for, see `DetailValue`. */
function special(value: DetailValue): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const [key, inner] = entries[0] ?? [];
  if (entries.length !== 1 || typeof inner !== 'string') return undefined;
  if (key === '$int' || key === '$double') return inner;
  return key === '$bytes' ? `<${byteCount(inner)} bytes> ${inner}` : undefined;
}

function byteCount(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

/** Short objects and lists stay on one line. */
function jsonText(value: object): string {
  const replacer = (_: string, member: DetailValue) => special(member) ?? member;
  try {
    const flat = JSON.stringify(value, replacer);
    return flat.length <= 80 ? flat : JSON.stringify(value, replacer, 2);
  } catch {
    return '<nested too deeply to be shown>';
  }
}
