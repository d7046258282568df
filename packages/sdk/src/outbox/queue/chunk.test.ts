import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createArena, type SlotRun } from './arena.ts';
import { openChunk, RECORD_HEADER_BYTES, type Chunk } from './chunk.ts';

const MAX_BYTES = 256 * 1024;

test('what was added is read again, in order, here and by a thread that opens the same run', () => {
  fc.assert(
    fc.property(additions(), (added) => {
      const run = takeRun();
      const chunk = openChunk(run);

      for (const each of added) addTo(chunk, each);

      const expected = added.map(({ kind, id, content }) => ({ kind, id, content: hex(content) }));
      const items = added.filter(({ kind }) => kind === 'item');
      for (const reader of [chunk, openChunk(run)]) {
        expect(contentsOf(reader)).toEqual(expected);
        expect(reader.count()).toBe(items.length);
        expect(reader.bytes()).toBe(run.used());
        expect([1, 2, 3].filter((id) => reader.isDefined(id))).toEqual(scopesIn(added));
      }
    }),
  );
});

test('dropping takes the oldest items, and leaves what they refer to', () => {
  fc.assert(
    fc.property(additions(), fc.nat(10), (added, drops) => {
      const chunk = openChunk(takeRun());
      for (const each of added) addTo(chunk, each);
      const dropped = Math.min(drops, chunk.count());

      for (let i = 0; i < dropped; i++) chunk.dropFirst();

      const oldest = new Set(added.filter(({ kind }) => kind === 'item').slice(0, dropped));
      const left = added.filter((each) => !oldest.has(each));
      expect(contentsOf(chunk)).toEqual(left.map(({ kind, id, content }) => ({ kind, id, content: hex(content) })));
      expect(chunk.count()).toBe(left.filter(({ kind }) => kind === 'item').length);
    }),
  );
});

test('a chunk takes in what another one holds, without what that has dropped', () => {
  const one = openChunk(takeRun());
  addTo(one, { kind: 'item', id: 1, content: Buffer.from('first') });
  const other = openChunk(takeRun());
  other.define('scope', 2, Buffer.from('scope'));
  addTo(other, { kind: 'item', id: 2, content: Buffer.from('dropped') });
  addTo(other, { kind: 'item', id: 2, content: Buffer.from('second') });
  other.dropFirst();

  one.addAll(other);

  expect(contentsOf(one).map(({ content }) => Buffer.from(content, 'hex').toString())).toEqual([
    'first',
    'scope',
    'second',
  ]);
  expect(one.count()).toBe(2);
  expect(one.isDefined(2)).toBe(true);
});

test('there is room for as much as the run has, and not for a byte more', () => {
  const run = takeRun();
  const chunk = openChunk(run);
  addTo(chunk, { kind: 'item', id: 1, content: Buffer.alloc(1000) });
  const left = run.bytes.length - 1000 - RECORD_HEADER_BYTES;

  expect([chunk.hasRoomFor(left), chunk.hasRoomFor(left + 1)]).toEqual([true, false]);
});

interface Addition {
  readonly kind: 'item' | 'scope' | 'resource';
  readonly id: number;
  readonly content: Uint8Array;
}

function additions(): fc.Arbitrary<Addition[]> {
  const addition = fc.record({
    kind: fc.constantFrom('item', 'item', 'scope', 'resource'),
    id: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.nat(0xffff_ffff)),
    content: fc.uint8Array({ maxLength: 400 }),
  } as const);
  return fc.array(addition, { maxLength: 30 });
}

/** An item comes at the start of a buffer that is longer. */
function addTo(chunk: Chunk, { kind, id, content }: Addition): void {
  if (kind === 'item') chunk.add(id, Buffer.concat([content, Buffer.from('of an earlier item')]), content.length);
  else chunk.define(kind, id, content);
}

function contentsOf(chunk: Chunk): { kind: string; id: number; content: string }[] {
  return Array.from(chunk.records(), ({ kind, id, buffer, start, end }) => {
    return { kind, id, content: hex(buffer.subarray(start, end)) };
  });
}

function scopesIn(added: readonly Addition[]): number[] {
  return [1, 2, 3].filter((id) => added.some((each) => each.kind === 'scope' && each.id === id));
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const takeRun = (): SlotRun => createArena(MAX_BYTES).take(MAX_BYTES, { threadId: 0, queue: 0 }) as SlotRun;
