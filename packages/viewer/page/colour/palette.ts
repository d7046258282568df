/** Gives each service a hue that stays the same while the page is open, and mostly the same between pages. */
export interface Palette {
  /** Degrees on the colour circle of OKLCH. */
  hueOf(service: string): number;
}

/**
 * Creates a palette. The hash of a name picks its hue, so that it does not depend on the order in which services appear; a
 * hue that another service has already is passed over while there are others.
 */
export function createPalette(): Palette {
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  return {
    hueOf(service) {
      const known = hues.get(service);
      if (known !== undefined) return known;
      const slot = freeSlot(hash(service) % HUES.length, taken);
      taken.add(slot);
      if (taken.size === HUES.length) taken.clear();
      const hue = HUES[slot] ?? 0;
      if (hues.size < MAX_SERVICES) hues.set(service, hue);
      return hue;
    },
  };
}

/** Hues that can be told apart in both themes. Red is left to errors, and yellow to warnings. */
const HUES = [255, 160, 300, 200, 345, 130, 275, 60, 230, 320, 180, 100];
const MAX_SERVICES = 5000;

function freeSlot(wanted: number, taken: ReadonlySet<number>): number {
  for (let step = 0; step < HUES.length; step += 1) {
    const slot = (wanted + step) % HUES.length;
    if (!taken.has(slot)) return slot;
  }
  return wanted;
}

/** FNV-1a over UTF-16 units; names of services may be long, their beginning tells them apart. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length && index < 200; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  return value >>> 0;
}
