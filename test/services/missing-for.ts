import { isInstalled, serviceVariable, TOOLS } from '../../scripts/tools.mjs';
import type { ServiceName } from './service.ts';

/** The programs that a service needs and that are not there, and the variable that makes up for them. */
export function missingFor(name: ServiceName): string | undefined {
  const variable = serviceVariable(name);
  if (process.env[variable]) return undefined;
  const missing = TOOLS.filter((tool) => tool.services?.includes(name) && !isInstalled(tool));
  if (missing.length === 0) return undefined;
  return `${missing.map(({ program }) => program).join(' and ')} on the PATH or ${variable}`;
}
