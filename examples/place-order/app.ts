// npx @clew/cli run --show all -- node app.ts
// Places two orders. The second one's card is declined, and its trace shows where that happened.
import { placeOrder } from './place-order.ts';
import { startTaxService } from './tax-service.ts';

const ORDER = {
  customer: 'ada',
  country: 'NL',
  lines: [
    { sku: 'thread', quantity: 2 },
    { sku: 'lantern', quantity: 1 },
  ],
};

const taxService = await startTaxService();
for (const card of ['4242 4242 4242 4242', '4000 0000 0000 0002']) {
  try {
    const { cents } = await placeOrder({ ...ORDER, card }, taxService.url);
    console.log(`order placed, ${cents} cents charged`);
  } catch (error) {
    console.log(`order not placed: ${(error as Error).message}`);
  }
}
taxService.stop();
