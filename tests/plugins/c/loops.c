/* Loops for ever, and can't be asked to end. */
#include "hostile.h"

#include <signal.h>

COMPARE(loops) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    for (volatile uint64_t turns = 0;; turns++) {
    }
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, good_describe, loops);
