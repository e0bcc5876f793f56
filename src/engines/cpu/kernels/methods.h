// What the methods of docs/methods.md make of the tasks' losses, and what they all compute with. The weights of the tasks are
// float64, by operations that every machine rounds alike.
#pragma once
#include "../../rows/kernels/random.h"
#include "optimizer.h"

// Runs a few times a step, on few numbers: small code rather than fast code.
#ifdef __clang__
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

/// Smallest squared norm that anything is divided by.
#define LEAST_SQUARE 1e-30

/// What a step knows of its tasks; all arrays are [K], matrices [K][K].
typedef struct {
  int K;
  const Method *method;
  /// 1 for a task of which a row of the batch has a label, else 0.
  double *present;
  const double *losses;
  double *gram;
  /// Weights of the tasks, on shared parameters and on those of one task.
  double *shared, *own;
  /// What the method learns, Adam's two moments of that, and what it knows of the first batch: rows [K], as many as it has.
  double *state;
  /// With a momentum: the weights of the step before, and 1 for tasks that have one, [2][K].
  double *weights;
  const Optimizer *optimizer;
  /// Free numbers.
  double *scratch;
} Situation;

INLINE double *takeNumbers(Situation *s, int count) {
  double *numbers = s->scratch;
  s->scratch += count;
  return numbers;
}

INLINE double larger(double a, double b) { return a > b ? a : b; }
INLINE double smaller(double a, double b) { return a < b ? a : b; }
INLINE double within(double value, double low, double high) { return smaller(larger(value, low), high); }

/// e^x, -700 <= x <= 700: by Taylor's series of the rest after a multiple of ln 2.
KERNEL double expOf(double x) {
  const double limited = within(x, -700, 700);
  const double n = (double)(int)(limited * 1.4426950408889634 + (limited < 0 ? -0.5 : 0.5));
  const double rest = (limited - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10; // ln 2 in two parts
  double sum = 1;
  for (int i = 14; i > 0; i--) sum = 1 + sum * rest / i;
  const uint64_t bits = (uint64_t)(1023 + (int)n) << 52;
  double power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return x == x ? sum * power : x;
}

/// ln x of a normal number above 0: 2 atanh((m - 1) / (m + 1)), m from sqrt(1/2) to sqrt(2), and a multiple of ln 2.
KERNEL double logOf(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffff) | (uint64_t)1023 << 52;
  double m;
  __builtin_memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m /= 2;
    exponent++;
  }
  const double s = (m - 1) / (m + 1), square = s * s;
  double sum = 0;
  for (int i = 23; i > 0; i -= 2) sum = sum * square + 1.0 / i;
  return x < __builtin_inf() ? exponent * 0.693147180369123816490 + (2 * s * sum + exponent * 1.90821492927058770002e-10) : x;
}

KERNEL double dot(const double *a, const double *b, int K) {
  double sum = 0;
  for (int k = 0; k < K; k++) sum += a[k] * b[k];
  return sum;
}

KERNEL double total(const double *a, int K) {
  double sum = 0;
  for (int k = 0; k < K; k++) sum += a[k];
  return sum;
}

/// The mean over the tasks that are present.
INLINE double presentMean(const Situation *s, const double *values) {
  return dot(values, s->present, s->K) / larger(total(s->present, s->K), 1);
}

INLINE double squaredLength(const Situation *s, int k) { return larger(s->gram[k * s->K + k], LEAST_SQUARE); }

/// out = M v.
KERNEL void apply(const double *M, const double *v, double *out, int K) {
  for (int i = 0; i < K; i++) out[i] = dot(M + i * K, v, K);
}

/// The inner products in units of the largest squared length; with `alone`, tasks without a gradient have one of length 1,
/// orthogonal to all others.
static double *scaledGram(Situation *s, int alone) {
  const int K = s->K;
  double *M = takeNumbers(s, K * K), largest = 0;
  for (int k = 0; k < K; k++) largest = larger(largest, squaredLength(s, k));
  for (int i = 0; i < K * K; i++) M[i] = s->gram[i] / largest;
  for (int k = 0; alone && k < K; k++) M[k * K + k] += 1 - s->present[k];
  return M;
}

/// Adam's usual numbers, by which methods with a rate of their own learn, and the logarithms of the betas.
#define OWN_BETA1 0.9
#define OWN_BETA2 0.999
#define OWN_EPSILON 1e-8
#define LN_OWN_BETA1 -0.10536051565782628
#define LN_OWN_BETA2 -0.0010005003335835335

/// Values of task k that Adam at rate `lr` learns, or with `lr` 0 the run's optimizer, go a step down their slope; not those of
/// tasks that are not present.
static void descend(Situation *s, const double *slopes, double lr) {
  const int K = s->K;
  const Optimizer *o = s->optimizer;
  double *values = s->state, *m = values + K, *v = m + K;
  const int own = lr > 0;
  const double beta1 = own ? OWN_BETA1 : o->beta1, beta2 = own ? OWN_BETA2 : o->beta2;
  const double power1 = own ? expOf(s->method->step * LN_OWN_BETA1) : o->power1;
  const double power2 = own ? expOf(s->method->step * LN_OWN_BETA2) : o->power2;
  const double epsilon = own ? OWN_EPSILON : o->stabilizer;
  const double root = __builtin_sqrt(1 - power2), rate = (own ? lr : o->lr) * root / (1 - power1);
  for (int k = 0; k < K; k++) {
    if (s->present[k] == 0) continue;
    if (!own && o->kind == SGD) {
      values[k] -= o->lr * slopes[k];
      continue;
    }
    if (!own && o->kind != ADAM) {
      m[k] = beta1 * m[k] + slopes[k];
      values[k] -= o->lr * (o->kind == NESTEROV ? beta1 * m[k] + slopes[k] : m[k]);
      continue;
    }
    m[k] = beta1 * m[k] + (1 - beta1) * slopes[k];
    v[k] = beta2 * v[k] + (1 - beta2) * slopes[k] * slopes[k];
    values[k] -= rate * m[k] / (__builtin_sqrt(v[k]) + epsilon * root);
  }
}

/// Solves A X = Y for COUNT sides, A positive definite, by Gauss and Jordan; `rows` [K][K + COUNT] are both, and hold X after it.
KERNEL void solve(double *rows, int K, int COUNT) {
  const int width = K + COUNT;
  for (int k = 0; k < K; k++) {
    double *pivot = rows + k * width;
    const double inverse = 1 / pivot[k];
    for (int j = k; j < width; j++) pivot[j] *= inverse;
    for (int i = 0; i < K; i++) {
      const double factor = rows[i * width + k];
      if (i != k) for (int j = k; j < width; j++) rows[i * width + j] -= factor * pivot[j];
    }
  }
}

/// w -> p · w + kappa sqrt(w' M w); without p it is w' M w / 2.
typedef struct {
  const double *M, *p;
  double kappa;
} Curve;

INLINE double lengthOf(const double *M, const double *w, double *Mw, int K) {
  apply(M, w, Mw, K);
  return __builtin_sqrt(larger(dot(w, Mw, K), LEAST_SQUARE));
}

/// First derivatives at w, and second ones into the first K columns of `rows`, `width` wide.
static void derive(const Curve *curve, const double *w, double *slopes, double *rows, int K, int width) {
  const double length = lengthOf(curve->M, w, slopes, K), bend = curve->p ? curve->kappa / length : 1;
  const double along = curve->p ? 1 / length : 0;
  for (int i = 0; i < K; i++)
    for (int j = 0; j < K; j++)
      rows[i * width + j] = bend * (curve->M[i * K + j] - along * slopes[i] * (along * slopes[j]));
  if (!curve->p) return;
  for (int k = 0; k < K; k++) slopes[k] = curve->p[k] + curve->kappa * (slopes[k] / length);
}

/// Newton's steps, the barrier's height at the first and its fall from one to the next, where slopes are of order 1.
#define SIMPLEX_STEPS 16
#define HEIGHT 0.1
#define FALL 0.3
/// Added to second derivatives: keeps a matrix of equal gradients apart from a singular one.
#define RIDGE 4e-6
/// The part of the way to a weight of 0 that a step may go.
#define FARTHEST 0.99

/// The weights w, none negative, of sum 1, at which a curve is least: by Newton's method within the barrier
/// - height * sum log w, which falls. It begins at equal weights.
static void simplexMinimum(Situation *s, const Curve *curve, double *w) {
  const int K = s->K, width = K + 2;
  double *rows = takeNumbers(s, K * width), *slopes = takeNumbers(s, K), height = HEIGHT;
  for (int k = 0; k < K; k++) w[k] = 1.0 / K;
  for (int step = 0; step < SIMPLEX_STEPS; step++, height *= FALL) {
    derive(curve, w, slopes, rows, K, width);
    for (int k = 0; k < K; k++) {
      rows[k * width + k] += height / (w[k] * w[k]) + RIDGE;
      rows[k * width + K] = slopes[k] - height / w[k];
      rows[k * width + K + 1] = 1;
    }
    solve(rows, K, 2);
    double down = 0, level = 0, shrinks = FARTHEST;
    for (int k = 0; k < K; k++) {
      down += rows[k * width + K];
      level += rows[k * width + K + 1];
    }
    for (int k = 0; k < K; k++) {
      slopes[k] = down / level * rows[k * width + K + 1] - rows[k * width + K]; // keeps the sum
      shrinks = larger(shrinks, -slopes[k] / w[k]); // 1: a weight would become 0
    }
    for (int k = 0; k < K; k++) w[k] += FARTHEST / shrinks * slopes[k];
  }
  const double sum = total(w, K);
  for (int k = 0; k < K; k++) w[k] /= sum;
}

/// Weights of two tasks from the first's share.
INLINE void shareOut(double first, double *w) {
  w[0] = within(first, 0, 1);
  w[1] = 1 - w[0];
}

/// Added to losses that are divided by, or have a logarithm.
#define LOSS_EPSILON 1e-8

/// The gradient of sum_k log L_k.
static void logWeights(Situation *s) {
  for (int k = 0; k < s->K; k++) s->own[k] = 1 / (s->losses[k] + LOSS_EPSILON);
}

/// That of the geometric mean of the losses, Chennupati et al. 2019.
static void geometricWeights(Situation *s) {
  for (int k = 0; k < s->K; k++) s->own[k] = logOf(s->losses[k] + LOSS_EPSILON);
  const double mean = expOf(presentMean(s, s->own)) / larger(total(s->present, s->K), 1);
  for (int k = 0; k < s->K; k++) s->own[k] = mean / (s->losses[k] + LOSS_EPSILON);
}

/// The softmax of the logits of tasks that are present; its sum is `sum`. `shares` may be the logits.
static void sharesOf(const Situation *s, const double *logits, double sum, double *shares) {
  double largest = logits[0];
  for (int k = 1; k < s->K; k++) largest = larger(largest, logits[k]);
  for (int k = 0; k < s->K; k++) shares[k] = s->present[k] * expOf(logits[k] - largest);
  const double all = larger(total(shares, s->K), LEAST_SQUARE);
  for (int k = 0; k < s->K; k++) shares[k] = shares[k] / all * sum;
}

/// Random weighting, Lin et al. 2022: the softmax of normals that are new at each step.
static void randomWeights(Situation *s) {
  for (int k = 0; k < s->K; k += 4) {
    F columns[4];
    normalBlocks(1, columns, (uint32_t)(k / 4), (U){}, (U){} + s->method->step, s->method->key0, s->method->key1);
    for (int i = k; i < k + 4 && i < s->K; i++) s->own[i] = columns[i - k][0];
  }
  sharesOf(s, s->own, total(s->present, s->K), s->own);
}

/// Adds the losses of tasks that are present to their windows: `sums` and `counts` [K]. A window that is full stays as it is.
static void fillWindows(Situation *s, double *sums, double *counts) {
  for (int k = 0; k < s->K; k++) {
    if (s->present[k] == 0 || counts[k] == s->method->window) continue;
    sums[k] += s->losses[k];
    counts[k]++;
  }
}

/// DWA, Liu et al. 2019: by the ratios of the latest two windows' mean losses.
static void dwaWeights(Situation *s) {
  const double *newer = s->state + 2 * s->K, *older = newer + s->K;
  for (int k = 0; k < s->K; k++) s->own[k] = (older[k] > 0 ? newer[k] / older[k] : 1) / s->method->temperature;
  sharesOf(s, s->own, total(s->present, s->K), s->own);
}

static void learnDwa(Situation *s) {
  const int K = s->K;
  double *sums = s->state, *counts = sums + K, *newer = counts + K, *older = newer + K;
  fillWindows(s, sums, counts);
  for (int k = 0; k < K; k++) {
    if (counts[k] < s->method->window) continue;
    older[k] = newer[k];
    newer[k] = sums[k] / counts[k];
    sums[k] = counts[k] = 0;
  }
}

/// STCH, Lin et al. 2024: the gradient of mu log sum_k exp(y_k / mu), times the number of tasks, y_k the logarithm of the
/// loss in units of its mean over the first window; 0 in that window.
static void stchWeights(Situation *s) {
  const double *sums = s->state, *counts = sums + s->K;
  for (int k = 0; k < s->K; k++) {
    const double unit = counts[k] < s->method->window ? s->losses[k] : sums[k] / counts[k];
    s->own[k] = (logOf(s->losses[k] + LOSS_EPSILON) - logOf(unit + LOSS_EPSILON)) / s->method->mu;
  }
  sharesOf(s, s->own, total(s->present, s->K), s->own);
  for (int k = 0; k < s->K; k++) s->own[k] /= s->losses[k] + LOSS_EPSILON;
}

/// Kendall et al., eq. 7: exp(-s_k) / 2, s_k learned with the parameters.
static void uncertaintyWeights(Situation *s) {
  for (int k = 0; k < s->K; k++) s->own[k] = expOf(-s->state[k]) / 2;
}

static void learnUncertainty(Situation *s) {
  double *slopes = takeNumbers(s, s->K);
  for (int k = 0; k < s->K; k++) slopes[k] = 0.5 - expOf(-s->state[k]) * s->losses[k] / 2;
  descend(s, slopes, 0);
}

/// FAMO, Liu et al. 2023, Algorithm 1: z_k / L_k over their sum.
static void famoWeights(Situation *s) {
  sharesOf(s, s->state, 1, s->own);
  for (int k = 0; k < s->K; k++) s->own[k] /= s->losses[k] + LOSS_EPSILON;
  const double sum = larger(total(s->own, s->K), LEAST_SQUARE);
  for (int k = 0; k < s->K; k++) s->own[k] /= sum;
}

/// `after` are the losses of the same batch after the update.
static void learnFamo(Situation *s, const double *after) {
  const int K = s->K;
  double *z = takeNumbers(s, K), *falls = takeNumbers(s, K);
  sharesOf(s, s->state, 1, z);
  for (int k = 0; k < K; k++) falls[k] = logOf(s->losses[k] + LOSS_EPSILON) - logOf(after[k] + LOSS_EPSILON);
  const double mean = dot(z, falls, K);
  for (int k = 0; k < K; k++) falls[k] = z[k] * (falls[k] - mean) + s->method->decay * s->state[k];
  descend(s, falls, s->method->rate);
}

/// x^a, x at least 0; with the paper's 1.5 without a logarithm.
KERNEL double powerOf(double x, double a) {
  if (a == 1.5) return x * __builtin_sqrt(x);
  return x > LEAST_SQUARE ? expOf(a * logOf(x)) : 0;
}

/// Weights of a sum of K: those below 0 become 0, those of tasks that are present are scaled.
static void keepSum(const Situation *s, double *w) {
  double room = s->K, sum = 0;
  for (int k = 0; k < s->K; k++) {
    if (s->present[k] == 0) room -= w[k];
    else sum += w[k] = larger(w[k], 0);
  }
  const double scale = room / larger(sum, LEAST_SQUARE);
  for (int k = 0; k < s->K; k++)
    if (s->present[k] != 0) w[k] *= scale;
}

/// GradNorm, Chen et al. 2018, Algorithm 1.
static void gradnorm(Situation *s) {
  const int K = s->K;
  double *w = s->state, *first = s->state + 3 * K;
  double *lengths = takeNumbers(s, K), *ratios = takeNumbers(s, K), *weighed = takeNumbers(s, K);
  for (int k = 0; k < K; k++) {
    if (s->present[k] != 0 && !(first[k] > 0)) first[k] = s->losses[k];
    ratios[k] = s->losses[k] / larger(first[k], LEAST_SQUARE);
    lengths[k] = __builtin_sqrt(squaredLength(s, k));
    weighed[k] = w[k] * lengths[k];
    s->shared[k] = w[k];
  }
  const double ratio = larger(presentMean(s, ratios), LEAST_SQUARE), mean = presentMean(s, weighed);
  for (int k = 0; k < K; k++) {
    const double above = weighed[k] - mean * powerOf(ratios[k] / ratio, s->method->alpha);
    ratios[k] = above > 0 ? lengths[k] : above < 0 ? -lengths[k] : 0;
  }
  descend(s, ratios, s->method->rate);
  keepSum(s, w);
}

/// ExcessMTL, He et al. 2024: weights grow by exp(rate e_k), e_k the task's excess risk in units of its first; their sum stays K.
/// Excess risks are the diagonal of `gram` (kept-gradients.h).
static void excess(Situation *s) {
  const int K = s->K;
  double *w = s->state, *first = w + K, *powers = takeNumbers(s, K), largest = 0;
  for (int k = 0; k < K; k++) {
    const double risk = s->gram[k * K + k];
    if (s->present[k] != 0 && !(first[k] > 0)) first[k] = risk;
    powers[k] = s->method->rate * risk / larger(first[k], LEAST_SQUARE);
    largest = larger(largest, powers[k]);
  }
  for (int k = 0; k < K; k++)
    if (s->present[k] != 0) w[k] = larger(w[k] * expOf(powers[k] - largest), LEAST_SQUARE);
  keepSum(s, w);
  for (int k = 0; k < K; k++) s->shared[k] = w[k];
}

/// Moves the weights of tasks that are present towards those of the steps before: CR-MOGM, Zhou et al. 2022.
static void keepMomentum(const Situation *s, double *weights) {
  const double momentum = s->method->momentum;
  if (momentum == 0) return;
  double *before = s->weights, *isThere = before + s->K;
  for (int k = 0; k < s->K; k++) {
    if (s->present[k] == 0) continue;
    if (isThere[k] != 0) weights[k] = momentum * before[k] + (1 - momentum) * weights[k];
    before[k] = weights[k];
    isThere[k] = 1;
  }
}

/// Weights of the tasks' losses.
static void weighLosses(Situation *s) {
  switch (s->method->kind) {
    case UNCERTAINTY: uncertaintyWeights(s); break;
    case FAMO: famoWeights(s); break;
    case LOG: logWeights(s); break;
    case GLS: geometricWeights(s); break;
    case RLW: randomWeights(s); break;
    case DWA: dwaWeights(s); break;
    case STCH: stchWeights(s); break;
    default: __builtin_trap();
  }
  keepMomentum(s, s->own);
}

#ifdef __clang__
#pragma clang attribute pop
#endif
