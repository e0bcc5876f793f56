// Funnels: the logit of a product of probabilities, from that of the product before and the next logit.
#pragma once
#include "log.h"
#include "modulate.h"

/// The logit of the product of the probabilities whose logits are x and y, -ln(e^-x + e^-y + e^-(x + y)), and its derivatives.
KERNEL F chained(F x, F y, F *byX, F *byY) {
  F largest = pmax(pmax(-x, -y), -x - y);
  F ofX = expOfNegative(-x - largest), ofY = expOfNegative(-y - largest), ofBoth = expOfNegative(-x - y - largest);
  F sum = ofX + ofY + ofBoth;
  *byX = (ofX + ofBoth) / sum;
  *byY = (ofY + ofBoth) / sum;
  return -(largest + logOfOnePlus(sum - 1));
}

/// For P panels of `panelRows` rows.
KERNEL void funnel(const Funnel *op, char *base, int P, int panelRows) {
  const int isRow = panelRows == 1;
  const int32_t *chain = (const int32_t *)(base + op->chain);
  F byX, byY;
  for (int p = 0; p < P; p++) {
    const char *z = base + op->z + p * (size_t)op->zStride;
    char *out = base + op->out + p * (size_t)op->outStride;
    __builtin_memcpy(out, z, 4 * (size_t)(op->N * panelRows));
    for (int i = 1; i < op->count; i++) {
      const F before = unitOf(isRow, out, chain[i - 1]), own = unitOf(isRow, z, chain[i]);
      setUnit(isRow, out, chain[i], chained(before, own, &byX, &byY));
    }
  }
}

/// From the last of the chain to the first, `left` is the gradient of the product before.
KERNEL void funnelGradient(const FunnelGradient *op, char *base, int P, int panelRows) {
  const int isRow = panelRows == 1;
  const Funnel *of = &op->of;
  const int32_t *chain = (const int32_t *)(base + of->chain);
  F byX, byY;
  for (int p = 0; p < P; p++) {
    const char *z = base + of->z + p * (size_t)of->zStride, *out = base + of->out + p * (size_t)of->outStride;
    const char *g = base + op->g + p * (size_t)of->outStride;
    char *dz = base + op->dz + p * (size_t)of->zStride;
    __builtin_memcpy(dz, g, 4 * (size_t)(of->N * panelRows));
    F left = splat(0);
    for (int i = of->count - 1; i >= 0; i--) {
      const F slope = unitOf(isRow, g, chain[i]) + left;
      byY = splat(1);
      if (i > 0) chained(unitOf(isRow, out, chain[i - 1]), unitOf(isRow, z, chain[i]), &byX, &byY);
      if (i > 0) left = slope * byX;
      setUnit(isRow, dz, chain[i], slope * byY);
    }
  }
}
