// Operations on a few rows, [B][N]: a lane is a unit, a weight is read once for several rows. Weights are in strips of
// LANES outputs, [ceil(N / LANES)][D4][LANES], D4 = D rounded up to 4. Each sum is taken in the order of panels.h, so the bits are the same.
#pragma once
#include "exp.h"
#include "optimizer.h"
#include "records.h"

#define MOST_ROWS 8

INLINE size_t stripBytes(int D) { return (size_t)((D + 3) / 4 * 4) * LINE; }
INLINE int stripsOf(int N) { return (N + LANES - 1) / LANES; }

/// The lanes of `v` that are columns, of `left` that follow.
INLINE void storeColumns(char *at, F v, int left) {
  if (left >= LANES) store(at, v);
  else storeFirst(at, v, left);
}

/// ROWS rows x STRIPS strips from `strip` on.
INLINE void denseRowsTile(const int ROWS, const int STRIPS, const Dense *op, const char *base, const char *x,
                          const char *weights, char *out, int strip) {
  const size_t bytes = stripBytes(op->D);
  const char *w = weights + op->w + strip * bytes, *bias = weights + op->bias + strip * LINE;
  F sums[MOST_ROWS][MOST_ROWS];
  UNROLL for (int s = 0; s < STRIPS; s++)
    UNROLL for (int r = 0; r < ROWS; r++) sums[r][s] = load(bias + s * LINE);
  for (int d = 0; d < op->D; d++, x += 4, w += LINE) {
    F line[MOST_ROWS];
    UNROLL for (int s = 0; s < STRIPS; s++) line[s] = load(w + s * bytes);
    UNROLL for (int r = 0; r < ROWS; r++) {
      F input = splat(*(const float *)(x + r * (size_t)op->xStride));
      UNROLL for (int s = 0; s < STRIPS; s++) sums[r][s] += input * line[s];
    }
  }
  const char *floor = base + op->floor + strip * LINE;
  UNROLL for (int s = 0; s < STRIPS; s++)
    UNROLL for (int r = 0; r < ROWS; r++)
      storeColumns(out + r * (size_t)op->outStride + (strip + s) * LINE, pmax(sums[r][s], load(floor + s * LINE)),
                   op->N - (strip + s) * LANES);
}

/// ROWS rows, at most MOST strips at a time, all of about one width.
INLINE void denseRowsOf(const int ROWS, const int MOST, const Dense *op, const char *base, const char *x,
                        const char *weights, char *out) {
  const int strips = stripsOf(op->N), passes = (strips + MOST - 1) / MOST, width = (strips + passes - 1) / passes;
#define WIDTH(STRIPS)                                                                                                 \
  case STRIPS:                                                                                                        \
    if (STRIPS <= MOST) denseRowsTile(ROWS, STRIPS <= MOST ? STRIPS : 1, op, base, x, weights, out, s);               \
    break;
  for (int s = 0; s < strips; s += width) {
    switch (strips - s < width ? strips - s : width) {
      WIDTH(1) WIDTH(2) WIDTH(3) WIDTH(4) WIDTH(5) WIDTH(6) WIDTH(7) WIDTH(8)
    }
  }
#undef WIDTH
}

static void denseRows(const Dense *op, char *base, const char *x, const char *weights, int B) {
  char *out = base + op->out;
  const size_t xStride = op->xStride, outStride = op->outStride;
  int b = 0;
  for (; b + 4 <= B; b += 4) denseRowsOf(4, REGISTERS / 8, op, base, x + b * xStride, weights, out + b * outStride);
  for (; b + 2 <= B; b += 2) denseRowsOf(2, 4, op, base, x + b * xStride, weights, out + b * outStride);
  for (; b < B; b++) denseRowsOf(1, 8, op, base, x + b * xStride, weights, out + b * outStride);
}

/// LANES inputs from d on of ROWS rows; lanes are inputs, so squares of weights are transposed.
INLINE void inputRowsTile(const int ROWS, const InputGradient *op, char *base, const char *weights, int b, int d) {
  const size_t bytes = stripBytes(op->D);
  F sums[MOST_ROWS] = {};
  for (int n = 0; n < op->N; n += LANES) {
    const char *w = weights + op->w + (size_t)(n / LANES) * bytes + (size_t)d * LINE;
    F square[LANES];
    UNROLL for (int i = 0; i < LANES; i++) square[i] = load(w + i * LINE);
    transpose(square);
    const char *g = base + op->g + b * (size_t)op->gStride + 4 * n;
    UNROLL for (int i = 0; i < LANES; i++) {
      if (n + i < op->N) UNROLL for (int r = 0; r < ROWS; r++)
        sums[r] += splat(*(const float *)(g + r * (size_t)op->gStride + 4 * i)) * square[i];
    }
  }
  UNROLL for (int r = 0; r < ROWS; r++) {
    const size_t row = (size_t)(b + r);
    F sum = sums[r];
    if (op->mask) sum = (F)((I)sum & (load(base + op->mask + row * op->maskStride + 4 * d) > 0));
    storeColumns(base + op->dx + row * op->dxStride + 4 * d, sum, op->D - d);
  }
}

static void inputGradientRows(const InputGradient *op, char *base, const char *weights, int B) {
  for (int d = 0; d < op->D; d += LANES) {
    int b = 0;
    for (; b + 4 <= B; b += 4) inputRowsTile(4, op, base, weights, b, d);
    for (; b < B; b++) inputRowsTile(1, op, base, weights, b, d);
  }
}

/// The outer product of ROWS rows (all B rows, in order, if ROWS is 0) and the optimizer's step, in one pass over the
/// weights and their moments.
INLINE void updateRowsTile(const int ROWS, const int isAdam, const Update *op, const char *base, const char *x, char *w,
                           int strip, int B, Rule rule) {
  const size_t xStride = op->xStride, gStride = op->gStride;
  const char *g = base + op->g + strip * LINE;
  F gradient[MOST_ROWS];
  UNROLL for (int b = 0; b < ROWS; b++) gradient[b] = load(g + b * gStride);
  for (int d = 0; d < op->D; d++, x += 4, w += LINE) {
    F sum = splat(0);
    if (ROWS > 0) UNROLL for (int b = 0; b < ROWS; b++) sum += splat(*(const float *)(x + b * xStride)) * gradient[b];
    else for (int b = 0; b < B; b++) sum += splat(*(const float *)(x + b * xStride)) * load(g + b * gStride);
    if (isAdam) adam(rule, w, sum);
    else sgd(rule, w, sum);
  }
}

static void updateBiasRows(const Update *op, const char *base, char *bias, int strip, int B, Rule rule) {
  const char *g = base + op->g + strip * LINE;
  F sums[4] = {};
  for (int b = 0; b < B; b++) sums[b & 3] += load(g + b * (size_t)op->gStride);
  step(rule, bias + strip * LINE,
       ((sums[0] + sums[1]) + (sums[2] + sums[3])) * load(base + op->trained + strip * LINE));
}

INLINE void updateRowsOf(const int isAdam, const Update *op, const char *base, const char *x, char *weights, int B,
                         Rule rule) {
  for (int s = 0; s < stripsOf(op->N); s++) {
    char *w = weights + op->w + s * stripBytes(op->D);
#define ROWS(COUNT)                                                                                                   \
  case COUNT: updateRowsTile(COUNT, isAdam, op, base, x, w, s, B, rule); break;
    switch (B) {
      ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8)
      default: updateRowsTile(0, isAdam, op, base, x, w, s, B, rule);
    }
#undef ROWS
    if (op->trained) updateBiasRows(op, base, weights + op->bias, s, B, rule);
  }
}

static void updateRows(const Update *op, const char *base, const char *x, char *weights, int B, const Optimizer *o) {
  const Rule rule = ruleOf(o);
  if (rule.isAdam) updateRowsOf(1, op, base, x, weights, B, rule);
  else updateRowsOf(0, op, base, x, weights, B, rule);
}

INLINE void softmaxRow(const int isTop, float *gate, int E) {
  float greatest = gate[0], sum = 0;
  for (int e = 1; e < E; e++) greatest = greatest < gate[e] ? gate[e] : greatest;
  for (int e = 0; e < E; e += LANES) {
    F logits = load(gate + e), weights = expOfNegative(logits - greatest);
    if (isTop) weights = (F)((I)weights & (logits != splat(-__builtin_inff())));
    storeColumns((char *)(gate + e), weights, E - e);
  }
  for (int e = 0; e < E; e++) sum += gate[e];
  const float scale = 1 / sum;
  for (int e = 0; e < E; e++) gate[e] *= scale;
}

static void softmaxRows(const Softmax *op, char *base, int B) {
  for (int b = 0; b < B; b++) softmaxRow(0, (float *)(base + op->gate + b * (size_t)op->gateStride), op->E);
}

static void topSoftmaxRows(const TopSoftmax *op, char *base, int B) {
  for (int b = 0; b < B; b++) {
    float *gate = (float *)(base + op->gate + b * (size_t)op->gateStride);
    for (int e = 0; e < op->E; e++) {
      int before = 0;
      for (int other = 0; other < op->E; other++)
        before += other < e ? gate[other] >= gate[e] : other > e && gate[other] > gate[e];
      if (before >= op->k) gate[e] = -__builtin_inff();
    }
    softmaxRow(1, gate, op->E);
  }
}

static void mixRows(const Mix *op, char *base, int B) {
  const Address *experts = (const Address *)(base + op->experts);
  for (int b = 0; b < B; b++) {
    const float *gate = (const float *)(base + op->gate + b * (size_t)op->gateStride);
    for (int h = 0; h < op->H; h += LANES) {
      F sum = splat(0);
      for (int e = 0; e < op->E; e++) sum += gate[e] * load(base + experts[e] + b * (size_t)op->expertStride + 4 * h);
      storeColumns(base + op->out + b * (size_t)op->outStride + 4 * h, sum, op->H - h);
    }
  }
}

INLINE void gateRow(const int EXPERTS, const GateGradient *op, const char *base, int e, size_t at, const float *mix,
                    float *out) {
  const Address *experts = (const Address *)(base + op->experts) + e;
  float sums[4] = {0};
  for (int h = 0; h < op->H; h++)
    UNROLL for (int i = 0; i < EXPERTS; i++) sums[i] += mix[h] * ((const float *)(base + experts[i] + at))[h];
  UNROLL for (int i = 0; i < EXPERTS; i++) out[i] = sums[i];
}

static void gateGradientRows(const GateGradient *op, char *base, int B) {
  for (int b = 0; b < B; b++) {
    const float *mix = (const float *)(base + op->mix + b * (size_t)op->mixStride);
    const float *gate = (const float *)(base + op->gate + b * (size_t)op->gateStride);
    float *d = (float *)(base + op->dLogits + b * (size_t)op->dStride);
    const size_t at = b * (size_t)op->expertStride;
    int i = 0;
    for (; i + 4 <= op->E; i += 4) gateRow(4, op, base, i, at, mix, d + i);
    for (; i < op->E; i++) gateRow(1, op, base, i, at, mix, d + i);
    float sum = 0;
    for (int e = 0; e < op->E; e++) sum += gate[e] * d[e];
    for (int e = 0; e < op->E; e++) d[e] = gate[e] * (d[e] - sum);
  }
}

static void expertGradientRows(const ExpertGradient *op, char *base, int B) {
  const Address *uses = (const Address *)(base + op->uses);
  for (int b = 0; b < B; b++) {
    for (int h = 0; h < op->H; h += LANES) {
      F sum = splat(0);
      for (int m = 0; m < op->M; m++)
        sum += *(const float *)(base + uses[2 * m] + b * (size_t)op->gateStride) *
               load(base + uses[2 * m + 1] + b * (size_t)op->mixStride + 4 * h);
      F isActive = (F)(load(base + op->expert + b * (size_t)op->expertStride + 4 * h) > 0);
      storeColumns(base + op->out + b * (size_t)op->outStride + 4 * h, (F)((I)sum & (I)isActive), op->H - h);
    }
  }
}
