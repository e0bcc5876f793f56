/** Texts as Parquet has them: UTF-8, each behind its length. */
export class PlainTexts {
  readonly length: number;
  readonly bytes: Buffer;
  /** Where each begins and ends. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;

  /** The first `count` texts in some bytes. Throws an error if there are fewer. */
  constructor({ buffer, byteOffset, byteLength }: Uint8Array, count: number) {
    this.length = count;
    this.bytes = Buffer.from(buffer, byteOffset, byteLength);
    [this.starts, this.ends] = [new Uint32Array(count), new Uint32Array(count)];
    for (let i = 0, at = 0; i < count; i++) {
      const start = at + 4;
      at = start + (start <= byteLength ? this.bytes.readUInt32LE(at) : 0);
      if (at > byteLength) throw new Error(`text ${i + 1} of a page is cut short`);
      this.starts[i] = start;
      this.ends[i] = at;
    }
  }

  text(i: number): string {
    return this.bytes.toString("utf8", this.starts[i], this.ends[i]);
  }
}

/** A part of all slots that may be in use. */
const FULLEST = 0.5;

/** Numbers of texts, found by their bytes: no string is made of a text that was there before. */
export class TextNumbers {
  #bytes: Uint8Array = new Uint8Array(1024);
  #count = 0;
  /** Of each text, in the order in which they came: where it ends, its hash and its number. */
  #ends = new Uint32Array(128);
  #hashes = new Int32Array(128);
  #numbers = new Int32Array(128);
  /** The text in each slot, counted from 1; 0 for none. A text is in the first free slot from that of its hash on. */
  #slots = new Int32Array(256);

  /** The number of each text of a page, -1 for none. */
  all(texts: PlainTexts): Int32Array {
    const numbers = new Int32Array(texts.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = this.get(texts, i);
    return numbers;
  }

  /** The number of text `i` of a page; -1 if it has none. */
  get(texts: PlainTexts, i: number): number {
    const [start, end] = [texts.starts[i], texts.ends[i]];
    const hash = hashOf(texts.bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const own = this.#slots[slot] - 1;
      if (own < 0) return -1;
      if (this.#hashes[own] === hash && this.#isSame(own, texts.bytes, start, end)) return this.#numbers[own];
    }
  }

  #isSame(own: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = own === 0 ? 0 : this.#ends[own - 1];
    if (this.#ends[own] - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.#bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  /** Gives text `i` of a page, which has no number, this one. */
  set(texts: PlainTexts, i: number, number: number): void {
    const own = this.#count++;
    if (own === this.#ends.length) this.#grow();
    const [start, end] = [texts.starts[i], texts.ends[i]];
    const from = own === 0 ? 0 : this.#ends[own - 1];
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = longer(this.#bytes, 2 * to);
    this.#bytes.set(texts.bytes.subarray(start, end), from);
    this.#ends[own] = to;
    this.#hashes[own] = hashOf(texts.bytes, start, end);
    this.#numbers[own] = number;
    this.#putSlot(own);
  }

  #grow(): void {
    const [own, count] = [this.#ends.length, 2 * this.#ends.length]; // a power of two
    this.#ends = longer(this.#ends, count);
    this.#hashes = longer(this.#hashes, count);
    this.#numbers = longer(this.#numbers, count);
    this.#slots = new Int32Array(count / FULLEST);
    for (let i = 0; i < own; i++) this.#putSlot(i);
  }

  #putSlot(own: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[own] & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = own + 1;
  }
}

/** The same numbers at the start of an array of this length. */
function longer<T extends Uint8Array | Uint32Array | Int32Array>(numbers: T, length: number): T {
  const more = new (numbers.constructor as new (length: number) => T)(length);
  more.set(numbers);
  return more;
}

/** FNV-1a, then mixed, since a slot is its last bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash ^ (hash >>> 15);
}
