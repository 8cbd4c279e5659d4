/* Leaves a thread behind, which kills the process a moment later. */
#include "hostile.h"

#include <pthread.h>

static void *later(void *nothing) {
    usleep(100 * 1000);
    abort();
    return nothing;
}

COMPARE(leaves_thread) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, later, NULL) == 0) {
        pthread_detach(thread);
    }
    return good_compare(instance, host, job, result, error);
}

EXPORT_PLUGIN(good_open, good_describe, leaves_thread);
