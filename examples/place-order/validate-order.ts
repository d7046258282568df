// `traced`: the same function with a span around each call. Types, `this`, name and length stay; sync stays sync.
import { traced } from '@clew/spans';

export interface Order {
  readonly customer: string;
  readonly country: string;
  readonly card: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/** @throws {TypeError} if it is no order */
export const validateOrder = traced('order.validate', (request: unknown): Order => {
  if (!isOrder(request)) throw new TypeError('not an order');
  return request;
});

function isOrder(value: unknown): value is Order {
  const { customer, country, card, lines } = Object(value) as Partial<Record<keyof Order, unknown>>;
  const texts = [customer, country, card];
  return texts.every((text) => typeof text === 'string') && Array.isArray(lines) && lines.length > 0;
}
