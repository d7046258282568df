// What an hour with a backend that comes and goes does to memory and to the account: `npm run bench -- soak [minutes]`.
import { soak } from '../faults/soak.ts';
import { machine } from './machine.ts';

/** Soaks for so many minutes and returns the tables in Markdown. */
export async function run([minutes = '60']: readonly string[]): Promise<string> {
  return [machine(), await soak(Number(minutes))].join('\n\n');
}
