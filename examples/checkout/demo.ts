// `npm run demo`: runs the shop under `clew run`, sends it four requests and shows what became of each. It stays open
// until Ctrl-C, and so does its page, which `--open` opens in the browser; with `--once` it ends by itself, with exit code 1 if a trace did not arrive whole.
// `npm run demo -- sampling`: runs the shop with the policy in sampling.yaml under load and shows what was kept of it.
import { showRequests } from './demo/show-requests.ts';
import { showSampling } from './demo/show-sampling.ts';

const USAGE = `expected one of:
  npm run demo                four requests, and what became of each; stays open until Ctrl-C
  npm run demo -- --open      the same, with the page in the browser
  npm run demo -- --once      the same, and ends by itself
  npm run demo -- sampling    a thousand requests, and what a sampling policy kept of them`;

const args = process.argv.slice(2);
switch (args.join(' ')) {
  case '':
    await showRequests({ staysOpen: true });
    break;
  case '--open':
    await showRequests({ staysOpen: true, opensPage: true });
    break;
  case '--once':
    await showRequests({ staysOpen: false });
    break;
  case 'sampling':
    await showSampling();
    break;
  default:
    console.error(`the demo does not know ${args.map((arg) => `"${arg}"`).join(' ')}; ${USAGE}`);
    process.exitCode = 2;
}
