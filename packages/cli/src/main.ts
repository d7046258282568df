import { endLike } from './ending.ts';
import { runProgram } from './program.ts';
import { resolvePreload } from './resolve-preload.ts';

endLike(await runProgram(process.argv.slice(2), resolvePreload));
