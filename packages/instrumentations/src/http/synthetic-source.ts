/** The value of `user_agent.synthetic.type`; `undefined` for all but well-known tests and bots. */
export function syntheticSource(userAgent: unknown): 'bot' | 'test' | undefined {
  const text = String(userAgent).toLowerCase();
  if (text.includes('alwayson')) return 'test';
  return text.includes('googlebot') || text.includes('bingbot') ? 'bot' : undefined;
}
