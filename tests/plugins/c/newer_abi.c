/* A table of a later minor version, which goes on beyond what is known today. */
#include "hostile.h"

struct newer_table {
    csvq_plugin_table_v1 known;
    void *more[8];
};

CSVQ_PLUGIN_VISIBLE const struct newer_table newer_plugin __asm__(
#ifdef __APPLE__
    "_"
#endif
    "csvq_plugin_v1") = {
    {sizeof(struct newer_table), 1, 7, good_open, good_describe, NULL, good_compare, NULL},
    {(void *)1, (void *)1, (void *)1, (void *)1, (void *)1, (void *)1, (void *)1, (void *)1},
};
