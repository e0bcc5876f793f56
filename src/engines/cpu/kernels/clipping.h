// Steps by gradients that were stored first, since the norm of them all scales each.
#pragma once
#include "embedding.h"

/// Takes the step of stretches of a run's weights by the gradients that were stored, times `scale`.
KERNEL void follow(const Optimizer *o, const int32_t *ranges, int count, char *weights, const char *gradients,
                   float scale) {
  const Rule rule = ruleOf(o);
  for (const int32_t *range = ranges; range < ranges + 2 * count; range += 2)
    for (size_t at = (size_t)range[0], end = at + (size_t)range[1]; at < end; at += LINE)
      step(rule, weights + at, load(gradients + at) * splat(scale));
}

/// As PyTorch's clip_grad_norm_.
#define CLIP_EPSILON 1e-6

/// Adds the squares of the sums to those of other parameters. A number's class is its place in the vector modulo CLASSES.
static void addSquares(const Touched *touched, const char *base, double sums[CLASSES]) {
  const char *vectors = base + touched->sums;
  for (int i = 0; i < touched->count; i++, vectors += vectorBytes(touched->size))
    for (int n = 0; n < touched->size; n++) {
      const double g = ((const float *)vectors)[n];
      sums[n % CLASSES] += g * g;
    }
}

/// What the stored gradients are multiplied by, so that the norm of all parameters' is at most the limit. The squares are added up in float64, in one order for all kernel sets: that of the parameters, a
/// parameter's class its number modulo 8; then those of the vectors in `tables`, in the order of the rows.
KERNEL float clipScale(const Clip *clip, const char *base, const char *gradients) {
  const int32_t *order = (const int32_t *)(base + clip->order);
  const Address *tables = (const Address *)(base + clip->tables);
  double sums[CLASSES] = {};
  for (int i = 0; i < clip->count; i += CLASSES)
    for (int c = 0; c < CLASSES && i + c < clip->count; c++) {
      const double g = *(const float *)(gradients + order[i + c]);
      sums[c] += g * g;
    }
  for (int t = 0; t < clip->tableCount; t++) addSquares((const Touched *)(base + tables[t]), base, sums);
  const double norm = __builtin_sqrt(((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])));
  const double scale = clip->limit / (norm + CLIP_EPSILON);
  return scale < 1 ? (float)scale : 1;
}
