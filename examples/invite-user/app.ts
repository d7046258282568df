// npx @clew/cli run --show all -- node app.ts
// Prints the address of a page. Invite somebody there, and see one trace, from the click to the mail. Ctrl-C ends it.
import { openSystem } from './open-system.ts';

const opening = openSystem();
let closing: Promise<void> | undefined;
const close = () => {
  closing ??= opening.then(
    (system) => system.close(),
    () => {}, // it has cleared away what it had started
  );
};
// Not `once`: Ctrl-C reaches the whole process group, and whoever runs us may pass it on a second time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close);

try {
  const { url } = await opening;
  console.log(`invite somebody at ${url}`);
} catch (error) {
  if (closing === undefined) throw error; // otherwise it was asked to close while it was opening
}
