import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { homePaths } from "../../src/cuda/home.ts";
import { temporaryFolder } from "../support/effects.ts";

/** A TensorFlow that starts no session, as where a card is in another process's exclusive use. */
const BUSY = `
extern "C" {
void* TF_NewStatus() { return 0; }
void* TF_NewGraph() { return 0; }
void* TF_NewOperation(void*, const char*, const char*) { return 0; }
void* TF_FinishOperation(void*, void*) { return 0; }
void* TF_NewSessionOptions() { return 0; }
void* TF_NewSession(void*, void*, void*) { return 0; }
const char* TF_Message(void*) { return "device is busy"; }
void TF_DeleteSessionOptions(void*) {}
void TF_DeleteGraph(void*) {}
void TF_DeleteStatus(void*) {}
}
`;

test.each(["0", "3"])(
  "a TensorFlow that does not start is an error in JavaScript, with the log's level at %s",
  (level) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "busy.cc"), BUSY);
    execFileSync("g++", ["-shared", "-fPIC", "-o", join(folder, "libtensorflow_cc.so.2"), join(folder, "busy.cc")]);
    const { quiet } = homePaths(process.env.MMOE_CUDA_HOME as string);
    const { status, stderr } = spawnSync(process.execPath, ["-p", `require(${JSON.stringify(quiet)})`], {
      env: { ...process.env, LD_LIBRARY_PATH: folder, TF_CPP_MIN_LOG_LEVEL: level },
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toContain("\nError: TensorFlow starts no session: device is busy\n");
  },
);
