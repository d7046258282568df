// The whole shop in one command: `clew run -- node shop.ts`. Ctrl-C closes it.
import { openShop } from './shop/open-shop.ts';

const opening = openShop();
let closing: Promise<void> | undefined;
const close = () => void (closing ??= opening.then((shop) => shop.close()));
// Not `once`: Ctrl-C reaches the whole process group, and whoever runs us may pass it on a second time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close);

const { url } = await opening;
console.log(`the shop is open at ${url}`);
