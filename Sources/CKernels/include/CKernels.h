#pragma once
#include "gaussian.h"
// The few inner loops whose speed is the program's speed, in C so that one source gives code for each instruction set.
// Every function takes the level to run at; a caller asks `tessera_cpu_level` once and never exceeds it.

/// Instruction sets that a kernel may be compiled for, each containing the one before.
enum tessera_level {
  /// What every processor of the architecture has.
  tessera_level_baseline = 0,
  /// x86-64 with AVX2 and FMA.
  tessera_level_avx2 = 1,
  /// x86-64 with AVX-512 F, DQ, BW and VL.
  tessera_level_avx512 = 2,
};

/// The highest level that this processor and operating system can run.
int tessera_cpu_level(void);

#include "distances.h"
#include "kmeans.h"
