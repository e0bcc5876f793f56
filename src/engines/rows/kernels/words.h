// Words of 32 bits and their products of 64.
#pragma once
#include "simd.h"

#ifdef __wasm__

typedef U Wide;
typedef U Factor;

INLINE Wide wide(U v) { return v; }
INLINE U words(Wide v) { return v; }
INLINE Factor factorOf(uint32_t s) { return (Factor){} + s; }
#define FACTOR(VALUE) WORD(VALUE)

INLINE Wide product(Wide *low, Wide a, Factor b) {
  __asm__ volatile("" : "+r"(b)); // in a loop clang would split b before it, and V8 is slow at products of 64 bits
  const v128_t p = wasm_u64x2_extmul_low_u32x4((v128_t)a, (v128_t)b);
  const v128_t q = wasm_u64x2_extmul_high_u32x4((v128_t)a, (v128_t)b);
  *low = (U)wasm_i32x4_shuffle(p, q, 0, 2, 4, 6);
  return (U)wasm_i32x4_shuffle(p, q, 1, 3, 5, 7);
}

INLINE Wide mixed(Wide a, Wide b, Factor key) { return a ^ b ^ key; }

#else

/// A word of LANES counters as wide numbers, of which the low halves count.
typedef struct {
  Q low, high;
} Wide;
/// One word for all counters.
typedef Q Factor;

INLINE Wide wide(U v) {
  typedef uint32_t HalfU __attribute__((vector_size(LINE / 2)));
  HalfU h[2];
  __builtin_memcpy(h, &v, sizeof h);
  return (Wide){__builtin_convertvector(h[0], Q), __builtin_convertvector(h[1], Q)};
}

INLINE U words(Wide v) {
#if LANES == 16
  return SHUFFLE(U, I, (U)v.low, (U)v.high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#else
  return SHUFFLE(U, I, (U)v.low, (U)v.high, 0, 2, 4, 6, 8, 10, 12, 14);
#endif
}

INLINE Factor factorOf(uint32_t s) { return splatQ(s); }
#define FACTOR(VALUE) splatQ(VALUE)

/// Products of the low halves.
INLINE Q widened(Q a, Q b) {
#if defined(__AVX512F__)
  return (Q)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Q)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
  return (a & 0xffffffff) * (b & 0xffffffff);
#endif
}

/// The high words of a product, and the low ones.
INLINE Wide product(Wide *low, Wide a, Factor b) {
  *low = (Wide){widened(a.low, b), widened(a.high, b)};
  return (Wide){low->low >> 32, low->high >> 32};
}

INLINE Wide mixed(Wide a, Wide b, Factor key) {
  return (Wide){a.low ^ b.low ^ key, a.high ^ b.high ^ key};
}

#endif
