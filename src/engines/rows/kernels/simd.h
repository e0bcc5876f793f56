// Vectors of LANES float32 and what the compilers' vector extensions lack: one section for each instruction set.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
/// A function that is never part of another: in a large one V8 has no registers left for its loops.
#define KERNEL static __attribute__((noinline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#ifdef __wasm__
/// A loop's function that V8 needs apart, though others are faster without a call.
#define INNERMOST KERNEL
/// A loop that stays one in WebAssembly, so that its constants stay in registers.
#define STEPS _Pragma("clang loop unroll(disable)")
#define TWICE _Pragma("clang loop unroll_count(2)")
#else
#define INNERMOST INLINE
#define STEPS UNROLL
#define TWICE
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
#elif defined(__wasm__)
#include <wasm_simd128.h>
// V8 compiles for processors that have no more
#define LANES 4
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

/// The first lane's number is 0, the next one's 1, and so on.
INLINE I laneNumbers(void) {
#if LANES == 16
  return (I){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif LANES == 8
  return (I){0, 1, 2, 3, 4, 5, 6, 7};
#else
  return (I){0, 1, 2, 3};
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

/// Adds a line to four sums, four lanes after the other: a lane's class is its number modulo 4.
INLINE Four addByFours(Four sums, F v) {
  UNROLL for (int quarter = 0; quarter < LANES / 4; quarter++) sums += loadFour((const char *)&v + 16 * quarter);
  return sums;
}

#if defined(__AVX512F__)

INLINE F squareRoots(F v) { return (F)_mm512_sqrt_ps((__m512)v); }
INLINE D floors(D v) { return (D)_mm512_roundscale_pd((__m512d)v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
/// A bit for each lane that is not 0.
INLINE uint32_t nonzero(F v) { return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ); }
INLINE void storeFirst(void *at, F v, int count) { _mm512_mask_storeu_ps(at, (__mmask16)((1u << count) - 1), (__m512)v); }

#elif defined(__AVX2__)

INLINE F squareRoots(F v) { return (F)_mm256_sqrt_ps((__m256)v); }
INLINE D floors(D v) { return (D)_mm256_floor_pd((__m256d)v); }
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
INLINE uint32_t nonzero(F v) {
  I bits = (v != 0) & (I){1, 2, 4, 8, 16, 32, 64, 128};
  int32x4_t p[2];
  __builtin_memcpy(p, &bits, sizeof p);
  return (uint32_t)vaddvq_s32(vorrq_s32(p[0], p[1]));
}
INLINE void storeFirst(void *at, F v, int count) { __builtin_memcpy(at, &v, 4 * (size_t)count); }

#elif defined(__wasm__)

INLINE F squareRoots(F v) { return (F)wasm_f32x4_sqrt((v128_t)v); }
INLINE D floors(D v) { return (D)wasm_f64x2_floor((v128_t)v); }
INLINE uint32_t nonzero(F v) { return wasm_i32x4_bitmask((v128_t)(v != 0)); }
INLINE void storeFirst(void *at, F v, int count) {
  if (count > 0) wasm_v128_store32_lane(at, (v128_t)v, 0);
  if (count > 1) wasm_v128_store32_lane((float *)at + 1, (v128_t)v, 1);
  if (count > 2) wasm_v128_store32_lane((float *)at + 2, (v128_t)v, 2);
}

#endif

#ifdef __wasm__

INLINE F loadConstant(const void *at) {
  __asm__("" : "+r"(at)); // hides what is there
  return (F)wasm_v128_load32_splat(at);
}
/// A constant in all lanes: loaded, since V8 makes any other again at each use, in three instructions.
#define CONSTANT(VALUE)                                                                                               \
  ({                                                                                                                  \
    static const float value = VALUE;                                                                                 \
    loadConstant(&value);                                                                                             \
  })
#define WORD(VALUE)                                                                                                   \
  ({                                                                                                                  \
    static const uint32_t value = VALUE;                                                                              \
    (U)loadConstant(&value);                                                                                          \
  })
INLINE F choose(I mask, F a, F b) { return (F)wasm_v128_bitselect((v128_t)a, (v128_t)b, (v128_t)mask); }
INLINE F pmax(F a, F b) { return (F)wasm_f32x4_pmax((v128_t)a, (v128_t)b); }

#else

#define CONSTANT(VALUE) splat(VALUE)
/// a where the mask's lane is set, else b.
INLINE F choose(I mask, F a, F b) { return (F)((mask & (I)a) | (~mask & (I)b)); }
/// The larger; the first if either is NaN, as WebAssembly's pmax.
INLINE F pmax(F a, F b) { return choose(a < b, b, a); }

#endif

#ifndef FUSED

/// a b + c: of portable arithmetic, in which the product is rounded.
INLINE F madd(F a, F b, F c) { return a * b + c; }
INLINE float maddOne(float a, float b, float c) { return a * b + c; }

#else

INLINE float maddOne(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#if defined(__AVX512F__)
INLINE F madd(F a, F b, F c) { return (F)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
#elif defined(__AVX2__)
INLINE F madd(F a, F b, F c) { return (F)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
#else
INLINE F madd(F a, F b, F c) {
  Pair p[3];
  __builtin_memcpy(p, (F[]){a, b, c}, sizeof p);
  p[2].low = vfmaq_f32(p[2].low, p[0].low, p[1].low);
  p[2].high = vfmaq_f32(p[2].high, p[0].high, p[1].high);
  return load(p + 2);
}
#endif

#endif

/// The lanes of `v` that are columns, of `left` that follow.
INLINE void storeColumns(char *at, F v, int left) {
  if (left >= LANES) store(at, v);
  else storeFirst(at, v, left);
}
