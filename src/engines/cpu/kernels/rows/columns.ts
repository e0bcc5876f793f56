// A row's columns are [N] side by side, so what lies behind its last column is another row's or another buffer's.

/** Stores the lanes of v that are columns, of `left` that follow: none if that is not above 0. */
// @ts-ignore: decorator
@inline export function storeFour(at: usize, v: v128, left: i32): void {
  if (left >= 4) v128.store(at, v);
  else storeFirst(at, v, left);
}

/** The same for eight lanes. */
// @ts-ignore: decorator
@inline export function storeEight(at: usize, a: v128, b: v128, left: i32): void {
  storeFour(at, a, left);
  storeFour(at + 16, b, left - 4);
}

function storeFirst(at: usize, v: v128, count: i32): void {
  if (count > 0) v128.store_lane<f32>(at, v, 0);
  if (count > 1) v128.store_lane<f32>(at, v, 1, 4);
  if (count > 2) v128.store_lane<f32>(at, v, 2, 8);
}
