/** A topic's name may be made of ids: beyond this number of them they are found anew. */
const MAX_KNOWN = 1000;

/**
 * Keeps what is made of each topic, so that a message costs no more than looking it up.
 *
 * @param make is called once for each topic
 */
export function knownTopics<Found>(make: (topic: string) => Found): (topic: string) => Found {
  const known = new Map<string, Found>();
  return (topic) => {
    let found = known.get(topic);
    if (found === undefined) {
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(topic, (found = make(topic)));
    }
    return found;
  };
}
