/**
 * Memory outside of V8's heap in pages of 256 bytes, for chains of items that come one by one and go together. Pages that
 * were freed are used again: a store that forgets as much as it receives leaves no garbage.
 *
 *     page   ┌──────┬──────────────┬──────────────┬───────────
 *            │ next │ item         │ item         │ item …      goes on in the next page
 *            └──────┴──────────────┴──────────────┴───────────
 *     item   ┌────────┬───────────┬───────┐
 *            │ length │ 4 numbers │ bytes │  its numbers stand in one page; it ends at a multiple of 4
 *            └────────┴───────────┴───────┘
 *
 * Everything but the bytes is a 32-bit word, and so is the address of an item: it counts words.
 */
export interface PagePool {
  /** Pages that `append` would add to the chain, or to a new one. */
  pagesFor(chain: Chain | undefined, byteLength: number): number;
  /** Adds an item with the bytes `from` up to `to`. @returns its address, which is not 0 */
  append(chain: Chain, numbers: ItemNumbers, bytes: Buffer, from: number, to: number): number;
  /** Address of the first item of the chain; 0 when it has none. */
  first(chain: Chain): number;
  /** Address of the item that follows in the chain; 0 when none does. */
  next(chain: Chain, address: number): number;
  byteLength(address: number): number;
  number(address: number, index: 0 | 1 | 2 | 3): number;
  /** The bytes of the item, to be read before the next call. */
  bytes(address: number): Buffer;
  /** Frees the pages of the chain. */
  free(chain: Chain): void;
  /** Frees the pages of all chains. */
  clear(): void;
}

export interface Chain {
  firstPage: number;
  lastPage: number;
  /** Position in the last page where the next item begins, in words. */
  end: number;
}

type ItemNumbers = readonly [number, number, number, number];

export const PAGE_BYTES = 256;

const PAGE_WORDS = PAGE_BYTES / 4;
const PAGE_BITS = 6; // of an address
const WORD_MASK = PAGE_WORDS - 1;
const SLAB_BITS = 12; // of the number of a page: slabs of 1 MiB
const PAGES_PER_SLAB = 1 << SLAB_BITS;
const HEADER_WORDS = 5;
const MAX_COPIED_BYTES = 64 * 1024; // of the buffer that is kept for the next item

interface Slab {
  readonly words: Int32Array;
  readonly bytes: Buffer;
}

export function emptyChain(): Chain {
  return { firstPage: 0, lastPage: 0, end: PAGE_WORDS };
}

// oxlint-disable-next-line max-lines-per-function -- its functions close over the slabs; none is long
export function createPagePool(): PagePool {
  const slabs: Slab[] = [];
  let pages = 1; // page 0 stands for none
  let freePage = 0;
  let copied = Buffer.alloc(0);

  function slabOf(page: number): Slab {
    const slab = slabs[page >>> SLAB_BITS];
    if (slab === undefined) throw new RangeError(`page ${page} is beyond the last one`);
    return slab;
  }

  function nextPage(page: number): number {
    return slabOf(page).words[firstWord(page)] ?? 0;
  }

  function setNextPage(page: number, next: number): void {
    slabOf(page).words[firstWord(page)] = next;
  }

  function word(address: number, index: number): number {
    const page = address >>> PAGE_BITS;
    return slabOf(page).words[firstWord(page) + (address & WORD_MASK) + index] ?? 0;
  }

  function takePage(): number {
    if (freePage !== 0) {
      const page = freePage;
      freePage = nextPage(page);
      return page;
    }
    if (pages >= slabs.length << SLAB_BITS) slabs.push(newSlab());
    pages += 1;
    return pages - 1;
  }

  function addPage(chain: Chain): void {
    const page = takePage();
    setNextPage(page, 0);
    if (chain.firstPage === 0) chain.firstPage = page;
    else setNextPage(chain.lastPage, page);
    chain.lastPage = page;
    chain.end = 1;
  }

  function write(chain: Chain, bytes: Buffer, from: number, to: number): void {
    let end = 4 * chain.end;
    for (let at = from; at < to;) {
      if (end === PAGE_BYTES) {
        addPage(chain);
        end = 4;
      }
      const taken = Math.min(PAGE_BYTES - end, to - at);
      bytes.copy(slabOf(chain.lastPage).bytes, 4 * firstWord(chain.lastPage) + end, at, at + taken);
      at += taken;
      end += taken;
    }
    chain.end = Math.ceil(end / 4);
  }

  return {
    pagesFor(chain, byteLength) {
      const end = chain?.end ?? PAGE_WORDS;
      const hasRoom = end + HEADER_WORDS <= PAGE_WORDS;
      const room = PAGE_BYTES - 4 * ((hasRoom ? end : 1) + HEADER_WORDS);
      return (hasRoom ? 0 : 1) + Math.ceil(Math.max(0, byteLength - room) / (PAGE_BYTES - 4));
    },
    append(chain, [first, second, third, fourth], bytes, from, to) {
      if (chain.end + HEADER_WORDS > PAGE_WORDS) addPage(chain);
      const { words } = slabOf(chain.lastPage);
      const at = firstWord(chain.lastPage) + chain.end;
      words[at] = to - from;
      words[at + 1] = first;
      words[at + 2] = second;
      words[at + 3] = third;
      words[at + 4] = fourth;
      const address = addressOf(chain.lastPage, chain.end);
      chain.end += HEADER_WORDS;
      write(chain, bytes, from, to);
      return address;
    },
    first: ({ firstPage }) => (firstPage === 0 ? 0 : addressOf(firstPage, 1)),
    next(chain, address) {
      let page = address >>> PAGE_BITS;
      let at = 4 * ((address & WORD_MASK) + HEADER_WORDS);
      let rest = word(address, 0);
      for (; rest > PAGE_BYTES - at; at = 4) {
        rest -= PAGE_BYTES - at;
        page = nextPage(page);
      }
      const end = Math.ceil((at + rest) / 4);
      if (page === chain.lastPage && end === chain.end) return 0;
      return end + HEADER_WORDS > PAGE_WORDS ? addressOf(nextPage(page), 1) : addressOf(page, end);
    },
    byteLength: (address) => word(address, 0),
    number: (address, index) => word(address, index + 1),
    bytes(address) {
      const length = word(address, 0);
      if (copied.length < length) copied = Buffer.allocUnsafeSlow(length);
      const target = copied;
      if (length > MAX_COPIED_BYTES) copied = Buffer.alloc(0);
      let page = address >>> PAGE_BITS;
      let from = 4 * ((address & WORD_MASK) + HEADER_WORDS);
      for (let at = 0; at < length; from = 4) {
        const start = 4 * firstWord(page) + from;
        at += slabOf(page).bytes.copy(target, at, start, start + Math.min(PAGE_BYTES - from, length - at));
        page = nextPage(page);
      }
      return target.subarray(0, length);
    },
    free(chain) {
      if (chain.firstPage === 0) return;
      setNextPage(chain.lastPage, freePage);
      freePage = chain.firstPage;
      Object.assign(chain, emptyChain());
    },
    clear() {
      slabs.length = 0;
      [pages, freePage] = [1, 0];
    },
  };
}

function firstWord(page: number): number {
  return (page & (PAGES_PER_SLAB - 1)) * PAGE_WORDS;
}

function addressOf(page: number, wordInPage: number): number {
  return ((page << PAGE_BITS) | wordInPage) >>> 0;
}

function newSlab(): Slab {
  const words = new Int32Array(PAGES_PER_SLAB * PAGE_WORDS);
  return { words, bytes: Buffer.from(words.buffer) };
}
