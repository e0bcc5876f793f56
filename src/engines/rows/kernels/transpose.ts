import { eights, LINE } from "./layout";

/** Panels [P][N][8 rows] to strips [ceil(N / 8)][8 P rows][8 columns], the other operand of a weight gradient. */
export function panelsToStrips(panels: usize, stride: usize, strips: usize, N: i32, P: i32): void {
  const S = eights(N);
  for (let s = 0; s < S; s++) {
    let from = panels + <usize>s * 8 * LINE;
    for (let p = 0; p < P; p++) {
      evenSquare(from, strips, LINE);
      evenSquare(from + 4 * LINE, strips + 16, LINE);
      evenSquare(from + 16, strips + 4 * LINE, LINE);
      evenSquare(from + 4 * LINE + 16, strips + 4 * LINE + 16, LINE);
      from += stride;
      strips += 8 * LINE;
    }
  }
}

/** Transposes 4 x 4 numbers of a panel or a strip: four vectors a line apart, to four `step` apart. */
// @ts-ignore: decorator
@inline export function evenSquare(from: usize, to: usize, step: usize): void {
  square(from, from + LINE, from + 2 * LINE, from + 3 * LINE, to, step);
}

/** Transposes 4 x 4 numbers from four addresses to four, `step` apart. */
// @ts-ignore: decorator
@inline export function square(from0: usize, from1: usize, from2: usize, from3: usize, to: usize, step: usize): void {
  const r0 = v128.load(from0);
  const r1 = v128.load(from1);
  const r2 = v128.load(from2);
  const r3 = v128.load(from3);
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(high01, high23, 1, 3));
}
