// `tracedAll`: every method of an object, or of an instance of a class, with private fields and all.
import { tracedAll } from '@clew/spans';

class Catalogue {
  readonly #prices = new Map([
    ['thread', 900],
    ['lantern', 3400],
  ]);

  /** In cents. */
  priceOf(sku: string): number {
    const price = this.#prices.get(sku);
    if (price === undefined) throw new RangeError(`there is no ${sku}`);
    return price;
  }
}

export const catalogue: Catalogue = tracedAll(new Catalogue(), { prefix: 'catalogue' });
