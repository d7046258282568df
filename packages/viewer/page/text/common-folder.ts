/** The folder that all paths of a stack trace lie in, with a slash at its end; empty where there is none, or but one path. */
export function commonFolder(lines: readonly string[]): string {
  const folders = lines.flatMap((line) => PATH.exec(line.slice(0, MAX_LINE))?.[1] ?? []);
  const [first = '', ...others] = folders;
  if (others.length === 0) return '';
  let common = first;
  for (const folder of others) {
    while (common !== '' && !folder.startsWith(common))
      common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1);
  }
  return common.length > 1 ? common : '';
}

const MAX_LINE = 1000; // characters that are looked at
/** An absolute path up to its last slash; of a module within `node_modules`, the folder that this lies in. */
const PATH = /(?:^|[\s(])(?:file:\/\/)?(\/(?:(?!node_modules\/)[^\s/():]+\/)*)/;
