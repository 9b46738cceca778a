#include "CArrowADBC.h"
