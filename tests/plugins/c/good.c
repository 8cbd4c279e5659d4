/* A plugin that is as it should be. */
#include "hostile.h"

EXPORT_PLUGIN(good_open, good_describe, good_compare);
