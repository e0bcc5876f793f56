// A program that loads a binary of native kernels as Node does, with a Node-API of its own that only writes names down: for
// systems of which there is no Node here. `host FILE` prints the kernel sets that the binary offers.
#include <dlfcn.h>
#include <node_api.h>
#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

static int functions;

EXPORT napi_status napi_create_object(napi_env env, napi_value *result) {
  *result = (napi_value)&functions;
  return napi_ok;
}

EXPORT napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback call, void *data,
                                        napi_value *result) {
  functions++;
  *result = (napi_value)call;
  return napi_ok;
}

EXPORT napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value) {
  if (value == (napi_value)&functions) printf("%s: %d functions\n", name, functions), functions = 0;
  return napi_ok;
}

/// What only a call needs.
EXPORT napi_status napi_create_int32(napi_env env, int32_t value, napi_value *result) { return napi_generic_failure; }
EXPORT napi_status napi_get_value_double(napi_env env, napi_value value, double *result) { return napi_generic_failure; }
EXPORT napi_status napi_throw_type_error(napi_env env, const char *code, const char *text) { return napi_generic_failure; }
EXPORT napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count, napi_value *arguments,
                                    napi_value *self, void **data) {
  return napi_generic_failure;
}
EXPORT napi_status napi_get_arraybuffer_info(napi_env env, napi_value buffer, void **data, size_t *bytes) {
  return napi_generic_failure;
}

EXPORT int uv_thread_create(void **thread, void (*entry)(void *), void *argument) { return -1; }
EXPORT int uv_thread_join(void **thread) { return -1; }
EXPORT void uv_sleep(unsigned milliseconds) {}

int main(int count, char **arguments) {
  void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW) : NULL;
  napi_value (*start)(napi_env, napi_value) = library ? (napi_value (*)(napi_env, napi_value))dlsym(library, "napi_register_module_v1") : NULL;
  if (!start) return fprintf(stderr, "%s\n", dlerror()), 1;
  start(NULL, NULL);
  return 0;
}
