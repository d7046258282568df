// What is lost, and what it costs, when backends fail and processes end: `npm run bench -- faults [section …]`. All
// sections take about twenty minutes.
import { backendsTable } from '../faults/tables/backends-table.ts';
import { endingsTable } from '../faults/tables/endings-table.ts';
import { loadTable } from '../faults/tables/load-table.ts';
import { outageTable } from '../faults/tables/outage-table.ts';
import { secretsTable } from '../faults/tables/secrets-table.ts';
import { settingsTable } from '../faults/tables/settings-table.ts';
import { machine } from './machine.ts';

const SECTIONS: Readonly<Record<string, () => Promise<string>>> = {
  backends: backendsTable,
  outage: outageTable,
  endings: endingsTable,
  load: loadTable,
  settings: settingsTable,
  secrets: secretsTable,
};

/** Measures the sections that are named, or all, and returns their tables in Markdown. */
export async function run(names: readonly string[]): Promise<string> {
  const tables: string[] = [];
  for (const name of names.length > 0 ? names : Object.keys(SECTIONS)) {
    const section = SECTIONS[name];
    if (section === undefined)
      throw new Error(`there is no section ${name}; there are ${Object.keys(SECTIONS).join(', ')}`);
    tables.push(await section());
  }
  return [machine(), ...tables].join('\n\n');
}
