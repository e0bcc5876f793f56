/**
 * Loads TensorFlow while nobody hears it, as Node can't: at each start its CUDA parts complain of being registered twice,
 * before any setting of its log is read. Where it does not load, the binding says why.
 */
export const QUIET_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

NAPI_MODULE_INIT() {
  int heard = dup(STDERR_FILENO);
  int silent = open("/dev/null", O_WRONLY);
  dup2(silent, STDERR_FILENO);
  dlopen("libtensorflow_cc.so.2", RTLD_LAZY);
  dup2(heard, STDERR_FILENO);
  close(silent);
  close(heard);
  return exports;
}
`;
