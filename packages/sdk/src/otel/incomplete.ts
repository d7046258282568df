/** Attribute of a span that the end of the process has ended, not the application: the call that hung can be seen. */
export const INCOMPLETE = 'clew.incomplete';
