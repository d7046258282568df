// `startSpan`: for what begins in one callback and ends in another, so that no function can be put around it. To end a
// span with its block instead, Node 24 has `using waiting = startSpan('bank.queue')`.
import { once } from 'node:events';

import { startSpan } from '@clew/spans';

import { type Answer, askBank } from './bank.ts';

/** Asks the bank, which asks the customer. That it declines is an answer, not an error. */
export async function authorise(card: string, cents: number): Promise<Answer> {
  const inquiry = askBank(card, cents);
  inquiry.once('customer asked', () => {
    const confirmation = startSpan('customer.confirm');
    inquiry.once('customer confirmed', () => confirmation.end());
  });
  const [answer] = (await once(inquiry, 'answer')) as [Answer];
  return answer;
}
