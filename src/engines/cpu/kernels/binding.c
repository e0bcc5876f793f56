// The Node-API module: a kernel set by its name, if this processor and system have its instructions. Its functions take
// linear memory, an ArrayBuffer, then the arguments of WebAssembly's kernels (src/engines/cpu/kernels.ts).
#include <node_api.h>
#include "kernels.h"

#define MOST_ARGUMENTS 11

#if defined(__x86_64__) || defined(_M_X64)
#include <cpuid.h>

/// The processor's feature bits, and what of its registers the system saves.
static unsigned leaf7(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  return b;
}

static unsigned savedRegisters(void) {
  unsigned a, b, c, d, low, high;
  const unsigned osxsave = 1u << 27;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & osxsave)) return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int hasAvx2(void) {
  const unsigned vectors = 0x6, avx2 = 1u << 5;
  return (savedRegisters() & vectors) == vectors && (leaf7() & avx2);
}

static int hasFma(void) {
  unsigned a, b, c, d;
  const unsigned fma = 1u << 12;
  return hasAvx2() && __get_cpuid(1, &a, &b, &c, &d) && (c & fma);
}

static int hasAvx512(void) {
  const unsigned vectors = 0xe6, needed = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; // F, DQ, BW, VL
  return (savedRegisters() & vectors) == vectors && (leaf7() & needed) == needed;
}
#else
static int hasNeon(void) { return 1; }
#endif

typedef struct {
  const char *name;
  const Kernels *kernels;
  int (*isThere)(void);
} KernelSet;

static const KernelSet SETS[] = {
#if defined(__x86_64__) || defined(_M_X64)
  {"avx512", &avx512, hasAvx512},
  {"avx512Fused", &avx512Fused, hasAvx512},
  {"avx2", &avx2, hasAvx2},
  {"avx2Fused", &avx2Fused, hasFma},
#else
  {"neon", &neon, hasNeon},
  {"neonFused", &neonFused, hasNeon},
#endif
};

/// The arguments of a call: the memory, then numbers.
typedef struct {
  const Kernels *kernels;
  char *base;
  double numbers[MOST_ARGUMENTS];
} Call;

/// Reads `count` numbers behind the memory. 0 after an error was thrown.
static int readCall(napi_env env, napi_callback_info info, size_t count, Call *call) {
  napi_value arguments[MOST_ARGUMENTS + 1];
  size_t got = MOST_ARGUMENTS + 1, bytes;
  void *data, *base;
  if (napi_get_cb_info(env, info, &got, arguments, NULL, &data) != napi_ok || got != count + 1 ||
      napi_get_arraybuffer_info(env, arguments[0], &base, &bytes) != napi_ok) {
    napi_throw_type_error(env, NULL, "expected the kernels' memory and their arguments");
    return 0;
  }
  for (size_t i = 0; i < count; i++) {
    if (napi_get_value_double(env, arguments[i + 1], &call->numbers[i]) == napi_ok) continue;
    napi_throw_type_error(env, NULL, "expected a number");
    return 0;
  }
  call->kernels = data;
  call->base = base;
  return 1;
}

/// Negative numbers, as keys are, come as the same 32 bits.
static uint32_t word(const Call *call, int i) { return (uint32_t)(int64_t)call->numbers[i]; }
static int whole(const Call *call, int i) { return (int)call->numbers[i]; }
static char *address(const Call *call, int i) { return call->base + word(call, i); }

#define READ(COUNT)                                                                                                   \
  Call c;                                                                                                             \
  if (!readCall(env, info, COUNT, &c)) return NULL;

static napi_value callTrain(napi_env env, napi_callback_info info) {
  READ(8)
  napi_value done;
  int steps = c.kernels->train(c.base, word(&c, 0), word(&c, 1), word(&c, 2), word(&c, 3), word(&c, 4), whole(&c, 5),
                               whole(&c, 6), c.numbers[7]);
  napi_create_int32(env, steps, &done);
  return done;
}

static napi_value callExecute(napi_env env, napi_callback_info info) {
  READ(7)
  c.kernels->execute(c.base, word(&c, 0), word(&c, 1), word(&c, 2), word(&c, 3), whole(&c, 4), word(&c, 5),
                     whole(&c, 6));
  return NULL;
}

static napi_value callEvaluate(napi_env env, napi_callback_info info) {
  READ(8)
  c.kernels->evaluate(c.base, word(&c, 0), word(&c, 1), word(&c, 2), word(&c, 3), whole(&c, 4), whole(&c, 5),
                      whole(&c, 6), word(&c, 7));
  return NULL;
}

static napi_value callNormals(napi_env env, napi_callback_info info) {
  READ(10)
  c.kernels->normals(address(&c, 0), word(&c, 1), whole(&c, 2), whole(&c, 3), word(&c, 4), word(&c, 5), word(&c, 6),
                     word(&c, 7), word(&c, 8), whole(&c, 9));
  return NULL;
}

static napi_value callLabels(napi_env env, napi_callback_info info) {
  READ(7)
  c.kernels->labels(c.base, (const Generator *)address(&c, 0), address(&c, 1), word(&c, 2), address(&c, 3),
                    address(&c, 4), whole(&c, 5), whole(&c, 6));
  return NULL;
}

static napi_value callPanelsToRows(napi_env env, napi_callback_info info) {
  READ(5)
  c.kernels->panelsToRows(address(&c, 0), word(&c, 1), address(&c, 2), word(&c, 3), whole(&c, 4));
  return NULL;
}

static napi_value callGatherRows(napi_env env, napi_callback_info info) {
  READ(7)
  c.kernels->gatherRows(address(&c, 0), word(&c, 1), (const uint32_t *)address(&c, 2), address(&c, 3), word(&c, 4),
                        whole(&c, 5), whole(&c, 6));
  return NULL;
}

static napi_value callEncodeRows(napi_env env, napi_callback_info info) {
  READ(8)
  c.kernels->encodeRows(c.base, (const CellCode *)address(&c, 0), whole(&c, 1), address(&c, 2), word(&c, 3),
                        address(&c, 4), word(&c, 5), whole(&c, 6), whole(&c, 7));
  return NULL;
}

static napi_value callGatherLabels(napi_env env, napi_callback_info info) {
  READ(6)
  c.kernels->gatherLabels(address(&c, 0), (const uint32_t *)address(&c, 1), address(&c, 2), whole(&c, 3), whole(&c, 4),
                          whole(&c, 5));
  return NULL;
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>

/// For tests: poison(memory, address, bytes, forbid) forbids bytes of linear memory to kernels, or allows them again.
static napi_value callPoison(napi_env env, napi_callback_info info) {
  READ(3)
  if (whole(&c, 2)) ASAN_POISON_MEMORY_REGION(address(&c, 0), word(&c, 1));
  else ASAN_UNPOISON_MEMORY_REGION(address(&c, 0), word(&c, 1));
  return NULL;
}
#endif

static const struct {
  const char *name;
  napi_callback call;
} FUNCTIONS[] = {
  {"train", callTrain},           {"execute", callExecute},           {"evaluate", callEvaluate},
  {"normals", callNormals},       {"labels", callLabels},             {"panelsToRows", callPanelsToRows},
  {"gatherRows", callGatherRows}, {"encodeRows", callEncodeRows},     {"gatherLabels", callGatherLabels},
};

/// An object of a set's functions.
static napi_value objectOf(napi_env env, const Kernels *kernels) {
  napi_value object, value;
  napi_create_object(env, &object);
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
    napi_create_function(env, FUNCTIONS[i].name, NAPI_AUTO_LENGTH, FUNCTIONS[i].call, (void *)kernels, &value);
    napi_set_named_property(env, object, FUNCTIONS[i].name, value);
  }
  return object;
}

/// Exports the kernel sets of this machine, each in portable and in fused arithmetic.
NAPI_MODULE_INIT() {
  for (size_t i = 0; i < sizeof SETS / sizeof *SETS; i++)
    if (SETS[i].isThere()) napi_set_named_property(env, exports, SETS[i].name, objectOf(env, SETS[i].kernels));
#ifdef __SANITIZE_ADDRESS__
  napi_value poison;
  napi_create_function(env, "poison", NAPI_AUTO_LENGTH, callPoison, NULL, &poison);
  napi_set_named_property(env, exports, "poison", poison);
#endif
  return exports;
}
