/* Calls itself until the stack is full. */
#include "hostile.h"

static volatile int never = 0;

static int deeper(int depth) {
    volatile char page[4096];
    page[0] = (char)depth;
    return never ? 0 : deeper(depth + 1) + page[0];
}

COMPARE(overflows) { return deeper(0); }

EXPORT_PLUGIN(good_open, good_describe, overflows);
