// A journal in a quarter of its room, and byte by byte the same when it is unpacked. Brotli needs four bytes for a loss of
// nine digits among text. So the losses leave the text, and follow it as integers whose first bytes hardly change.
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

/** Takes a number's place in the text: JSON has no such byte. */
const MARK = 0;
/** A number that takes less room as an integer of nine digits: one of seven or more behind the point. */
const LONG_NUMBER = /\d+\.0*[1-9]\d{6,}/g;
/** Bytes of an integer. The lowest bytes of all integers come first, then the next, up to the highest. */
const BYTES = 5;
/** An integer is stored as what it adds to the one so far before it: with two tasks, that task's last evaluation. */
const APART = 2;
/** Bytes of the text's length, which comes first. */
const LENGTH_BYTES = 4;

/** What `unpacked` makes into `journal`. Throws RangeError for a journal with a byte that no JSON has. */
export function packed(journal: Buffer): Buffer {
  const [numbers, written] = [[] as number[], Buffer.alloc(1024)];
  const text = journal.toString("latin1").replace(LONG_NUMBER, (digits) => {
    const number = integerOf(digits);
    if (!isPacked(number) || written.toString("latin1", 0, writeNumber(written, 0, number)) !== digits) return digits;
    numbers.push(number);
    return String.fromCharCode(MARK);
  });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  const all = Buffer.concat([length, Buffer.from(text, "latin1"), bytesOf(numbers)]);
  const bytes = brotliCompressSync(all, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: all.length } });
  if (!unpacked(bytes).equals(journal)) throw new RangeError("packed: expected JSON lines, got a byte of value 0");
  return bytes;
}

/** The journal that `packed` was given. Throws an error for any other bytes. */
export function unpacked(bytes: Buffer): Buffer {
  const all = brotliDecompressSync(bytes);
  const text = all.subarray(LENGTH_BYTES, LENGTH_BYTES + all.readUInt32LE());
  const numbers = numbersIn(all.subarray(LENGTH_BYTES + text.length));
  const journal = Buffer.allocUnsafe(text.length + numbers.length * MOST_DIGITS);
  let [end, next] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]; // an iterator takes half as long again
    if (byte !== MARK) {
      journal[end++] = byte;
      continue;
    }
    const number = numbers[next++];
    if (!isPacked(number)) throw new RangeError("not a packed journal");
    end = writeNumber(journal, end, number);
  }
  return journal.subarray(0, end);
}

/** The integer of a number of nine digits: d.dddddddde-p, in the order of the numbers. */
function integerOf(text: string): number {
  const [digits, power] = Number(text).toExponential(8).split("e");
  return Number(power) * 9e8 + Number(digits.replace(".", "")) - 1e8;
}

/** Whether JSON writes the number of an integer with a point and without a power. Damaged bytes may make any integer, or none. */
const isPacked = (integer: number | undefined) => integer !== undefined && integer >= -6 * 9e8 && integer < 8 * 9e8;

/** Writes the number of an integer at `start`, as JSON writes one with decimals, and returns where it ends. */
function writeNumber(to: Buffer, start: number, integer: number): number {
  const power = Math.floor(integer / 9e8);
  let digits = (integer - power * 9e8 + 1e8) | 0;
  let decimals = 8 - power;
  for (; digits % 10 === 0; digits = (digits / 10) | 0) decimals--;
  const point = start + Math.max(power, 0) + 1;
  for (let at = point + decimals; at >= start; at--) {
    if (at === point) to[at] = DECIMAL_POINT;
    else {
      to[at] = ZERO + (digits % 10);
      digits = (digits / 10) | 0;
    }
  }
  return point + decimals + 1;
}

const [ZERO, DECIMAL_POINT] = Buffer.from("0.");
/** Bytes of the longest number: 0.00000123456789. */
const MOST_DIGITS = 20;

function bytesOf(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(BYTES * numbers.length);
  for (const [i, number] of numbers.entries()) {
    const added = number - (numbers[i - APART] ?? 0);
    let rest = added < 0 ? -2 * added - 1 : 2 * added;
    for (let at = i; at < bytes.length; at += numbers.length) {
      bytes[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return bytes;
}

function numbersIn(bytes: Buffer): Float64Array {
  const numbers = new Float64Array(bytes.length / BYTES);
  for (let i = 0; i < numbers.length; i++) {
    let twice = 0;
    for (let at = i + bytes.length - numbers.length; at >= 0; at -= numbers.length) twice = twice * 256 + bytes[at];
    const added = twice % 2 === 0 ? twice / 2 : -(twice + 1) / 2;
    numbers[i] = added + (i < APART ? 0 : numbers[i - APART]);
  }
  return numbers;
}
