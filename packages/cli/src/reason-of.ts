/** Why a file cannot be read, in few words. */
export function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'is a directory',
    EACCES: 'permission denied',
  };
  return reasons[code ?? ''] ?? message;
}
