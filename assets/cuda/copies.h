// Makes tensors copies of JavaScript's arrays: setup.sh says why.
#pragma once
#include <string.h>
#include <tensorflow/c/c_api.h>

static inline TF_Tensor* mmoe_copied(TF_DataType type, const int64_t* sizes, int axes, void* data, size_t bytes,
                                     void (*give_back)(void*, size_t, void*), void* array) {
  TF_Tensor* tensor = TF_AllocateTensor(type, sizes, axes, bytes);
  if (bytes > 0) memcpy(TF_TensorData(tensor), data, bytes);
  give_back(data, bytes, array);
  return tensor;
}

#define TF_NewTensor mmoe_copied
