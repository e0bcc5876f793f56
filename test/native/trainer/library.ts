// What TensorFlow's library says of itself, as its C interface prints it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { homePaths } from "../../../src/cuda/home.ts";

const PRINT = `
import ctypes, os, sys
class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]
tensorflow = ctypes.CDLL(sys.argv[1])
tensorflow.TF_NewStatus.restype = ctypes.c_void_p
function = getattr(tensorflow, sys.argv[2])
function.restype = ctypes.POINTER(Buffer)
function.argtypes = [ctypes.c_void_p]
printed = function(tensorflow.TF_NewStatus()).contents
sys.stdout.buffer.write(ctypes.string_at(printed.data, printed.length))
`;

/** The bytes of op_def.proto's OpList, or of kernel_def.proto's KernelList. */
export function printedBy(call: "TF_GetAllOpList" | "TF_GetAllRegisteredKernels"): Buffer {
  const { tensorflow } = homePaths(process.env.MMOE_CUDA_HOME as string);
  const args = ["-c", PRINT, join(tensorflow, "libtensorflow_cc.so.2"), call];
  return execFileSync("python3", args, { maxBuffer: 2 ** 24, stdio: ["ignore", "pipe", "ignore"] });
}
