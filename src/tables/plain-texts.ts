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
  #bytes = Buffer.alloc(1024);
  #used = 0;
  /** Of each text, in the order in which they came. */
  readonly #ends: number[] = [];
  readonly #hashes: number[] = [];
  readonly #numbers: number[] = [];
  /** The text in each slot, counted from 1; 0 for none. A text is in the first free slot from that of its hash on. */
  #slots = new Int32Array(256);

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

  #isSame(own: number, bytes: Buffer, start: number, end: number): boolean {
    const from = own === 0 ? 0 : this.#ends[own - 1];
    if (this.#ends[own] - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.#bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  /** Gives text `i` of a page, which has no number, this one. */
  set(texts: PlainTexts, i: number, number: number): void {
    const [start, end] = [texts.starts[i], texts.ends[i]];
    this.#append(texts.bytes, start, end);
    this.#hashes.push(hashOf(texts.bytes, start, end));
    this.#numbers.push(number);
    if (this.#numbers.length > FULLEST * this.#slots.length) {
      this.#slots = new Int32Array(2 * this.#slots.length);
      for (const own of this.#hashes.keys()) this.#putSlot(own);
    } else this.#putSlot(this.#numbers.length - 1);
  }

  #append(bytes: Buffer, start: number, end: number): void {
    const needed = this.#used + end - start;
    if (needed > this.#bytes.length) {
      const longer = Buffer.alloc(2 * needed);
      this.#bytes.copy(longer);
      this.#bytes = longer;
    }
    bytes.copy(this.#bytes, this.#used, start, end);
    this.#used = needed;
    this.#ends.push(needed);
  }

  #putSlot(own: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[own] & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = own + 1;
  }
}

/** FNV-1a, then mixed, since a slot is its last bits. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash ^ (hash >>> 15);
}
