// `span`: a span around a block of code. It ends when the promise settles; what the block throws is recorded and
// thrown on.
import { span } from '@clew/spans';

import { chargeCard } from './charge-card.ts';
import { fetchTaxRate } from './fetch-tax-rate.ts';
import { priceOrder } from './price-order.ts';
import { validateOrder } from './validate-order.ts';

/** @returns what was charged, tax included */
export function placeOrder(request: unknown, taxUrl: string): Promise<{ readonly cents: number }> {
  return span('order.place', async (place) => {
    const order = validateOrder(request);
    place.setAttribute('order.lines', order.lines.length);

    const net = priceOrder(order);
    const rate = await fetchTaxRate(taxUrl, order.country);
    const cents = Math.round(net * (1 + rate));
    place.setAttribute('order.cents', cents);

    await chargeCard(order.card, cents);
    return { cents };
  });
}
