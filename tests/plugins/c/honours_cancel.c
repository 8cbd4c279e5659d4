/* Waits to be cancelled, and tells how long it has waited. */
#include "hostile.h"

COMPARE(honours_cancel) {
    static const char line[] = "it waits";
    csvq_host_log(host, CSVQ_LEVEL_INFO, line, sizeof line - 1);
    for (uint64_t turns = 0; !csvq_host_is_cancelled(host); turns++) {
        csvq_host_progress(host, turns, 0);
        usleep(5000);
    }
    SET_LITERAL(error, "the comparison was cancelled");
    return CSVQ_PLUGIN_CANCELLED;
}

EXPORT_PLUGIN(good_open, good_describe, honours_cancel);
