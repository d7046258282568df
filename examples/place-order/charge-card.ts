// `attributes` as a function of the arguments: what to know of each call, and never the number of a card.
import { traced } from '@clew/spans';

import { authorise } from './authorise.ts';

/** @throws if the bank declines */
export const chargeCard = traced(
  'payment.charge',
  async (card: string, cents: number): Promise<void> => {
    const answer = await authorise(card, cents);
    if (answer === 'declined') throw new Error('card declined');
  },
  { attributes: (card, cents) => ({ 'card.last_digits': card.slice(-4), 'payment.cents': cents }) },
);
