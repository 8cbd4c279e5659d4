/* Ends the process as if all were well. */
#include "hostile.h"

COMPARE(exits) {
    if (wants(job, "form", "at_once")) {
        _exit(0);
    }
    exit(0);
}

EXPORT_PLUGIN(good_open, good_describe, exits);
