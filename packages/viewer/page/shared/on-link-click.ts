/** Follows a link within the page; a click that asks for a new tab or window is the browser's. */
export function onLinkClick(event: MouseEvent, follow: () => void): void {
  event.stopPropagation();
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  follow();
}
