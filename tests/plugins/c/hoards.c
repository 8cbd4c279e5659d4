/* Takes memory, and touches it, until there is none: at most 64 GiB. */
#include "hostile.h"

COMPARE(hoards) {
    const size_t piece = (size_t)64 << 20;
    for (int pieces = 0; pieces < 1024; pieces++) {
        volatile char *memory = malloc(piece);
        if (memory == NULL) {
            SET_LITERAL(error, "there is no memory left");
            return CSVQ_PLUGIN_FAILED;
        }
        for (size_t at = 0; at < piece; at += 4096) {
            memory[at] = 1;
        }
    }
    return good_compare(instance, host, job, result, error);
}

EXPORT_PLUGIN(good_open, good_describe, hoards);
