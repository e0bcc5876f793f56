/**
 * The most that this core does in additions and multiplications of four float32, none of them fused: the tile of the
 * products, 8 sums, without their loads. `n` rounds of 8 multiplications and 8 additions; the operands of each round
 * come from `at`, so that none is moved out of the loop.
 */
export function peak(n: i32, at: usize): f32 {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let i = 0; i < n; i++) {
    const w = v128.load(at);
    const x = v128.load(at, 16);
    const y = v128.load(at, 32);
    const z = v128.load(at, 48);
    a0 = f32x4.add(a0, f32x4.mul(w, w));
    b0 = f32x4.add(b0, f32x4.mul(w, x));
    a1 = f32x4.add(a1, f32x4.mul(w, y));
    b1 = f32x4.add(b1, f32x4.mul(w, z));
    a2 = f32x4.add(a2, f32x4.mul(x, x));
    b2 = f32x4.add(b2, f32x4.mul(x, y));
    a3 = f32x4.add(a3, f32x4.mul(x, z));
    b3 = f32x4.add(b3, f32x4.mul(y, y));
  }
  const a = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const b = f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3));
  return f32x4.extract_lane(f32x4.add(a, b), 0);
}
