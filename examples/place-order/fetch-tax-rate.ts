// A call to somebody else: the span says what for, the ones below it come from the preload, which knows `fetch`.
import { traced } from '@clew/spans';

/** The share of the price that a country takes on top, from 0 to 1. */
export const fetchTaxRate = traced(
  'tax.rate',
  async (url: string, country: string): Promise<number> => {
    const answer = await fetch(`${url}/rates/${country}`);
    if (!answer.ok) throw new Error(`the tax service answered ${answer.status}`);
    const { rate } = (await answer.json()) as { rate: number };
    return rate;
  },
  { attributes: (_, country) => ({ 'tax.country': country }) },
);
