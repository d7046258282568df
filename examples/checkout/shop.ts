// The whole shop in one command: `clew run -- node shop.ts`. Ctrl-C closes it.
import { openShop } from './shop/open-shop.ts';

const opening = openShop();
let closing: Promise<void> | undefined;
const close = () => {
  closing ??= opening.then(
    (shop) => shop.close(),
    () => {}, // it has cleared away what it had started
  );
};
// Not `once`: Ctrl-C reaches the whole process group, and whoever runs us may pass it on a second time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close);

try {
  const { url } = await opening;
  console.log(`the shop is open at ${url}`);
} catch (error) {
  if (closing === undefined) throw error; // otherwise it was asked to close while it was opening
}
