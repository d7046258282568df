/** Notes on objects of others, one on each. */
export interface PrivateMarks<Note> {
  read(object: object): Note | undefined;
  /** Notes something for good. @throws a `TypeError` where a note stands already */
  mark(object: object, note: Note): void;
}

/** Its constructor returns what it is given, so that a subclass adds its private fields to an object of others. */
// oxlint-disable-next-line no-extraneous-class -- only a constructor can return what becomes `this`
class Given {
  constructor(given: object) {
    return given; // oxlint-disable-line no-constructor-return
  }
}

/**
 * Creates notes that nobody else can see: no key, no symbol, nothing that is printed. A `WeakMap` would be asked by its hash each
 * time, and the garbage collector goes through it: with a key for each request that costs more than all else that is done for one.
 */
export function privateMarks<Note>(): PrivateMarks<Note> {
  class Mark extends Given {
    readonly #note: Note;

    constructor(object: object, note: Note) {
      super(object);
      this.#note = note;
    }

    static read(object: object): Note | undefined {
      return #note in object ? object.#note : undefined;
    }
  }
  return { read: (object) => Mark.read(object), mark: (object, note) => void new Mark(object, note) };
}
