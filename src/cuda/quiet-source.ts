/**
 * Beginning of the error that is thrown if TensorFlow fails to start, e.g. on a card that another process holds alone.
 */
export const NO_SESSION = "TensorFlow starts no session";

/**
 * Loads TensorFlow with its output silenced, which Node can't do. At each start its CUDA parts complain that they are
 * registered twice, before any setting of its log is read. At the first graph it warns about a pass that is off, which
 * no setting of its log silences. If it does not load, the binding says why. If it does not start, this throws, before
 * the binding continues without context and crashes. Log level 0 shows everything, such as why no card is used.
 */
export const QUIET_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdlib.h>
#include <string>
#include <tensorflow/c/c_api.h>
#include <unistd.h>

#define CALL(function) ((decltype(&function))dlsym(tensorflow, #function))

// What went wrong; empty where nothing did.
static std::string run_first_graph(void* tensorflow) {
  TF_Status* status = CALL(TF_NewStatus)();
  TF_Graph* graph = CALL(TF_NewGraph)();
  TF_Operation* nothing = CALL(TF_FinishOperation)(CALL(TF_NewOperation)(graph, "NoOp", "nothing"), status);
  TF_SessionOptions* options = CALL(TF_NewSessionOptions)();
  TF_Session* session = CALL(TF_NewSession)(graph, options, status);
  if (session) {
    CALL(TF_SessionRun)(session, nullptr, nullptr, nullptr, 0, nullptr, nullptr, 0, &nothing, 1, nullptr, status);
    CALL(TF_DeleteSession)(session, status);
  }
  std::string problem = session ? "" : CALL(TF_Message)(status);
  CALL(TF_DeleteSessionOptions)(options);
  CALL(TF_DeleteGraph)(graph);
  CALL(TF_DeleteStatus)(status);
  return problem;
}

static napi_value load(napi_env env, napi_value exports) {
  void* tensorflow = dlopen("libtensorflow_cc.so.2", RTLD_LAZY);
  std::string problem = tensorflow ? run_first_graph(tensorflow) : "";
  if (!problem.empty()) napi_throw_error(env, nullptr, ("${NO_SESSION}: " + problem).c_str());
  return exports;
}

NAPI_MODULE_INIT() {
  const char* level = getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level && level[0] == '0') return load(env, exports);
  int heard = dup(STDERR_FILENO);
  int silent = open("/dev/null", O_WRONLY);
  dup2(silent, STDERR_FILENO);
  load(env, exports);
  dup2(heard, STDERR_FILENO);
  close(silent);
  close(heard);
  return exports;
}
`;
