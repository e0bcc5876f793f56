import { Dropout, Scale } from "../instructions";
import { LINE } from "../../../rows/kernels/layout";
import { setKey, wordBlock } from "../../../rows/kernels/philox";
import { evenSquare } from "../../../rows/kernels/transpose";

/** Words of 8 blocks of four units, and the same in the order of the units. */
const WORDS = memory.data(128, 16);
const ORDERED = memory.data(128, 16);

/** The factors of ../dropout.ts; a lane is a block of four units. */
export function dropoutRows(op: Dropout, B: i32): void {
  const step = load<i32>(op.step);
  if (step == 0) return;
  const steps = i32x4.splat(step);
  for (let m = 0; m < op.M; m++) {
    const key = op.keys + (<usize>m << 3);
    setKey(load<u32>(key), load<u32>(key, 4));
    for (let b = 0; b < B; b++) {
      const row = i32x4.splat(b);
      const units = op.units + <usize>b * op.stride + (<usize>(m * op.N) << 2);
      for (let n = 0; n < op.N; n += 32) {
        const blocks = i32x4.add(i32x4.splat(n >> 2), i32x4(0, 1, 2, 3));
        wordBlock(WORDS, blocks, i32x4.add(blocks, i32x4.splat(4)), row, row, steps, steps);
        evenSquare(WORDS, ORDERED, 16);
        evenSquare(WORDS + 16, ORDERED + 2 * LINE, 16);
        dropUnits(op, units + (<usize>n << 2), min(32, op.N - n));
      }
    }
  }
}

/** Up to 32 units of a row. A product with 0 keeps a NaN: a diverged run shows in its loss. */
function dropUnits(op: Dropout, units: usize, count: i32): void {
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 4) {
    const factor: f32 = load<u32>(ORDERED + at) > op.last ? op.kept : 0;
    store<f32>(units + at, load<f32>(units + at) * factor);
  }
}

export function scaleRows(op: Scale, B: i32): void {
  const length = <usize>op.N << 2;
  for (let b = 0; b < B; b++) {
    const values = op.values + <usize>b * op.stride;
    for (let at = values; at < values + length; at += 4) store<f32>(at, load<f32>(at) * op.factor);
  }
}
