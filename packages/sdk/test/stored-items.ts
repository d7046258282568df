import type { Scope } from '../src/outbox/queue/record-queue.ts';

/** The bytes of an item, which are its number over and over: most as long as a span, some much longer. */
export function itemBytes(number: number): Buffer {
  return Buffer.alloc(4 + lengthFor(number), Buffer.from(Int32Array.of(number).buffer));
}

/** The number in an item's bytes, which must be all there and no others. */
export function numberOf(bytes: Buffer): number {
  const number = bytes.readInt32LE();
  if (!bytes.equals(itemBytes(number))) throw new Error(`item ${number} is not whole`);
  return number;
}

export const RESOURCE: Buffer = Buffer.from('resource'.repeat(100));

const SCOPES: readonly [Scope, Scope, Scope] = [scope(1), scope(2), scope(3)];

/** The scope of an item: each has one of three. */
export const scopeFor = (number: number): Scope => SCOPES[(number % 3) as 0 | 1 | 2];

function scope(id: number): Scope {
  return { id, definition: Buffer.from(`scope ${id}`) };
}

function lengthFor(number: number): number {
  const scattered = Math.imul(number, 0x9e37_79b1) >>> 0;
  return number % 97 === 0 ? scattered % 200_000 : scattered % 1500;
}
