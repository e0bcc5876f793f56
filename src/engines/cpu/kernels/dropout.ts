import { Dropout, Scale } from "./instructions";
import { LINE } from "../../rows/kernels/layout";
import { setKey, wordBlock } from "../../rows/kernels/philox";

/** Words of four units in 8 rows. */
const WORDS = memory.data(128, 16);

/** The factors are those of src/models/dropout.ts, one network after the other: the rounds of a key are prepared once. */
export function dropout(op: Dropout, P: i32): void {
  const step = load<i32>(op.step);
  if (step == 0) return;
  const steps = i32x4.splat(step);
  for (let m = 0; m < op.M; m++) {
    const key = op.keys + (<usize>m << 3);
    setKey(load<u32>(key), load<u32>(key, 4));
    for (let p = 0; p < P; p++) {
      const rows = i32x4.add(i32x4.splat(8 * p), i32x4(0, 1, 2, 3));
      const others = i32x4.add(rows, i32x4.splat(4));
      const units = op.units + <usize>p * op.stride + <usize>(m * op.N) * LINE;
      for (let n = 0; n < op.N; n += 4) {
        const block = i32x4.splat(n >> 2);
        wordBlock(WORDS, block, block, rows, others, steps, steps);
        dropUnits(op, units + <usize>n * LINE, <usize>min(4, op.N - n) * LINE);
      }
    }
  }
}

/** Up to four units of 8 rows, `bytes` of them. A product with 0 keeps a NaN: a diverged run shows in its loss. */
function dropUnits(op: Dropout, units: usize, bytes: usize): void {
  const last = i32x4.splat(op.last);
  const kept = f32x4.splat(op.kept);
  for (let at: usize = 0; at < bytes; at += 16) {
    const factors = v128.and(i32x4.gt_u(v128.load(WORDS + at), last), kept);
    v128.store(units + at, f32x4.mul(v128.load(units + at), factors));
  }
}

export function scale(op: Scale, P: i32): void {
  const factor = f32x4.splat(op.factor);
  const bytes = <usize>op.N * LINE;
  for (let p = 0; p < P; p++) {
    const values = op.values + <usize>p * op.stride;
    for (let at = values; at < values + bytes; at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
  }
}
