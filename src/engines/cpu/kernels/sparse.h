// A layer on rows of which most inputs are 0, as those of categories are: only the others are added. The sums keep the bits of
// panels.h and panel-update.h: their terms come in the same order, and a product with 0 changes none of them. A lane is a unit
// here, so weights are transposed first, and units after; in the update gradients are, and sums after. Units take turns, so that
// what is read or written at the places of a row's inputs is in the first-level cache.
#pragma once
#include "../../rows/kernels/transpose.h"
#include "panel-update.h"
#include "panels.h"

/// The most strips of LANES units that take a turn (../weight-updates.ts).
#define MOST_STRIPS 8
#define STRIP_COUNTS(W) W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8)

/// LANES rows of LANES numbers, `bytes` apart, the first `count` of them, to LANES columns.
INLINE void transposeSquare(const char *from, size_t bytes, int count, char *to, size_t toBytes, int columns) {
  F square[LANES];
  UNROLL for (int i = 0; i < LANES; i++) square[i] = i < count ? load(from + i * bytes) : splat(0);
  transpose(square);
  UNROLL for (int i = 0; i < LANES; i++) if (i < columns) store(to + i * toBytes, square[i]);
}

/// Weights of N units [N][D rounded up to LANES] to lines of inputs [D rounded up to LANES][strips].
KERNEL void copyWeights(const char *w, int D, int N, char *lines) {
  const size_t inputs = unitBytes(D), line = (size_t)vectorsOf(N) * LINE;
  for (int n = 0; n < N; n += LANES)
    for (size_t d = 0; d < inputs; d += LINE)
      transposeSquare(w + (size_t)n * inputs + d, inputs, N - n, lines + d / 4 * line + 4 * (size_t)n, line, LANES);
}

/// STRIPS strips of ROWS rows; an entry of a row is LANES numbers from the next.
INLINE void sparseTile(const int STRIPS, const int ROWS, const float *values, int entries, const char *lines,
                       const char *bias, const char *floor, char *out) {
  const int32_t *inputs = (const int32_t *)values + entries * LANES;
  F sums[4][MOST_STRIPS];
  UNROLL for (int r = 0; r < ROWS; r++)
    UNROLL for (int s = 0; s < STRIPS; s++) sums[r][s] = load(bias + s * LINE);
  for (int e = 0; e < entries * LANES; e += LANES)
    UNROLL for (int r = 0; r < ROWS; r++) {
      const char *line = lines + (size_t)(uint32_t)inputs[e + r] * (STRIPS * LINE);
      F value = splat(values[e + r]);
      UNROLL for (int s = 0; s < STRIPS; s++) sums[r][s] = madd(value, load(line + s * LINE), sums[r][s]);
    }
  UNROLL for (int r = 0; r < ROWS; r++)
    UNROLL for (int s = 0; s < STRIPS; s++)
      store(out + (r * STRIPS + s) * LINE, pmax(sums[r][s], load(floor + s * LINE)));
}

/// A panel's rows to [LANES][STRIPS] lines.
#define WIDTH(STRIPS)                                                                                                 \
  INNERMOST void sparsePanel##STRIPS(const float *values, int entries, const char *lines, const char *bias,           \
                                     const char *floor, char *out) {                                                  \
    const int ROWS = STRIPS > 4 ? 1 : STRIPS > 2 ? 2 : 4;                                                             \
    for (int lane = 0; lane < LANES; lane += ROWS)                                                                    \
      sparseTile(STRIPS, ROWS, values + lane, entries, lines, bias, floor, out + lane * STRIPS * LINE);               \
  }
STRIP_COUNTS(WIDTH)
#undef WIDTH

KERNEL void sparseDense(const SparseDense *op, char *base, const char *x, const char *weights, int P) {
  const int units = op->units;
  const char *bias = weights + op->bias, *floor = base + op->floor;
  char *lines = base + op->lines;
  char rows[LANES * MOST_STRIPS * LINE] __attribute__((aligned(64)));
  for (int n = 0; n < op->N; n += units) {
    const int count = op->N - n < units ? op->N - n : units, strips = vectorsOf(count);
    const size_t at = 4 * (size_t)n;
    copyWeights(weights + op->w + n * unitBytes(op->D), op->D, count, lines);
    for (int p = 0; p < P; p++) {
      const float *values = (const float *)(x + p * (size_t)op->xStride);
      switch (strips) {
#define WIDTH(STRIPS)                                                                                                 \
  case STRIPS: sparsePanel##STRIPS(values, op->entries, lines, bias + at, floor + at, rows); break;
        STRIP_COUNTS(WIDTH)
#undef WIDTH
      }
      char *out = base + op->out + p * (size_t)op->outStride + (size_t)n * LINE;
      for (int i = 0; i < count; i += LANES)
        transposeSquare(rows + 4 * (size_t)i, (size_t)strips * LINE, LANES, out + (size_t)i * LINE, LINE, count - i);
    }
  }
}

/// Adds the gradients of a panel's rows [LANES][STRIPS], times each of its inputs, to the inputs' lines.
#define WIDTH(STRIPS)                                                                                                 \
  INNERMOST void addPanel##STRIPS(const float *values, int entries, const char *g, char *lines) {                     \
    const int32_t *inputs = (const int32_t *)values + entries * LANES;                                                \
    for (int lane = 0; lane < LANES; lane++, values++, inputs++, g += STRIPS * LINE) {                                \
      F gradients[STRIPS];                                                                                            \
      UNROLL for (int s = 0; s < STRIPS; s++) gradients[s] = load(g + s * LINE);                                      \
      for (int e = 0; e < entries * LANES; e += LANES) {                                                              \
        char *sums = lines + (size_t)(uint32_t)inputs[e] * (STRIPS * LINE);                                           \
        F value = splat(values[e]);                                                                                   \
        UNROLL for (int s = 0; s < STRIPS; s++)                                                                       \
          store(sums + s * LINE, madd(gradients[s], value, load(sums + s * LINE)));                                   \
      }                                                                                                               \
    }                                                                                                                 \
  }
STRIP_COUNTS(WIDTH)
#undef WIDTH

/// The step of N units by the sums of their lines, LANES units at a time.
INLINE void stepByLines(const char *lines, int D, int N, char *block, char *w, Rule rule) {
  const size_t row = unitBytes(D), line = (size_t)vectorsOf(N) * LINE;
  for (int n = 0; n < N; n += LANES, w += LANES * row) {
    for (size_t d = 0; d < row; d += LINE)
      transposeSquare(lines + d / 4 * line + 4 * (size_t)n, line, LANES, block + d, row, LANES);
    const size_t bytes = (size_t)(N - n < LANES ? N - n : LANES) * row;
    if (rule.kind == ADAM) for (size_t at = 0; at < bytes; at += LINE) adam(rule, w + at, load(block + at));
    else for (size_t at = 0; at < bytes; at += LINE) step(rule, w + at, load(block + at));
  }
}

KERNEL void updateSparse(const UpdateSparse *op, char *base, const char *x, char *weights, int P, const Optimizer *o) {
  const Update *layer = &op->layer;
  const int D = layer->D, units = op->units;
  const Rule rule = ruleOf(o);
  char *lines = base + op->lines;
  char rows[LANES * MOST_STRIPS * LINE] __attribute__((aligned(64)));
  for (int n = 0; n < layer->N; n += units) {
    const int count = layer->N - n < units ? layer->N - n : units, strips = vectorsOf(count);
    __builtin_memset(lines, 0, unitBytes(D) / 4 * strips * LINE);
    for (int p = 0; p < P; p++) {
      const char *g = base + layer->g + p * (size_t)layer->gStride + (size_t)n * LINE;
      for (int i = 0; i < count; i += LANES)
        transposeSquare(g + (size_t)i * LINE, LINE, count - i, rows + 4 * (size_t)i, (size_t)strips * LINE, LANES);
      const float *values = (const float *)(x + p * (size_t)layer->xStride);
      switch (strips) {
#define WIDTH(STRIPS) case STRIPS: addPanel##STRIPS(values, op->entries, rows, lines); break;
        STRIP_COUNTS(WIDTH)
#undef WIDTH
      }
    }
    stepByLines(lines, D, count, base + op->block, weights + layer->w + n * unitBytes(D), rule);
  }
  if (layer->trained) updateBiases(layer, base, weights + layer->bias, P, rule);
}

KERNEL void addSparse(const AddSparse *op, char *base, const char *x, int P) {
  if (op->clear) __builtin_memset(base + op->sparse.layer.w, 0, (size_t)op->clear);
  updateSparse(&op->sparse, base, x, base, P, &ADDING);
}
