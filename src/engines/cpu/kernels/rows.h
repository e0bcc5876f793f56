// Operations on a few rows, [B][N]: a lane is a unit, a weight is read once for several rows. Weights are in strips of
// LANES outputs, [ceil(N / LANES)][D4][LANES], D4 = D rounded up to 4. Each sum is taken in the order of panels.h, so the
// bits are the same.
#pragma once
#include "../../rows/kernels/transpose.h"
#include "exp.h"
#include "records.h"

#define MOST_ROWS 8
/// Strips of one row at a time: V8 has no registers for the addresses of eight.
#define STRIPS_OF_ONE (LANES == 4 ? 4 : 8)

INLINE size_t stripBytes(int D) { return (size_t)((D + 3) / 4 * 4) * LINE; }
INLINE int stripsOf(int N) { return (N + LANES - 1) / LANES; }

/// Adds an input of ROWS rows to the sums of STRIPS strips, `bytes` apart.
INLINE void denseInput(const int ROWS, const int STRIPS, const char *x, size_t xStride, const char *w, size_t bytes,
                       F sums[MOST_ROWS][MOST_ROWS]) {
  F line[MOST_ROWS];
  UNROLL for (int s = 0; s < STRIPS; s++) line[s] = load(w + s * bytes);
  UNROLL for (int r = 0; r < ROWS; r++) {
    F input = splat(*(const float *)(x + r * xStride));
    UNROLL for (int s = 0; s < STRIPS; s++) sums[r][s] = madd(input, line[s], sums[r][s]);
  }
}

/// ROWS rows x STRIPS strips from `strip` on.
INLINE void denseRowsTile(const int ROWS, const int STRIPS, const Dense *op, const char *base, const char *x,
                          const char *weights, char *out, int strip) {
  const size_t bytes = stripBytes(op->D), xStride = op->xStride;
  const char *w = weights + op->w + strip * bytes, *bias = weights + op->bias + strip * LINE;
  const char *end = x + 4 * (size_t)op->D;
  F sums[MOST_ROWS][MOST_ROWS];
  UNROLL for (int s = 0; s < STRIPS; s++)
    UNROLL for (int r = 0; r < ROWS; r++) sums[r][s] = load(bias + s * LINE);
  if (ROWS == 1) TWICE for (; x < end; x += 4, w += LINE) denseInput(1, STRIPS, x, xStride, w, bytes, sums);
  else for (; x < end; x += 4, w += LINE) denseInput(ROWS, STRIPS, x, xStride, w, bytes, sums);
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

KERNEL void denseRows(const Dense *op, char *base, const char *x, const char *weights, int B) {
  char *out = base + op->out;
  const size_t xStride = op->xStride, outStride = op->outStride;
  int b = 0;
  for (; b + 4 <= B; b += 4) denseRowsOf(4, REGISTERS / 8, op, base, x + b * xStride, weights, out + b * outStride);
  for (; b + 2 <= B; b += 2) denseRowsOf(2, 4, op, base, x + b * xStride, weights, out + b * outStride);
  for (; b < B; b++) denseRowsOf(1, STRIPS_OF_ONE, op, base, x + b * xStride, weights, out + b * outStride);
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
        sums[r] = madd(splat(*(const float *)(g + r * (size_t)op->gStride + 4 * i)), square[i], sums[r]);
    }
  }
  UNROLL for (int r = 0; r < ROWS; r++) {
    const size_t row = (size_t)(b + r);
    F sum = sums[r];
    if (op->mask) sum = (F)((I)sum & (load(base + op->mask + row * op->maskStride + 4 * d) > 0));
    storeColumns(base + op->dx + row * op->dxStride + 4 * d, sum, op->D - d);
  }
}

KERNEL void inputGradientRows(const InputGradient *op, char *base, const char *weights, int B) {
  for (int d = op->first; d < op->D; d += LANES) {
    int b = 0;
    for (; b + 4 <= B; b += 4) inputRowsTile(4, op, base, weights, b, d);
    for (; b < B; b++) inputRowsTile(1, op, base, weights, b, d);
  }
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

KERNEL void softmaxRows(const Softmax *op, char *base, int B) {
  for (int b = 0; b < B; b++) softmaxRow(0, (float *)(base + op->gate + b * (size_t)op->gateStride), op->E);
}

KERNEL void topSoftmaxRows(const TopSoftmax *op, char *base, int B) {
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

INLINE void mixRow(const int VECTORS, const Mix *op, char *base, const float *gate, int b, int h) {
  const Address *experts = (const Address *)(base + op->experts);
  const size_t at = b * (size_t)op->expertStride + 4 * (size_t)h;
  F sums[4] = {};
  for (int e = 0; e < op->E; e++)
    UNROLL for (int v = 0; v < VECTORS; v++)
      sums[v] = madd(splat(gate[e]), load(base + experts[e] + at + v * LINE), sums[v]);
  UNROLL for (int v = 0; v < VECTORS; v++)
    storeColumns(base + op->out + b * (size_t)op->outStride + 4 * h + v * LINE, sums[v], op->H - h - v * LANES);
}

KERNEL void mixRows(const Mix *op, char *base, int B) {
  for (int b = 0; b < B; b++) {
    const float *gate = (const float *)(base + op->gate + b * (size_t)op->gateStride);
    int h = 0;
    for (; h + 4 * LANES <= op->H; h += 4 * LANES) mixRow(4, op, base, gate, b, h);
    for (; h < op->H; h += LANES) mixRow(1, op, base, gate, b, h);
  }
}

INLINE void gateTileOfRow(const int EXPERTS, const Address *experts, const char *base, int H, size_t at,
                          const float *mix, float *out) {
  float sums[4] = {0};
  for (int h = 0; h < H; h++)
    UNROLL for (int i = 0; i < EXPERTS; i++)
      sums[i] = maddOne(mix[h], ((const float *)(base + experts[i] + at))[h], sums[i]);
  UNROLL for (int i = 0; i < EXPERTS; i++) out[i] = sums[i];
}

/// dg_e = dmix . expert_e of one row.
INLINE void gateRow(const Address *experts, const char *base, int E, int H, size_t at, const float *mix, float *d) {
  int i = 0;
  for (; i + 4 <= E; i += 4) gateTileOfRow(4, experts + i, base, H, at, mix, d + i);
  for (; i < E; i++) gateTileOfRow(1, experts + i, base, H, at, mix, d + i);
}

KERNEL void sharesGradientRows(const SharesGradient *op, char *base, int B) {
  const Address *experts = (const Address *)(base + op->experts);
  for (int b = 0; b < B; b++)
    gateRow(experts, base, op->E, op->H, b * (size_t)op->expertStride,
            (const float *)(base + op->mix + b * (size_t)op->mixStride),
            (float *)(base + op->d + b * (size_t)op->dStride));
}

KERNEL void gateGradientRows(const GateGradient *op, char *base, int B) {
  for (int b = 0; b < B; b++) {
    const float *mix = (const float *)(base + op->mix + b * (size_t)op->mixStride);
    const float *gate = (const float *)(base + op->gate + b * (size_t)op->gateStride);
    float *d = (float *)(base + op->dLogits + b * (size_t)op->dStride);
    gateRow((const Address *)(base + op->experts), base, op->E, op->H, b * (size_t)op->expertStride, mix, d);
    float sum = 0;
    for (int e = 0; e < op->E; e++) sum = maddOne(gate[e], d[e], sum);
    for (int e = 0; e < op->E; e++) d[e] = gate[e] * (d[e] - sum);
  }
}

INLINE void expertRow(const int VECTORS, const ExpertGradient *op, char *base, int b, int h) {
  const Address *uses = (const Address *)(base + op->uses);
  const size_t at = 4 * (size_t)h;
  F sums[4] = {};
  for (int m = 0; m < op->M; m++) {
    const char *mix = base + uses[2 * m + 1] + b * (size_t)op->mixStride + at;
    F gate = splat(*(const float *)(base + uses[2 * m] + b * (size_t)op->gateStride));
    UNROLL for (int v = 0; v < VECTORS; v++) sums[v] = madd(gate, load(mix + v * LINE), sums[v]);
  }
  const char *expert = base + op->expert + b * (size_t)op->expertStride + at;
  char *out = base + op->out + b * (size_t)op->outStride + at;
  UNROLL for (int v = 0; v < VECTORS; v++) {
    if (op->expert) sums[v] = (F)((I)sums[v] & (load(expert + v * LINE) > 0));
    storeColumns(out + v * LINE, sums[v], op->H - h - v * LANES);
  }
}

KERNEL void expertGradientRows(const ExpertGradient *op, char *base, int B) {
  for (int b = 0; b < B; b++) {
    int h = 0;
    for (; h + 4 * LANES <= op->H; h += 4 * LANES) expertRow(4, op, base, b, h);
    for (; h < op->H; h += LANES) expertRow(1, op, base, b, h);
  }
}
