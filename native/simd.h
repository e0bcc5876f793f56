// Vectors of LANES float32 and what the compilers' vector extensions lack: one section for each instruction set.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#if defined(__AVX512F__)
#include <immintrin.h>
#define LANES 16
#define REGISTERS 32
#elif defined(__AVX2__)
#include <immintrin.h>
#define LANES 8
#define REGISTERS 16
#elif defined(__ARM_NEON)
#include <arm_neon.h>
// two registers of four lanes each
#define LANES 8
#define REGISTERS 16
#endif

/// Bytes of a vector, and of one column of a panel.
#define LINE (4 * LANES)

typedef float F __attribute__((vector_size(LINE)));
typedef int32_t I __attribute__((vector_size(LINE)));
typedef uint32_t U __attribute__((vector_size(LINE)));
/// Half as many wide numbers: two of them stand for one F.
typedef double D __attribute__((vector_size(LINE)));
typedef uint64_t Q __attribute__((vector_size(LINE)));
typedef float Half __attribute__((vector_size(LINE / 2)));
typedef float Four __attribute__((vector_size(16)));

INLINE F load(const void *at) {
  F v;
  __builtin_memcpy(&v, at, sizeof v);
  return v;
}

INLINE void store(void *at, F v) { __builtin_memcpy(at, &v, sizeof v); }

INLINE Four loadFour(const void *at) {
  Four v;
  __builtin_memcpy(&v, at, sizeof v);
  return v;
}

INLINE void storeFour(void *at, Four v) { __builtin_memcpy(at, &v, sizeof v); }

INLINE F splat(float s) { return s - (F){}; }
INLINE I splatI(int32_t s) { return s - (I){}; }
INLINE D splatD(double s) { return s - (D){}; }
INLINE Q splatQ(uint64_t s) { return s - (Q){}; }

#if __has_builtin(__builtin_shufflevector)
#define SHUFFLE(type, index, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(type, index, a, b, ...) ((type)__builtin_shuffle(a, b, (index){__VA_ARGS__}))
#endif

/// a where the mask's lane is set, else b.
INLINE F choose(I mask, F a, F b) { return (F)((mask & (I)a) | (~mask & (I)b)); }

/// The larger; the first if either is NaN, as WebAssembly's pmax.
INLINE F pmax(F a, F b) { return choose(a < b, b, a); }

/// The first lane's number is 0, the next one's 1, and so on.
INLINE I laneNumbers(void) {
#if LANES == 16
  return (I){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#else
  return (I){0, 1, 2, 3, 4, 5, 6, 7};
#endif
}

INLINE D lowDoubles(F v) {
  Half h;
  __builtin_memcpy(&h, &v, sizeof h);
  return __builtin_convertvector(h, D);
}

INLINE D highDoubles(F v) {
  Half h;
  __builtin_memcpy(&h, (const char *)&v + sizeof h, sizeof h);
  return __builtin_convertvector(h, D);
}

INLINE F floats(D low, D high) {
  Half h[2] = {__builtin_convertvector(low, Half), __builtin_convertvector(high, Half)};
  return load(h);
}

/// The low halves of the wide numbers of two vectors, in order.
INLINE U lowWords(Q low, Q high) {
#if LANES == 16
  return SHUFFLE(U, I, (U)low, (U)high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#else
  return SHUFFLE(U, I, (U)low, (U)high, 0, 2, 4, 6, 8, 10, 12, 14);
#endif
}

/// Adds a line to four sums, four lanes after the other: a lane's class is its number modulo 4.
INLINE Four addByFours(Four sums, F v) {
  UNROLL for (int quarter = 0; quarter < LANES / 4; quarter++) sums += loadFour((const char *)&v + 16 * quarter);
  return sums;
}

#if defined(__AVX512F__)

INLINE F squareRoots(F v) { return (F)_mm512_sqrt_ps((__m512)v); }
INLINE D floors(D v) { return (D)_mm512_roundscale_pd((__m512d)v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
/// Products of the low halves.
INLINE Q widened(Q a, Q b) { return (Q)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
/// A bit for each lane that is not 0.
INLINE uint32_t nonzero(F v) { return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ); }
INLINE void storeFirst(void *at, F v, int count) { _mm512_mask_storeu_ps(at, (__mmask16)((1u << count) - 1), (__m512)v); }

#elif defined(__AVX2__)

INLINE F squareRoots(F v) { return (F)_mm256_sqrt_ps((__m256)v); }
INLINE D floors(D v) { return (D)_mm256_floor_pd((__m256d)v); }
INLINE Q widened(Q a, Q b) { return (Q)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
INLINE uint32_t nonzero(F v) {
  return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ));
}
INLINE void storeFirst(void *at, F v, int count) {
  _mm256_maskstore_ps(at, (__m256i)(laneNumbers() < splatI(count)), (__m256)v);
}

#elif defined(__ARM_NEON)

typedef struct {
  float32x4_t low, high;
} Pair;

INLINE F squareRoots(F v) {
  Pair p;
  __builtin_memcpy(&p, &v, sizeof p);
  p.low = vsqrtq_f32(p.low);
  p.high = vsqrtq_f32(p.high);
  return load(&p);
}
INLINE D floors(D v) {
  float64x2_t p[2];
  __builtin_memcpy(p, &v, sizeof p);
  p[0] = vrndmq_f64(p[0]);
  p[1] = vrndmq_f64(p[1]);
  __builtin_memcpy(&v, p, sizeof p);
  return v;
}
INLINE Q widened(Q a, Q b) { return (a & 0xffffffff) * (b & 0xffffffff); }
INLINE uint32_t nonzero(F v) {
  I bits = (v != 0) & (I){1, 2, 4, 8, 16, 32, 64, 128};
  int32x4_t p[2];
  __builtin_memcpy(p, &bits, sizeof p);
  return (uint32_t)vaddvq_s32(vorrq_s32(p[0], p[1]));
}
INLINE void storeFirst(void *at, F v, int count) { __builtin_memcpy(at, &v, 4 * (size_t)count); }

#endif

#if LANES == 16
#define PAIRS(a, b, i, j)                                                                                             \
  SHUFFLE(F, I, a, b, i, 16 + i, j, 16 + j, 4 + i, 20 + i, 4 + j, 20 + j, 8 + i, 24 + i, 8 + j, 24 + j, 12 + i,       \
          28 + i, 12 + j, 28 + j)
#define TWOS(a, b, i)                                                                                                 \
  SHUFFLE(F, I, a, b, i, i + 1, i + 16, i + 17, i + 4, i + 5, i + 20, i + 21, i + 8, i + 9, i + 24, i + 25, i + 12,   \
          i + 13, i + 28, i + 29)
#define FOURS(a, b, i)                                                                                                \
  SHUFFLE(F, I, a, b, i, i + 1, i + 2, i + 3, i + 8, i + 9, i + 10, i + 11, i + 16, i + 17, i + 18, i + 19, i + 24,   \
          i + 25, i + 26, i + 27)
#else
#define PAIRS(a, b, i, j) SHUFFLE(F, I, a, b, i, 8 + i, j, 8 + j, 4 + i, 12 + i, 4 + j, 12 + j)
#define TWOS(a, b, i) SHUFFLE(F, I, a, b, i, i + 1, i + 8, i + 9, i + 4, i + 5, i + 12, i + 13)
#define FOURS(a, b, i) SHUFFLE(F, I, a, b, i, i + 1, i + 2, i + 3, i + 8, i + 9, i + 10, i + 11)
#endif

/// Transposes LANES vectors in place.
INLINE void transpose(F v[LANES]) {
  F s[LANES];
  UNROLL for (int i = 0; i < LANES; i += 4) {
    F low01 = PAIRS(v[i], v[i + 1], 0, 1), high01 = PAIRS(v[i], v[i + 1], 2, 3);
    F low23 = PAIRS(v[i + 2], v[i + 3], 0, 1), high23 = PAIRS(v[i + 2], v[i + 3], 2, 3);
    s[i] = TWOS(low01, low23, 0);
    s[i + 1] = TWOS(low01, low23, 2);
    s[i + 2] = TWOS(high01, high23, 0);
    s[i + 3] = TWOS(high01, high23, 2);
  }
  // the quarters of s[i + j] hold column j, 4 + j, ... of rows i to i + 3
  UNROLL for (int j = 0; j < 4; j++) {
#if LANES == 16
    F even0 = FOURS(s[j], s[4 + j], 0), even1 = FOURS(s[8 + j], s[12 + j], 0);
    F odd0 = FOURS(s[j], s[4 + j], 4), odd1 = FOURS(s[8 + j], s[12 + j], 4);
    v[j] = FOURS(even0, even1, 0);
    v[8 + j] = FOURS(even0, even1, 4);
    v[4 + j] = FOURS(odd0, odd1, 0);
    v[12 + j] = FOURS(odd0, odd1, 4);
#else
    v[j] = FOURS(s[j], s[4 + j], 0);
    v[4 + j] = FOURS(s[j], s[4 + j], 4);
#endif
  }
}
