/* A table of another major version. */
#include "hostile.h"

CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {
    sizeof(csvq_plugin_table_v1), 2, 0, good_open, good_describe, NULL, good_compare, NULL};
