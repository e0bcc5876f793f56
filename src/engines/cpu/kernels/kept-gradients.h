// What methods keep of each task's gradients from step to step: a number for each of a run's parameters.
#pragma once
#include "gradients.h"
#include "methods.h"

/// Added to sums of squares that are divided by the root of: LibMTL's.
#define SQUARES_EPSILON 1e-7f

/// Adds the squares of a task's gradient to `sums`. Of the gradient over the root of the root of its sum, which `parts` become, the
/// squares are g² / sqrt(sum).
KERNEL void addSquaresTo(char *sums, const char *gradient, char *parts, size_t bytes) {
  for (size_t at = 0; at < bytes; at += LINE) {
    const F g = load(gradient + at), sum = madd(g, g, load(sums + at));
    store(sums + at, sum);
    store(parts + at, g / squareRoots(squareRoots(sum + splat(SQUARES_EPSILON))));
  }
}

/// ExcessMTL's excess risks, g' H^-1 g with the roots of the sums of squares for H, onto the diagonal of `gram`. `parts` are a block
/// after the gradients of all terms.
static void estimateRisks(Situation *s, const StepCode *code, const char *base, char *weights) {
  const Method *method = s->method;
  const size_t block = (size_t)method->block;
  char *gradients = weights + method->first, *parts = gradients + (size_t)code->terms * block;
  for (int k = 0; k < s->K; k++) {
    addSquaresTo(weights + method->kept + (size_t)k * block, gradients + (size_t)k * block, parts, block);
    innerProducts(code, base, parts, block, 1, s->gram + k * (s->K + 1), s->scratch);
  }
}

/// A mean that is closer to 0 is 0: subnormal numbers are slow.
#define LEAST_MEAN 1e-30f

/// A task's gradient times `factor` becomes, where parameters are shared, the mean of that and of earlier ones, whose share is `share`:
/// `toMean` bytes from a gradient.
KERNEL void averageShared(const StepCode *code, const char *base, char *gradient, ptrdiff_t toMean, float factor, float share) {
  const Span *spans = (const Span *)(base + code->spans);
  for (const Span *span = spans; span < spans + code->spanCount; span++) {
    const int32_t *owners = (const int32_t *)(base + span->owners);
    const int width = span->isStrips ? LANES : 1, lines = span->isStrips ? span->D : linesOf(span);
    char *unit = gradient + span->at;
    for (int n = 0; n < span->N; n += width, unit += span->stride) {
      const I isShared = (span->isStrips ? (I)load(owners + n) : splatI(owners[n])) == splatI(SHARED);
      for (char *at = unit; at < unit + (size_t)lines * LINE; at += LINE) {
        const F slope = splat(factor) * load(at), mean = madd(splat(share), load(at + toMean) - slope, slope);
        const I isThere = isShared & ((mean > splat(LEAST_MEAN)) | (mean < splat(-LEAST_MEAN)));
        const F kept = (F)((I)mean & isThere);
        store(at + toMean, kept);
        store(at, (F)(((I)load(at) & ~isShared) | (I)kept));
      }
    }
  }
}

/// DB-MTL's means of the gradients of log L_k, over the batches that have a label of the task: `state` counts these.
static void averageGradients(Situation *s, const StepCode *code, const char *base, char *weights) {
  const Method *method = s->method;
  for (int k = 0; k < s->K; k++) {
    if (s->present[k] == 0) continue;
    const double share = method->decay * powerOf(++s->state[k], -method->sigma);
    char *gradient = weights + method->first + (size_t)k * (size_t)method->block;
    averageShared(code, base, gradient, method->kept - method->first, (float)(1 / (s->losses[k] + LOSS_EPSILON)), (float)share);
  }
}
