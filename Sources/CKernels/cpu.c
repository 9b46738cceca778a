#include "CKernels.h"

int tessera_cpu_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return tessera_level_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return tessera_level_avx2;
#endif
  return tessera_level_baseline;
}
