/** Whether this Node has what Clew and OpenTelemetry 3.x need: 22.15 or later. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15);
}
