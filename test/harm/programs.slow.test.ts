import { behavesAsBare } from './program-suite.ts';
import { PROGRAMS } from './programs.ts';

for (const program of PROGRAMS) {
  behavesAsBare(program, program.hasNames ? ['require', 'import', 'import names'] : ['require', 'import']);
}
