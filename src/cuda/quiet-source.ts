/**
 * Loads TensorFlow while nobody hears it, as Node can't: at each start its CUDA parts complain of being registered twice,
 * before any setting of its log is read, and at the first graph that runs it remarks on a pass that is off, which no
 * setting of its log silences. Where it does not load, the binding says why. Who sets the log's level to 0 hears all, as
 * why no card is used.
 */
export const QUIET_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdlib.h>
#include <tensorflow/c/c_api.h>
#include <unistd.h>

#define CALL(function) ((decltype(&function))dlsym(tensorflow, #function))

static void run_first_graph(void* tensorflow) {
  TF_Status* status = CALL(TF_NewStatus)();
  TF_Graph* graph = CALL(TF_NewGraph)();
  TF_Operation* nothing = CALL(TF_FinishOperation)(CALL(TF_NewOperation)(graph, "NoOp", "nothing"), status);
  TF_SessionOptions* options = CALL(TF_NewSessionOptions)();
  TF_Session* session = CALL(TF_NewSession)(graph, options, status);
  if (session) {
    CALL(TF_SessionRun)(session, nullptr, nullptr, nullptr, 0, nullptr, nullptr, 0, &nothing, 1, nullptr, status);
    CALL(TF_DeleteSession)(session, status);
  }
  CALL(TF_DeleteSessionOptions)(options);
  CALL(TF_DeleteGraph)(graph);
  CALL(TF_DeleteStatus)(status);
}

static void load() {
  void* tensorflow = dlopen("libtensorflow_cc.so.2", RTLD_LAZY);
  if (tensorflow) run_first_graph(tensorflow);
}

NAPI_MODULE_INIT() {
  const char* level = getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level && level[0] == '0') {
    load();
    return exports;
  }
  int heard = dup(STDERR_FILENO);
  int silent = open("/dev/null", O_WRONLY);
  dup2(silent, STDERR_FILENO);
  load();
  dup2(heard, STDERR_FILENO);
  close(silent);
  close(heard);
  return exports;
}
`;
