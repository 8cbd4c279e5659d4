/* Leaves a process behind, which is not of the same session if `form` is `far`. */
#include "hostile.h"

COMPARE(leaves_process) {
    if (fork() == 0) {
        if (wants(job, "form", "far")) {
            setsid();
        }
        sleep(60);
        _exit(0);
    }
    return good_compare(instance, host, job, result, error);
}

EXPORT_PLUGIN(good_open, good_describe, leaves_process);
