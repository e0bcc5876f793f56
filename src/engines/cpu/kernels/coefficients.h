// Learned numbers that are no function of the row, and steps by gradients that several layers have added up.
#pragma once
#include "../../rows/kernels/random.h"
#include "exp.h"
#include "optimizer.h"

/// For panels of `panelRows` rows; so are the others.
KERNEL void spread(const Spread *op, char *base, const char *weights, int panelRows) {
  const float *w = (const float *)(weights + op->w);
  float *out = (float *)(base + op->out);
  for (int i = 0; i < op->count; i++)
    for (int lane = 0; lane < panelRows; lane++) *out++ = w[i];
}

/// Hard concrete gates (Louizos et al., ICLR 2018) of temperature 2/3, stretched from [0, 1] to [-.1, 1.1].
KERNEL void linkGates(const LinkGates *op, char *base, const char *weights, int panelRows) {
  const uint32_t step = *(const uint32_t *)(base + op->step), *key = (const uint32_t *)(base + op->key);
  const float *logAlphas = (const float *)(weights + op->w), scale = step ? 1.5f : 1;
  float *out = (float *)(base + op->out), *slopes = (float *)(base + op->slopes);
  for (int first = 0; first < op->count; first += 4 * LANES) {
    const U blocks = (U)(laneNumbers() + splatI(first / 4));
    Words drawn;
    philox(1, &drawn, &blocks, (U){}, (U){} + step, key[0], key[1]);
    for (int i = first; i < op->count && i < first + 4 * LANES; i++) {
      const double word = drawn.words[i % 4][(i - first) / 4], odds = (4294967295.5 - word) / (word + 0.5);
      // sigmoid((log u - log(1 - u) + a) 3/2) = 1 / (1 + odds^(3/2) exp(-a 3/2)), where odds = (1 - u) / u
      const float power = step ? (float)(odds * __builtin_sqrt(odds)) : 1;
      const float a = scale * logAlphas[i], e = expOfNegative(splat(a < 0 ? a : -a))[0];
      const float s = a < 0 ? e / (e + power) : 1 / (1 + power * e);
      const float z = 1.2f * s - 0.1f, gate = z < 0 ? 0 : z > 1 ? 1 : z;
      slopes[i] = z > 0 && z < 1 ? 1.2f * scale * s * (1 - s) : 0;
      for (int lane = 0; lane < panelRows; lane++) *out++ = gate;
    }
  }
}

INLINE void clearGradient(const AddGradient *op, char *base) {
  if (op->clear) __builtin_memset(base + op->w, 0, (size_t)op->clear);
}

KERNEL void stepBlocks(const StepBlocks *op, char *base, char *weights, const Optimizer *o) {
  const Rule rule = ruleOf(o);
  const Address *blocks = (const Address *)(base + op->blocks);
  const F share = splat(1 / (float)op->count), pull = splat(op->pull);
  for (size_t at = 0; at < (size_t)op->bytes; at += LINE) {
    F sum = splat(0);
    for (int i = 0; i < op->count; i++) sum += load(weights + blocks[2 * i] + at);
    const F mean = sum * share;
    for (int i = 0; i < op->count; i++) {
      char *w = weights + blocks[2 * i] + at;
      step(rule, w, load(base + blocks[2 * i + 1] + at) + pull * (load(w) - mean));
    }
  }
}
