// A layer on rows of which most inputs are 0, as those of categories are: only the others are added. The sums keep the bits of
// panels.h and panel-update.h: their terms come in the same order, and a product with 0 changes none of them. A lane is a unit
// here, so weights are transposed first, and units after; in the update gradients are, and sums after.
#pragma once
#include "../../rows/kernels/transpose.h"
#include "panel-update.h"
#include "panels.h"

#define MOST_STRIPS (REGISTERS == 32 ? 16 : 8)

/// Bytes of N units: whole cache lines, so that no vector lies in two, and an odd number, so that columns share no cache set.
INLINE size_t lineBytes(int N) { return (((size_t)N + 15) / 16 | 1) * 64; }

/// LANES rows of LANES numbers, `bytes` apart, the first `count` of them, to LANES columns.
INLINE void transposeSquare(const char *from, size_t bytes, int count, char *to, size_t toBytes, int columns) {
  F square[LANES];
  UNROLL for (int i = 0; i < LANES; i++) square[i] = i < count ? load(from + i * bytes) : splat(0);
  transpose(square);
  UNROLL for (int i = 0; i < LANES; i++) if (i < columns) store(to + i * toBytes, square[i]);
}

/// Weights [N][D rounded up to LANES] to [D rounded up to LANES][N rounded up to an odd number of cache lines].
KERNEL void copyWeights(const SparseDense *op, const char *w, char *copy) {
  const size_t inputs = unitBytes(op->D), units = lineBytes(op->N);
  for (int n = 0; n < op->N; n += LANES)
    for (size_t d = 0; d < inputs; d += LINE)
      transposeSquare(w + (size_t)n * inputs + d, inputs, op->N - n, copy + d / 4 * units + 4 * (size_t)n, units, LANES);
}

/// STRIPS strips of one row's units; a value or an input is LANES numbers from the next.
INLINE void sparseStrips(const int STRIPS, const float *values, const float *inputs, int entries, const char *w,
                         size_t bytes, const char *bias, const char *floor, char *out) {
  F sums[MOST_STRIPS];
  UNROLL for (int s = 0; s < STRIPS; s++) sums[s] = load(bias + s * LINE);
  for (int e = 0; e < entries * LANES; e += LANES) {
    const char *line = w + (size_t)(int)inputs[e] * bytes;
    F value = splat(values[e]);
    UNROLL for (int s = 0; s < STRIPS; s++) sums[s] = madd(value, load(line + s * LINE), sums[s]);
  }
  UNROLL for (int s = 0; s < STRIPS; s++) store(out + s * LINE, pmax(sums[s], load(floor + s * LINE)));
}

#define STRIP_COUNTS(W) W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8)
#if REGISTERS == 32
#define STRIP_COUNTS_MORE(W) W(9) W(10) W(11) W(12) W(13) W(14) W(15) W(16)
#else
#define STRIP_COUNTS_MORE(W)
#endif

#define WIDTH(STRIPS)                                                                                                 \
  INNERMOST void sparseStrips##STRIPS(const float *values, const float *inputs, int entries, const char *w,           \
                                      size_t bytes, const char *bias, const char *floor, char *out) {                 \
    sparseStrips(STRIPS, values, inputs, entries, w, bytes, bias, floor, out);                                        \
  }
STRIP_COUNTS(WIDTH)
STRIP_COUNTS_MORE(WIDTH)
#undef WIDTH

/// A row, in passes of about one width of at most MOST_STRIPS.
INLINE void sparseRow(const SparseDense *op, const char *base, const float *values, const char *weights, char *out) {
  const int strips = vectorsOf(op->N), passes = (strips + MOST_STRIPS - 1) / MOST_STRIPS;
  const int width = (strips + passes - 1) / passes;
  const char *w = base + op->copy, *bias = weights + op->bias, *floor = base + op->floor;
  const float *inputs = values + op->entries * LANES;
  const size_t bytes = lineBytes(op->N);
  for (int s = 0; s < strips; s += width) {
    const size_t at = (size_t)s * LINE;
#define WIDTH(STRIPS)                                                                                                 \
  case STRIPS: sparseStrips##STRIPS(values, inputs, op->entries, w + at, bytes, bias + at, floor + at, out + at); break;
    switch (strips - s < width ? strips - s : width) { STRIP_COUNTS(WIDTH) STRIP_COUNTS_MORE(WIDTH) }
#undef WIDTH
  }
}

KERNEL void sparseDense(const SparseDense *op, char *base, const char *x, const char *weights, int P) {
  const int N = op->N;
  const size_t units = lineBytes(N);
  char *rows = base + op->rows;
  copyWeights(op, weights + op->w, base + op->copy);
  for (int p = 0; p < P; p++, x += op->xStride) {
    const float *values = (const float *)x + op->at * LANES;
    for (int lane = 0; lane < LANES; lane++) sparseRow(op, base, values + lane, weights, rows + (size_t)lane * units);
    char *out = base + op->out + p * (size_t)op->outStride;
    for (int n = 0; n < N; n += LANES)
      transposeSquare(rows + 4 * (size_t)n, units, LANES, out + (size_t)n * LINE, LINE, N - n);
  }
}

/// Adds a row's gradients [N] times each of its inputs to the input's line. A value or an input is LANES numbers from the next.
INNERMOST void addEntries(const float *values, const float *inputs, int entries, const char *g, size_t bytes, char *lines,
                          size_t line) {
  for (int e = 0; e < entries * LANES; e += LANES) {
    char *sums = lines + (size_t)(int)inputs[e] * line;
    F value = splat(values[e]);
    for (size_t at = 0; at < bytes; at += LINE) store(sums + at, madd(load(g + at), value, load(sums + at)));
  }
}

/// Takes the step by the sums, LANES units at a time.
INLINE void stepByLines(const UpdateSparse *op, const char *lines, char *block, char *w, Rule rule) {
  const int N = op->layer.N;
  const size_t row = unitBytes(op->layer.D), units = lineBytes(N);
  for (int n = 0; n < N; n += LANES, w += LANES * row) {
    for (size_t d = 0; d < row; d += LINE)
      transposeSquare(lines + d / 4 * units + 4 * (size_t)n, units, LANES, block + d, row, LANES);
    const size_t bytes = (size_t)(N - n < LANES ? N - n : LANES) * row;
    if (rule.kind == ADAM) for (size_t at = 0; at < bytes; at += LINE) adam(rule, w + at, load(block + at));
    else for (size_t at = 0; at < bytes; at += LINE) step(rule, w + at, load(block + at));
  }
}

KERNEL void updateSparse(const UpdateSparse *op, char *base, const char *x, char *weights, int P, const Optimizer *o) {
  const int N = op->layer.N;
  const size_t units = lineBytes(N);
  const Rule rule = ruleOf(o);
  char *rows = base + op->layer.rows, *lines = base + op->lines;
  __builtin_memset(lines, 0, unitBytes(op->layer.D) / 4 * units);
  for (int p = 0; p < P; p++, x += op->layer.xStride) {
    const char *g = base + op->layer.g + p * (size_t)op->layer.gStride;
    for (int n = 0; n < N; n += LANES)
      transposeSquare(g + (size_t)n * LINE, LINE, N - n, rows + 4 * (size_t)n, units, LANES);
    const float *values = (const float *)x + op->at * LANES;
    for (int lane = 0; lane < LANES; lane++)
      addEntries(values + lane, values + lane + op->entries * LANES, op->entries, rows + (size_t)lane * units, unitBytes(N),
                 lines, units);
  }
  stepByLines(op, lines, base + op->block, weights + op->layer.w, rule);
  if (op->layer.trained) updateBiases(&op->layer, base, weights + op->layer.bias, P, rule);
}

KERNEL void addSparse(const AddSparse *op, char *base, const char *x, int P) {
  if (op->clear) __builtin_memset(base + op->sparse.layer.w, 0, (size_t)op->clear);
  updateSparse(&op->sparse, base, x, base, P, &ADDING);
}
