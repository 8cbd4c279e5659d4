/* A table without functions. */
#include "hostile.h"

EXPORT_PLUGIN(NULL, NULL, NULL);
