/* A table whose size does not even reach to its version. */
#include "hostile.h"

CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {8, 1, 0, good_open, good_describe, NULL, good_compare, NULL};
