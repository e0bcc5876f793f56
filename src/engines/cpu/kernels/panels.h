// Operations on panels of LANES rows, [P][N][LANES]: a lane is a row. Weights are [N][inputs rounded up to LANES]. Where threads
// share an operation, it is on the panels from `p` to P.
#pragma once
#include "exp.h"
#include "optimizer.h"

#define MOST_PANELS (REGISTERS / 8)

INLINE int vectorsOf(int D) { return (D + LANES - 1) / LANES; }
INLINE size_t unitBytes(int D) { return (size_t)vectorsOf(D) * LINE; }

/// PANELS panels x COLUMNS columns. A column's weights are read one after the other, each for all rows.
INLINE void denseTile(const int PANELS, const int COLUMNS, const Dense *op, const char *x, const char *w,
                      const float *bias, const float *floor, char *out) {
  const size_t row = unitBytes(op->D), xStride = op->xStride;
  F sums[MOST_PANELS][8];
  UNROLL for (int p = 0; p < PANELS; p++)
    UNROLL for (int c = 0; c < COLUMNS; c++) sums[p][c] = splat(bias[c]);
  for (const char *end = x + (size_t)op->D * LINE; x < end; x += LINE, w += 4) {
    F rows[MOST_PANELS];
    UNROLL for (int p = 0; p < PANELS; p++) rows[p] = load(x + p * xStride);
    UNROLL for (int c = 0; c < COLUMNS; c++) {
      F weight = splat(*(const float *)(w + c * row));
      UNROLL for (int p = 0; p < PANELS; p++) sums[p][c] = madd(rows[p], weight, sums[p][c]);
    }
  }
  UNROLL for (int p = 0; p < PANELS; p++)
    UNROLL for (int c = 0; c < COLUMNS; c++)
      store(out + p * op->outStride + c * LINE, pmax(sums[p][c], splat(floor[c])));
}

INLINE void densePanels(const int PANELS, const int COLUMNS, const Dense *op, char *base, const char *x,
                        const char *weights, char *out) {
  const char *w = weights + op->w;
  const float *bias = (const float *)(weights + op->bias), *floor = (const float *)(base + op->floor);
  const size_t row = unitBytes(op->D);
  int n = 0;
  for (; n + COLUMNS <= op->N; n += COLUMNS)
    denseTile(PANELS, COLUMNS, op, x, w + n * row, bias + n, floor + n, out + n * LINE);
  for (; n < op->N; n++) denseTile(PANELS, 1, op, x, w + n * row, bias + n, floor + n, out + n * LINE);
}

KERNEL void dense(const Dense *op, char *base, const char *x, const char *weights, int p, int P) {
  char *out = base + op->out;
  for (; p + MOST_PANELS <= P; p += MOST_PANELS)
    densePanels(MOST_PANELS, 4, op, base, x + p * (size_t)op->xStride, weights, out + p * (size_t)op->outStride);
  x += p * (size_t)op->xStride;
  out += p * (size_t)op->outStride;
  if (P - p == 3) densePanels(3 % MOST_PANELS, 4, op, base, x, weights, out);
  else if (P - p == 2) densePanels(2 % MOST_PANELS, 4, op, base, x, weights, out);
  else if (P - p == 1) densePanels(1, 8, op, base, x, weights, out);
}

/// PANELS panels x INPUTS inputs.
INLINE void inputTile(const int PANELS, const int INPUTS, const InputGradient *op, const char *g, const char *w,
                      const char *mask, char *dx) {
  const size_t row = unitBytes(op->D), gStride = op->gStride;
  F sums[MOST_PANELS][4] = {};
  for (const char *end = g + (size_t)op->N * LINE; g < end; g += LINE, w += row) {
    F rows[MOST_PANELS];
    UNROLL for (int p = 0; p < PANELS; p++) rows[p] = load(g + p * gStride);
    UNROLL for (int d = 0; d < INPUTS; d++) {
      F weight = splat(((const float *)w)[d]);
      UNROLL for (int p = 0; p < PANELS; p++) sums[p][d] = madd(rows[p], weight, sums[p][d]);
    }
  }
  UNROLL for (int p = 0; p < PANELS; p++)
    UNROLL for (int d = 0; d < INPUTS; d++) {
      F sum = sums[p][d];
      if (op->mask) sum = (F)((I)sum & (load(mask + p * op->maskStride + d * LINE) > 0));
      store(dx + p * op->dxStride + d * LINE, sum);
    }
}

INLINE void inputPanels(const int PANELS, const InputGradient *op, char *base, const char *weights, int p) {
  const char *g = base + op->g + p * (size_t)op->gStride, *w = weights + op->w;
  const char *mask = base + op->mask + p * (size_t)op->maskStride;
  char *dx = base + op->dx + p * (size_t)op->dxStride;
  int d = op->first;
  for (; d + 4 <= op->D; d += 4) inputTile(PANELS, 4, op, g, w + 4 * d, mask + d * LINE, dx + d * LINE);
  for (; d < op->D; d++) inputTile(PANELS, 1, op, g, w + 4 * d, mask + d * LINE, dx + d * LINE);
}

KERNEL void inputGradient(const InputGradient *op, char *base, const char *weights, int p, int P) {
  for (; p + MOST_PANELS <= P; p += MOST_PANELS) inputPanels(MOST_PANELS, op, base, weights, p);
  for (; p < P; p++) inputPanels(1, op, base, weights, p);
}

/// A gate's weights: softmax over E columns, after the largest logit is subtracted. With `isTop`, a logit of -inf gets 0
/// rather than the least that exp gives.
INLINE void softmaxPanel(const int isTop, char *gate, char *end) {
  F greatest = load(gate);
  for (char *e = gate + LINE; e < end; e += LINE) greatest = pmax(greatest, load(e));
  F sum = splat(0);
  for (char *e = gate; e < end; e += LINE) {
    F logit = load(e), weight = expOfNegative(logit - greatest);
    if (isTop) weight = (F)((I)weight & (logit != splat(-__builtin_inff())));
    store(e, weight);
    sum += weight;
  }
  F scale = 1 / sum;
  for (char *e = gate; e < end; e += LINE) store(e, load(e) * scale);
}

KERNEL void softmax(const Softmax *op, char *base, int p, int P) {
  for (; p < P; p++) {
    char *gate = base + op->gate + p * (size_t)op->gateStride;
    softmaxPanel(0, gate, gate + (size_t)op->E * LINE);
  }
}

/// Logits that are not among their row's k largest become -inf: the k largest are before them, whichever went before.
INLINE void keepTop(char *gate, char *end, int k) {
  for (char *e = gate; e < end; e += LINE) {
    F logit = load(e);
    I before = {};
    for (char *other = gate; other < e; other += LINE) before -= load(other) >= logit;
    for (char *other = e + LINE; other < end; other += LINE) before -= load(other) > logit;
    store(e, choose(before < splatI(k), logit, splat(-__builtin_inff())));
  }
}

KERNEL void topSoftmax(const TopSoftmax *op, char *base, int P) {
  for (int p = 0; p < P; p++) {
    char *gate = base + op->gate + p * (size_t)op->gateStride, *end = gate + (size_t)op->E * LINE;
    keepTop(gate, end, op->k);
    softmaxPanel(1, gate, end);
  }
}

/// For P panels of `width` rows.
KERNEL void residual(const Residual *op, char *base, int P, int width) {
  for (int p = 0; p < P; p++) {
    const float *gate = (const float *)(base + op->gate + p * (size_t)op->gateStride);
    float *shares = (float *)(base + op->shares + p * (size_t)op->sharesStride);
    for (int i = 0; i < op->E * width; i++) shares[i] = gate[i] + (i / width == op->own ? 1 : 0);
  }
}

INLINE void mixTile(const int UNITS, const Mix *op, char *base, const char *gate, size_t at, char *out) {
  const Address *experts = (const Address *)(base + op->experts);
  F sums[4] = {};
  for (int e = 0; e < op->E; e++) {
    const char *expert = base + experts[e] + at;
    F weight = load(gate + e * LINE);
    UNROLL for (int h = 0; h < UNITS; h++) sums[h] = madd(weight, load(expert + h * LINE), sums[h]);
  }
  UNROLL for (int h = 0; h < UNITS; h++) store(out + h * LINE, sums[h]);
}

/// A task's mix of experts.
KERNEL void mix(const Mix *op, char *base, int p, int P) {
  for (; p < P; p++) {
    const char *gate = base + op->gate + p * (size_t)op->gateStride;
    const size_t at = p * (size_t)op->expertStride;
    char *out = base + op->out + p * (size_t)op->outStride;
    int h = 0;
    for (; h + 4 <= op->H; h += 4) mixTile(4, op, base, gate, at + h * LINE, out + h * LINE);
    for (; h < op->H; h++) mixTile(1, op, base, gate, at + h * LINE, out + h * LINE);
  }
}

INLINE void gateTile(const int EXPERTS, const Address *experts, char *base, int H, const char *mix, size_t at,
                     char *out) {
  const char *expert[4];
  F sums[4] = {};
  UNROLL for (int i = 0; i < EXPERTS; i++) expert[i] = base + experts[i] + at;
  for (size_t h = 0; h < (size_t)H * LINE; h += LINE) {
    F m = load(mix + h);
    UNROLL for (int i = 0; i < EXPERTS; i++) sums[i] = madd(m, load(expert[i] + h), sums[i]);
  }
  UNROLL for (int i = 0; i < EXPERTS; i++) store(out + i * LINE, sums[i]);
}

/// dg_e = dmix . expert_e of one panel.
INLINE void gateTiles(const Address *experts, char *base, int E, int H, const char *mix, size_t at, char *d) {
  int e = 0;
  for (; e + 4 <= E; e += 4) gateTile(4, experts + e, base, H, mix, at, d + e * LINE);
  for (; e < E; e++) gateTile(1, experts + e, base, H, mix, at, d + e * LINE);
}

KERNEL void sharesGradient(const SharesGradient *op, char *base, int P) {
  const Address *experts = (const Address *)(base + op->experts);
  for (int p = 0; p < P; p++)
    gateTiles(experts, base, op->E, op->H, base + op->mix + p * (size_t)op->mixStride, p * (size_t)op->expertStride,
              base + op->d + p * (size_t)op->dStride);
}

/// Through mix and softmax: dlogit_e = g_e (dg_e - sum over j of g_j dg_j).
KERNEL void gateGradient(const GateGradient *op, char *base, int p, int P) {
  const size_t length = (size_t)op->E * LINE;
  for (; p < P; p++) {
    const char *mix = base + op->mix + p * (size_t)op->mixStride;
    const char *gate = base + op->gate + p * (size_t)op->gateStride;
    const size_t at = p * (size_t)op->expertStride;
    char *d = base + op->dLogits + p * (size_t)op->dStride;
    gateTiles((const Address *)(base + op->experts), base, op->E, op->H, mix, at, d);
    F sum = splat(0);
    for (size_t e = 0; e < length; e += LINE) sum = madd(load(gate + e), load(d + e), sum);
    for (size_t e = 0; e < length; e += LINE) store(d + e, load(gate + e) * (load(d + e) - sum));
  }
}

INLINE void expertTile(const int UNITS, const ExpertGradient *op, char *base, size_t atGate, size_t atMix,
                       const char *expert, char *out) {
  const Address *uses = (const Address *)(base + op->uses);
  F sums[4] = {};
  for (int m = 0; m < op->M; m++) {
    F gate = load(base + uses[2 * m] + atGate);
    const char *mix = base + uses[2 * m + 1] + atMix;
    UNROLL for (int h = 0; h < UNITS; h++) sums[h] = madd(gate, load(mix + h * LINE), sums[h]);
  }
  UNROLL for (int h = 0; h < UNITS; h++) {
    if (op->expert) sums[h] = (F)((I)sums[h] & (load(expert + h * LINE) > 0));
    store(out + h * LINE, sums[h]);
  }
}

/// An expert's gradient from every mix that it is in, with its ReLU.
KERNEL void expertGradient(const ExpertGradient *op, char *base, int p, int P) {
  for (; p < P; p++) {
    const size_t atGate = p * (size_t)op->gateStride, atMix = p * (size_t)op->mixStride;
    const char *expert = base + op->expert + p * (size_t)op->expertStride;
    char *out = base + op->out + p * (size_t)op->outStride;
    int h = 0;
    for (; h + 4 <= op->H; h += 4)
      expertTile(4, op, base, atGate, atMix + h * LINE, expert + h * LINE, out + h * LINE);
    for (; h < op->H; h++) expertTile(1, op, base, atGate, atMix + h * LINE, expert + h * LINE, out + h * LINE);
  }
}
