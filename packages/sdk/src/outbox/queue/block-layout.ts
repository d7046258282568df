import { SLOT_BYTES } from './arena.ts';

// A slot of the arena, cut into blocks. The first ones hold three 32-bit words for each block of the slot:
//
//   slot    [ words of block 0, 1, 2 … 127 │ block 3 │ block 4 │ … │ block 127 ]
//   words   [ state │ link │ note ]
//
//   state   first block of an item or definition: its length and kind. Written last when it is put and cleared first when
//           it is freed, so whoever finds it finds everything. 0 for all other blocks
//   link    next block of the same chain, or next free block
//   note    first block of an item: the number of its scope; of a definition: its own number
//
// A block is known by its number in the arena: an item is a chain of blocks, which may stand in any slots of its thread.

/** Most spans have 300 to 700 bytes: with a half of this a store holds a sixth more of them, and takes a sixth longer. */
export const BLOCK_BYTES = 512;
const WORDS_PER_BLOCK = 3;
export const LINK = 1;
export const NOTE = 2;

const BLOCKS_PER_SLOT: number = SLOT_BYTES / BLOCK_BYTES;
const SLOT_SHIFT: number = Math.log2(BLOCKS_PER_SLOT);
const WORDS_PER_SLOT = SLOT_BYTES / Int32Array.BYTES_PER_ELEMENT;
/** Blocks at the start of a slot that hold the words. */
const WORD_BLOCKS = Math.ceil((BLOCKS_PER_SLOT * WORDS_PER_BLOCK * Int32Array.BYTES_PER_ELEMENT) / BLOCK_BYTES);
/** Blocks of a slot that hold bytes. */
export const USABLE_BLOCKS: number = BLOCKS_PER_SLOT - WORD_BLOCKS;

export const ITEM = 1;
export const SCOPE = 2;
export const RESOURCE = 3;
const KIND_BITS = 2;

/** State of a block in which nothing starts. */
export const NOTHING = 0;
/** State of the first block of a chain. */
export const stateOf = (kind: number, length: number): number => (length << KIND_BITS) | kind;
export const kindOf = (state: number): number => state & ((1 << KIND_BITS) - 1);
export const lengthOf = (state: number): number => state >>> KIND_BITS;

/** Longest chain, in bytes: its length must fit into a state. */
export const MAX_CHAIN_BYTES: number = 2 ** (31 - KIND_BITS) - 1;
/** Blocks of a chain: even nothing takes one, which has the state. */
export const blocksFor = (length: number): number => (length <= BLOCK_BYTES ? 1 : Math.ceil(length / BLOCK_BYTES));

export const slotOf = (block: number): number => block >>> SLOT_SHIFT;
export const firstBlockOf = (slot: number): number => slot * BLOCKS_PER_SLOT + WORD_BLOCKS;
/** Place of a block's words: of its state, and `LINK` and `NOTE` further on. */
export const wordsOf = (block: number): number =>
  slotOf(block) * WORDS_PER_SLOT + (block & (BLOCKS_PER_SLOT - 1)) * WORDS_PER_BLOCK;

/**
 * Reads the bytes of a chain.
 *
 * @param spare gets the bytes that are not side by side, if there is room in it
 * @returns undefined when a link leads nowhere: the thread that writes may free the chain meanwhile
 */
export function readChain(
  words: Int32Array,
  data: Buffer,
  first: number,
  length: number,
  spare: Buffer,
): Buffer | undefined {
  const end = first * BLOCK_BYTES + length;
  if (length <= BLOCK_BYTES) return data.subarray(first * BLOCK_BYTES, end);
  const target = length <= spare.length ? spare : Buffer.allocUnsafeSlow(length);
  let block = first;
  let from = first;
  let start = 0; // of the bytes in adjacent blocks, which are copied together
  for (let at = BLOCK_BYTES; at < length; at += BLOCK_BYTES) {
    const next = words[wordsOf(block) + LINK] as number;
    if (next < 0 || next * BLOCK_BYTES >= data.length) return undefined;
    if (next !== block + 1) {
      data.copy(target, start, from * BLOCK_BYTES, from * BLOCK_BYTES + at - start);
      start = at;
      from = next;
    }
    block = next;
  }
  if (from === first) return data.subarray(first * BLOCK_BYTES, end);
  data.copy(target, start, from * BLOCK_BYTES, from * BLOCK_BYTES + length - start);
  return target.subarray(0, length);
}
