// Stands in for the bank's own library, which tells by events how far it is.
import { EventEmitter } from 'node:events';
import { setTimeout } from 'node:timers/promises';

export type Answer = 'approved' | 'declined';

interface InquiryEvents {
  'customer asked': [];
  'customer confirmed': [];
  answer: [Answer];
}

const DECLINED = '4000 0000 0000 0002';
const NETWORK_MILLIS = 3;
const CUSTOMER_MILLIS = 20;

export function askBank(card: string, _cents: number): EventEmitter<InquiryEvents> {
  const inquiry = new EventEmitter<InquiryEvents>();
  void proceed(inquiry, card);
  return inquiry;
}

async function proceed(inquiry: EventEmitter<InquiryEvents>, card: string): Promise<void> {
  await setTimeout(NETWORK_MILLIS);
  inquiry.emit('customer asked');
  await setTimeout(CUSTOMER_MILLIS);
  inquiry.emit('customer confirmed');
  await setTimeout(NETWORK_MILLIS);
  inquiry.emit('answer', card === DECLINED ? 'declined' : 'approved');
}
