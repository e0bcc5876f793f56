// The layout of linear memory. Everything is float32 unless a name says otherwise; strides and offsets are bytes.
//
// Rows (inputs, units, gradients of units) are in panels of 8 rows: [P][N][8], P = ceil(B / 8). The 8 numbers of one
// column are two vectors, so one lane is one row: softmax, ReLU and mixing never cross lanes, and neither units nor
// experts need padding. A buffer's *stride* is the distance from a panel to the next, so columns n.. of a buffer are
// themselves a buffer: the same stride, 32 n bytes further on.
//
// The rows of a batch of few are one after the other instead, [B][N]: panels of one row, of which a lane is a unit. So
// what lies behind a row's last column is another's, and whole vectors may read it but never write it.
//
// Kernels are in strips of 8 outputs: [ceil(N / 8)][D4][8], D4 = D rounded up to 4. The forward product reads 4 outputs
// of an input side by side; the weight gradient, which is a product over rows, updates 4 inputs x 8 outputs in one
// piece of 128 bytes; the input gradient reads 4 inputs of an output at constant distances. So no product needs a
// transposed copy of its weights. The sparse weight gradient, a sum over other rows for each unit, packs its inputs row
// after row, a block of rows at a time, and transposes the sums. The padding of a strip (outputs from N on, inputs from D
// on) is updated like the rest, with whatever is there, and never read by a product.

/** Bytes of one column of a panel, of one input of a strip: 8 numbers. */
// @ts-ignore: decorator
@inline export const LINE: usize = 32;

/** Bytes of a strip over `D` inputs. */
// @ts-ignore: decorator
@inline export function stripBytes(D: i32): usize {
  return <usize>((D + 3) & ~3) * LINE;
}

/** `count` rounded up to whole strips or panels of 8. */
// @ts-ignore: decorator
@inline export function eights(count: i32): i32 {
  return (count + 7) >> 3;
}
