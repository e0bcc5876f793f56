// The weight gradient of a few rows with the optimizer's step, in one pass over the weights and their moments.
#pragma once
#include "optimizer.h"
#include "rows.h"

/// A strip, by ROWS rows; by all B rows, in order, if ROWS is 0.
INLINE void updateStrip(const int ROWS, const int KIND, const Update *op, const char *base, const char *x, char *w,
                        int strip, int B, Rule rule) {
  const size_t xStride = op->xStride, gStride = op->gStride;
  const char *g = base + op->g + strip * LINE;
  F gradient[MOST_ROWS];
  UNROLL for (int b = 0; b < ROWS; b++) gradient[b] = load(g + b * gStride);
  for (const char *end = x + 4 * (size_t)op->D; x < end; x += 4, w += LINE) {
    F sum = splat(0);
    if (ROWS > 0)
      UNROLL for (int b = 0; b < ROWS; b++) sum = madd(splat(*(const float *)(x + b * xStride)), gradient[b], sum);
    else
      for (int b = 0; b < B; b++) sum = madd(splat(*(const float *)(x + b * xStride)), load(g + b * gStride), sum);
    if (KIND == ADAM) adam(rule, w, sum);
    else if (KIND == SGD) sgd(rule, w, sum);
    else if (KIND == STORE) store(w + rule.moments, sum);
    else withMomentum(rule, w, sum);
  }
}

/// The sums over all rows, four for each unit, as updateBiases of panel-update.h.
INLINE void updateBiasStrip(const Update *op, const char *base, char *bias, int strip, int B, Rule rule) {
  const char *g = base + op->g + strip * LINE;
  const size_t gStride = op->gStride;
  F sums[4] = {};
  for (int b = 0; b < B; b += 4, g += 4 * gStride)
    UNROLL for (int i = 0; i < 4; i++) if (b + i < B) sums[i] += load(g + i * gStride);
  step(rule, bias + strip * LINE,
       ((sums[0] + sums[1]) + (sums[2] + sums[3])) * load(base + op->trained + strip * LINE));
}

INLINE void updateRowsOf(const int KIND, const Update *op, const char *base, const char *x, char *weights, int B,
                         Rule rule) {
  for (int s = 0; s < stripsOf(op->N); s++) {
    char *w = weights + op->w + s * stripBytes(op->D);
#define ROWS(COUNT)                                                                                                   \
  case COUNT: updateStrip(COUNT, KIND, op, base, x, w, s, B, rule); break;
    switch (KIND == MOMENTUM ? 0 : B) { // rarer: without code for each number of rows
      ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8)
      default: updateStrip(0, KIND, op, base, x, w, s, B, rule);
    }
#undef ROWS
    if (op->trained) updateBiasStrip(op, base, weights + op->bias, s, B, rule);
  }
}

KERNEL void updateRows(const Update *op, const char *base, const char *x, char *weights, int B, const Optimizer *o) {
  const Rule rule = ruleOf(o);
  switch (rule.kind) {
    case SGD: updateRowsOf(SGD, op, base, x, weights, B, rule); break;
    case ADAM: updateRowsOf(ADAM, op, base, x, weights, B, rule); break;
    case STORE: updateRowsOf(STORE, op, base, x, weights, B, rule); break;
    default: updateRowsOf(MOMENTUM, op, base, x, weights, B, rule);
  }
}
