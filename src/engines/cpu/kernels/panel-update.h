// The weight gradient over panels of rows, with the optimizer's step in its epilogue. A ReLU unit's gradient is 0 in
// every row where it was shut, half of them or more: only the others are added. The sums keep their bits, since rows
// are added in the same order from +0, and a product with 0 would change none of them.
#pragma once
#include "../../rows/kernels/transpose.h"
#include "optimizer.h"
#include "panels.h"
#include "team.h"

/// Rows of a block: a word of bits.
#define BLOCK_ROWS 64
/// Bytes of a first-level cache, in which the packed inputs of a block are.
#define FIRST_LEVEL 32768
/// The most vectors of inputs whose sums are in registers.
#define WIDEST (REGISTERS == 32 ? 14 : 13)
/// From this many vectors on rows are skipped.
#define LEAST_SPARSE 4

/// Inputs of P panels, row after row, 0 beyond D; those of the vectors from `v` to V alone.
KERNEL void packRows(const char *x, size_t stride, char *rows, int D, int P, int v, int V) {
  const size_t row = unitBytes(D);
  const int first = v * LANES, end = V * LANES < D ? V * LANES : D;
  for (int p = 0; p < P; p++, x += stride, rows += LANES * row) {
    for (int d = first; d < end; d += LANES) {
      F lines[LANES];
      UNROLL for (int i = 0; i < LANES; i++) lines[i] = d + i < D ? load(x + (size_t)(d + i) * LINE) : splat(0);
      transpose(lines);
      UNROLL for (int i = 0; i < LANES; i++) store(rows + i * row + 4 * (size_t)d, lines[i]);
    }
  }
}

/// A unit's rows of a block.
typedef struct {
  uint64_t mask;
  float g[BLOCK_ROWS] __attribute__((aligned(64)));
} Active;

INLINE void findActive(Active *active, const char *g, size_t stride, int panels) {
  active->mask = 0;
  for (int p = 0; p < panels; p++) {
    F v = load(g + p * stride);
    store(active->g + p * LANES, v);
    active->mask |= (uint64_t)nonzero(v) << (LANES * p);
  }
}

/// Adds a block's active rows to VECTORS sums of a unit; then either they are kept or its weights take their step.
INLINE void addActive(const int VECTORS, const Active *active, const char *rows, size_t row, char *sums, int isFirst,
                      int isLast, char *w, Rule rule) {
  F s[WIDEST];
  if (isLast && rule.kind == ADAM) UNROLL for (int v = 0; v < VECTORS; v++) prefetch(rule, w + v * LINE);
  UNROLL for (int v = 0; v < VECTORS; v++) s[v] = isFirst ? splat(0) : load(sums + v * LINE);
  for (uint64_t mask = active->mask; mask; mask &= mask - 1) {
    const int r = __builtin_ctzll(mask);
    const char *x = rows + (size_t)r * row;
    F g = splat(active->g[r]);
    UNROLL for (int v = 0; v < VECTORS; v++) s[v] = madd(g, load(x + v * LINE), s[v]);
  }
  if (!isLast) UNROLL for (int v = 0; v < VECTORS; v++) store(sums + v * LINE, s[v]);
  else {
    F last[WIDEST];
    UNROLL for (int v = 0; v < VECTORS; v++) last[v] = s[v];
    if (rule.kind == ADAM) STEPS for (int v = 0; v < VECTORS; v++) adam(rule, w + v * LINE, last[v]);
    else if (rule.kind == SGD) STEPS for (int v = 0; v < VECTORS; v++) sgd(rule, w + v * LINE, last[v]);
    else stepEach(rule, w, last, VECTORS);
  }
}

#if REGISTERS == 32
#define WIDTHS(W) W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8) W(9) W(10) W(11) W(12) W(13) W(14)
#else
#define WIDTHS(W) W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8) W(9) W(10) W(11) W(12) W(13)
#endif

#define WIDTH(VECTORS)                                                                                                \
  INNERMOST void addActive##VECTORS(const Active *active, const char *rows, size_t row, char *sums, int isFirst,      \
                                    int isLast, char *w, Rule rule) {                                                 \
    addActive(VECTORS, active, rows, row, sums, isFirst, isLast, w, rule);                                            \
  }
WIDTHS(WIDTH)
#undef WIDTH

/// A block's rows for all units of at most WIDEST vectors of inputs.
INLINE void addNarrow(const Update *op, char *base, const char *g, int panels, int isFirst, int isLast, char *w,
                      Rule rule) {
  const size_t row = unitBytes(op->D);
  const char *rows = base + op->rows;
  char *sums = base + op->sums;
  Active active;
#define WIDTH(VECTORS)                                                                                                \
  case VECTORS:                                                                                                       \
    for (int n = 0; n < op->N; n++, g += LINE, sums += row, w += row) {                                               \
      findActive(&active, g, op->gStride, panels);                                                                    \
      addActive##VECTORS(&active, rows, row, sums, isFirst, isLast, w, rule);                                         \
    }                                                                                                                 \
    break;
  switch (vectorsOf(op->D)) { WIDTHS(WIDTH) }
#undef WIDTH
}

/// The same for those from `v` to V of more, in passes of about one width: of so few that those of a block stay in the cache
/// for all units.
INLINE void addWide(const Update *op, char *base, const char *g, int panels, int isFirst, int isLast, char *w,
                    Rule rule, int v, int V) {
  const int fit = FIRST_LEVEL / (BLOCK_ROWS * LINE), most = fit < WIDEST ? fit : WIDEST;
  const int passes = (V - v + most - 1) / most;
  const int widest = passes > 0 ? (V - v + passes - 1) / passes : 0;
  const size_t row = unitBytes(op->D);
  for (; v < V; v += widest) {
    const size_t at = (size_t)v * LINE;
    const char *rows = base + op->rows + at;
    char *sums = base + op->sums + at;
    for (int n = 0; n < op->N; n++, sums += row) {
      Active active;
      findActive(&active, g + n * LINE, op->gStride, panels);
#define WIDTH(VECTORS)                                                                                                \
  case VECTORS: addActive##VECTORS(&active, rows, row, sums, isFirst, isLast, w + n * row + at, rule); break;
      switch (V - v < widest ? V - v : widest) { WIDTHS(WIDTH) }
#undef WIDTH
    }
  }
}

KERNEL void addBlock(const Update *op, char *base, const char *g, int panels, int isFirst, int isLast, char *w,
                     Rule rule, Share share) {
  const int vectors = vectorsOf(op->D);
  if (vectors <= WIDEST && share.parts == 1) addNarrow(op, base, g, panels, isFirst, isLast, w, rule);
  else addWide(op, base, g, panels, isFirst, isLast, w, rule, beginOf(share, vectors), endOf(share, vectors));
}

/// A thread's share are some of the inputs.
KERNEL void sparseUpdate(const Update *op, char *base, const char *x, char *w, int P, Rule rule, Share share) {
  const int block = BLOCK_ROWS / LANES, vectors = vectorsOf(op->D);
  for (int p = 0; p < P; p += block) {
    const int panels = P - p < block ? P - p : block;
    packRows(x + p * (size_t)op->xStride, op->xStride, base + op->rows, op->D, panels, beginOf(share, vectors),
             endOf(share, vectors));
    addBlock(op, base, base + op->g + p * (size_t)op->gStride, panels, p == 0, p + block >= P, w, rule, share);
  }
}

/// All rows for UNITS units of few inputs.
INLINE void denseUnits(const int UNITS, const int VECTORS, const char *rows, const char *g, size_t gStride, int P,
                       char *w, Rule rule) {
  F s[8][LEAST_SPARSE] = {};
  for (int p = 0; p < P; p++, g += gStride) {
    for (int lane = 0; lane < LANES; lane++, rows += VECTORS * LINE) {
      F x[LEAST_SPARSE];
      UNROLL for (int v = 0; v < VECTORS; v++) x[v] = load(rows + v * LINE);
      UNROLL for (int n = 0; n < UNITS; n++) {
        F gradient = splat(((const float *)(g + n * LINE))[lane]);
        UNROLL for (int v = 0; v < VECTORS; v++) s[n][v] = madd(gradient, x[v], s[n][v]);
      }
    }
  }
  UNROLL for (int n = 0; n < UNITS; n++)
    UNROLL for (int v = 0; v < VECTORS; v++) step(rule, w + (n * VECTORS + v) * LINE, s[n][v]);
}

INLINE void denseUpdate(const int UNITS, const int VECTORS, const Update *op, char *base, const char *x, char *w, int P,
                        Rule rule) {
  const char *rows = base + op->rows, *g = base + op->g;
  packRows(x, op->xStride, base + op->rows, op->D, P, 0, VECTORS);
  int n = 0;
  for (; n + UNITS <= op->N; n += UNITS)
    denseUnits(UNITS, VECTORS, rows, g + n * LINE, op->gStride, P, w + (size_t)n * VECTORS * LINE, rule);
  for (; n < op->N; n++)
    denseUnits(1, VECTORS, rows, g + n * LINE, op->gStride, P, w + (size_t)n * VECTORS * LINE, rule);
}

/// Units whose four sums fill a vector.
#define SUMMED (LANES / 4)

/// Adds a line of each of SUMMED units to their sums: row after row, a row's class is its number modulo 4.
INLINE F addLines(F sums, const F lines[SUMMED]) {
#if LANES == 16
  F even0 = FOURS(lines[0], lines[1], 0), even1 = FOURS(lines[2], lines[3], 0);
  F odd0 = FOURS(lines[0], lines[1], 4), odd1 = FOURS(lines[2], lines[3], 4);
  return sums + FOURS(even0, even1, 0) + FOURS(odd0, odd1, 0) + FOURS(even0, even1, 4) + FOURS(odd0, odd1, 4);
#elif LANES == 8
  return sums + FOURS(lines[0], lines[1], 0) + FOURS(lines[0], lines[1], 4);
#else
  return sums + lines[0];
#endif
}

/// The sums over all rows, four for each unit; then their sum, in one order for all kernel sets. Units beyond the last are
/// read and not used.
KERNEL void updateBiases(const Update *op, char *base, char *bias, int P, Rule rule) {
  const char *trained = base + op->trained;
  for (int n = 0; n < op->N; n += LANES) {
    float gradient[LANES];
    for (int i = 0; i < LANES; i += SUMMED) {
      const char *g = base + op->g + (size_t)(n + i < op->N ? n + i : 0) * LINE;
      F sums = splat(0);
      for (int p = 0; p < P; p++, g += op->gStride) {
        F lines[SUMMED];
        UNROLL for (int u = 0; u < SUMMED; u++) lines[u] = load(g + u * LINE);
        sums = addLines(sums, lines);
      }
      UNROLL for (int u = 0; u < SUMMED; u++)
        gradient[i + u] = (sums[4 * u] + sums[4 * u + 1]) + (sums[4 * u + 2] + sums[4 * u + 3]);
    }
    step(rule, bias + 4 * (size_t)n, load(gradient) * load(trained + 4 * (size_t)n));
  }
}

KERNEL void update(const Update *op, char *base, const char *x, char *weights, int P, const Optimizer *o, Share share) {
  const Rule rule = ruleOf(o);
  char *w = weights + op->w;
  if (vectorsOf(op->D) >= LEAST_SPARSE) sparseUpdate(op, base, x, w, P, rule, share);
  if (share.part > 0) return;
  switch (vectorsOf(op->D)) {
    case 1: denseUpdate(8, 1, op, base, x, w, P, rule); break;
    case 2: denseUpdate(4, 2, op, base, x, w, P, rule); break;
    case 3: denseUpdate(2, 3, op, base, x, w, P, rule); break;
  }
  if (op->trained) updateBiases(op, base, weights + op->bias, P, rule);
}
