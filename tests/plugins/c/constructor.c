/* Does something when it is loaded: makes a file, if it is told which; dies, if it is told to. */
#include "hostile.h"

__attribute__((constructor)) static void at_load(void) {
#ifdef MARK
    FILE *mark = fopen(MARK, "w");
    if (mark != NULL) {
        fclose(mark);
    }
#endif
#ifdef DIES
    abort();
#endif
}

EXPORT_PLUGIN(good_open, good_describe, good_compare);
