/* Writes to where there is no memory. */
#include "hostile.h"

COMPARE(segfaults) {
    /* Held in a variable that may change, so that the compiler does not see what it is. */
    volatile uintptr_t address = 16;
    *(volatile int *)address = 1;
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, good_describe, segfaults);
