#pragma once
// BLAS through CBLAS, and how OpenBLAS describes and tunes itself.
// LAPACK routines are declared here one by one when a caller needs them, with the hidden CHARACTER lengths.
#include <cblas.h>
