// Philox 4x32-10 for 8 counters, one to a lane. The bits are those of src/random/philox.ts.
import { LINE } from "./layout";

const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
const ROUNDS: usize = 10;

/**
 * The two multipliers, then both words of each round's key: loaded, since V8 would rebuild a constant vector at each
 * use.
 */
const MULTIPLIERS = memory.data<u32>([0xd2511f53, 0xcd9e8d57]);
const KEYS = memory.data(80, 16);

/** Prepares the keys of the ten rounds. */
export function setKey(key0: u32, key1: u32): void {
  for (let at = KEYS; at < KEYS + 8 * ROUNDS; at += 8) {
    store<u32>(at, key0);
    store<u32>(at, key1, 4);
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
}

/**
 * The four words of the counters (block, row, step, 0), four in a0, a1, a2 and four in b0, b1, b2, to four lines at
 * `out`. Two chains side by side: one round is 10 cycles long and a third as many wide.
 */
export function wordBlock(out: usize, a0: v128, b0: v128, a1: v128, b1: v128, a2: v128, b2: v128): void {
  const multiplier0 = v128.load_splat<u32>(MULTIPLIERS);
  const multiplier1 = v128.load_splat<u32>(MULTIPLIERS, 4);
  let a3 = i32x4.splat(0), b3 = a3;
  for (let key = KEYS; key < KEYS + 8 * ROUNDS; key += 8) {
    const key0 = v128.load_splat<u32>(key);
    const key1 = v128.load_splat<u32>(key, 4);
    let low = i64x2.extmul_low_i32x4_u(a0, multiplier0);
    let high = i64x2.extmul_high_i32x4_u(a0, multiplier0);
    const a2next = v128.xor(v128.xor(v128.shuffle<i32>(low, high, 1, 3, 5, 7), a3), key1);
    a3 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    low = i64x2.extmul_low_i32x4_u(b0, multiplier0);
    high = i64x2.extmul_high_i32x4_u(b0, multiplier0);
    const b2next = v128.xor(v128.xor(v128.shuffle<i32>(low, high, 1, 3, 5, 7), b3), key1);
    b3 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    low = i64x2.extmul_low_i32x4_u(a2, multiplier1);
    high = i64x2.extmul_high_i32x4_u(a2, multiplier1);
    a0 = v128.xor(v128.xor(v128.shuffle<i32>(low, high, 1, 3, 5, 7), a1), key0);
    a1 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    low = i64x2.extmul_low_i32x4_u(b2, multiplier1);
    high = i64x2.extmul_high_i32x4_u(b2, multiplier1);
    b0 = v128.xor(v128.xor(v128.shuffle<i32>(low, high, 1, 3, 5, 7), b1), key0);
    b1 = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    a2 = a2next;
    b2 = b2next;
  }
  line(out, a0, b0);
  line(out + LINE, a1, b1);
  line(out + 2 * LINE, a2, b2);
  line(out + 3 * LINE, a3, b3);
}

// @ts-ignore: decorator
@inline function line(out: usize, a: v128, b: v128): void {
  v128.store(out, a);
  v128.store(out, b, 16);
}
