#include <dlfcn.h>
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
  if (!problem.empty()) napi_throw_error(env, nullptr, ("TensorFlow starts no session: " + problem).c_str());
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
