/** Texts as Parquet has them: UTF-8, each behind its length. */
export class PlainTexts {
  readonly length: number;
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Where each begins and ends, and its hash. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly hashes: Int32Array;

  /** The first `count` texts in some bytes. Throws an error if there are fewer. */
  constructor({ buffer, byteOffset, byteLength }: Uint8Array, count: number) {
    this.length = count;
    this.bytes = Buffer.from(buffer, byteOffset, byteLength);
    this.view = new DataView(buffer, byteOffset, byteLength);
    [this.starts, this.ends, this.hashes] = [new Uint32Array(count), new Uint32Array(count), new Int32Array(count)];
    for (let i = 0, at = 0; i < count; i++) {
      const start = at + 4;
      at = start + (start <= byteLength ? this.view.getUint32(at, true) : 0);
      if (at > byteLength) throw new Error(`text ${i + 1} of a page is cut short`);
      this.starts[i] = start;
      this.ends[i] = at;
      this.hashes[i] = hashOf(this.view, start, at);
    }
  }

  text(i: number): string {
    return this.bytes.toString("utf8", this.starts[i], this.ends[i]);
  }
}

/** Words of a slot: hash, first four bytes and length of its text, and the text's place counted from 1; 0 if it is free. */
const SLOT = 4;
/** The part of all slots that may be in use. */
const FULLEST = 0.75;
/** A text this long is known by its slot: its hash, with its first four bytes, belongs to one value of the next four. */
const MOST_IN_SLOT = 8;

/** Different texts, each with its place, which counts them. They are found by their bytes: no string is made of a text that is there. */
export class Texts {
  size = 0;
  #bytes = new Uint8Array(1024);
  /** Where each text ends. */
  #ends = new Uint32Array(64);
  /** A text is in the first free slot from that of its hash on. */
  #slots = new Int32Array(SLOT * 64);

  /** The place of the text from `start` to `end`; -1 if it is not there. */
  find(view: DataView, start: number, end: number, hash = hashOf(view, start, end)): number {
    return this.#slots[this.#slotOf(view, start, end, hash) + 3] - 1;
  }

  /** Reads where some texts would be: of many values, these are anywhere in memory, and the processor then waits for several at once. */
  fetch({ hashes }: PlainTexts, from: number, to: number): number {
    const [slots, last] = [this.#slots, this.#slots.length - 1];
    let all = 0;
    for (let i = from; i < to; i++) all ^= slots[(SLOT * hashes[i]) & last];
    return all;
  }

  /** Adds a text that is not there, and gives its place. */
  add(view: DataView, start: number, end: number): number {
    const place = this.size++;
    if (SLOT * this.size > FULLEST * this.#slots.length) this.#grow();
    const hash = hashOf(view, start, end);
    const slot = this.#slotOf(view, start, end, hash);
    const words = [hash, wordAt(view, start, end), end - start, place + 1];
    this.#slots.set(words, slot);
    const from = this.#startOf(place);
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = longer(this.#bytes, 2 * to);
    for (let i = 0; from + i < to; i++) this.#bytes[from + i] = view.getUint8(start + i);
    if (place >= this.#ends.length) this.#ends = longer(this.#ends, 2 * place);
    this.#ends[place] = to;
    return place;
  }

  text(place: number): string {
    return Buffer.from(this.#bytes.buffer).toString("utf8", this.#startOf(place), this.#ends[place]);
  }

  /** The bucket of a text among `buckets`. */
  bucket(place: number, buckets: number): number {
    return bucketOf(this.#bytes.subarray(this.#startOf(place), this.#ends[place]), buckets);
  }

  /** Sorts places by their texts, as JavaScript sorts strings; the texts have no zeros, and the same bytes before `depth`. */
  sort(places: Uint32Array, depth = 0): Uint32Array {
    const keys = new BigUint64Array(places.length);
    const words = new Uint32Array(keys.buffer); // the low ones first
    for (let n = 0; n < places.length; n++) {
      words[2 * n] = places[n];
      words[2 * n + 1] = this.#orderAt(places[n], depth);
    }
    keys.sort();
    for (let n = 0, from = 0; n < places.length; n++) {
      places[n] = words[2 * n];
      if (words[2 * n + 1] === words[2 * n + 3]) continue;
      if (n > from) this.sort(places.subarray(from, n + 1), depth + 4);
      from = n + 1;
    }
    return places;
  }

  /** Four bytes of a text as a number that sorts like them. */
  #orderAt(place: number, depth: number): number {
    const [at, end] = [this.#startOf(place) + depth, this.#ends[place]];
    let word = 0;
    for (let i = at; i < at + 4; i++) word = (word << 8) | (i < end ? orderOf(this.#bytes[i]) : 0);
    return word;
  }

  #startOf(place: number): number {
    return place === 0 ? 0 : this.#ends[place - 1];
  }

  /** The slot of a text, or the free one that it would get. */
  #slotOf(view: DataView, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    const length = end - start;
    const first = wordAt(view, start, end);
    for (let at = (SLOT * hash) & last; ; at = (at + SLOT) & last) {
      const place = slots[at + 3] - 1;
      if (place < 0) return at;
      if (slots[at] !== hash || slots[at + 1] !== first || slots[at + 2] !== length) continue;
      if (length <= MOST_IN_SLOT || this.#isSame(place, view, start, end)) return at;
    }
  }

  #isSame(place: number, view: DataView, start: number, end: number): boolean {
    const from = this.#startOf(place) - start;
    for (let i = start; i < end; i++) if (this.#bytes[from + i] !== view.getUint8(i)) return false;
    return true;
  }

  #grow(): void {
    const [old, slots] = [this.#slots, new Int32Array(2 * this.#slots.length)];
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 3] === 0) continue;
      let at = (SLOT * old[from]) & (slots.length - 1);
      while (slots[at + 3] !== 0) at = (at + SLOT) & (slots.length - 1);
      for (let i = 0; i < SLOT; i++) slots[at + i] = old[from + i];
    }
    this.#slots = slots;
  }
}

/** An array of this length that begins with `numbers`. */
export function longer<T extends Uint8Array | Uint32Array>(numbers: T, length: number): T {
  const more = new (numbers.constructor as new (length: number) => T)(length);
  more.set(numbers);
  return more;
}

/** The 32-bit FNV-1a hash of a text in UTF-8, modulo `buckets`: the same on every machine. */
export function bucketOf(text: Uint8Array, buckets: number): number {
  let hash = 0x811c9dc5;
  for (const byte of text) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % buckets;
}

/** Four bytes of a text, fewer at its end. */
function wordAt(view: DataView, at: number, end: number): number {
  if (at + 4 <= end) return view.getInt32(at, true);
  let word = 0;
  for (let i = at; i < end; i++) word |= view.getUint8(i) << (8 * (i - at));
  return word;
}

/** Each step has an inverse, so that of the words of two texts of one length and one hash, never only one differs. */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at += 4) {
    hash = Math.imul(hash ^ wordAt(view, at, end), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** UTF-8 sorts signs beyond the first 65,536 last; JavaScript sorts them before those from U+E000 on. */
function orderOf(byte: number): number {
  if (byte < 0xee) return byte;
  return byte < 0xf0 ? byte + 5 : byte - 2;
}
