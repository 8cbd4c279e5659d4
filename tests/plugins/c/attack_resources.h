/* Attempts to use up what a machine has. Each takes as much as its parameters say, and gives it back. */
#ifndef ATTACK_RESOURCES_H
#define ATTACK_RESOURCES_H

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "attack.h"
#include "attack_files.h"

#define MEGABYTE ((size_t)1 << 20)

/* Takes and touches memory, four megabytes at a time; shared with nobody, or in the `form` that processes share. */
static int attack_allocate(struct attempt *attempt) {
    const size_t step = 4 * MEGABYTE, steps = (size_t)number_of(attempt->job, "megabytes", 4) / 4;
    const int kind = strcmp(attempt->form, "shared") == 0 ? MAP_SHARED : MAP_PRIVATE;
    void *last = NULL;
    size_t taken = 0;
    int failed = 0;
    for (; taken < steps && failed == 0; taken++) {
        char *memory = mmap(NULL, step, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            failed = errno;
            break;
        }
        memset(memory, 1, step);
        memcpy(memory, &last, sizeof last);
        last = memory;
    }
    while (last != NULL) {
        void *before;
        memcpy(&before, last, sizeof before);
        munmap(last, step);
        last = before;
    }
    say(attempt, "%zu megabytes", 4 * taken);
    return failed;
}

static int attack_exhaust_descriptors(struct attempt *attempt) {
    const long wanted = number_of(attempt->job, "count", 1000);
    int *descriptors = calloc((size_t)wanted, sizeof *descriptors);
    long count = 0;
    int failed = descriptors == NULL ? ENOMEM : 0;
    while (failed == 0 && count < wanted) {
        descriptors[count] = dup(0);
        failed = answered(descriptors[count]);
        count += failed == 0;
    }
    say(attempt, "%ld descriptors", count);
    while (count > 0) {
        close(descriptors[--count]);
    }
    free(descriptors);
    return failed;
}

/* Logs so many lines of a hundred characters. */
static int attack_flood_log(struct attempt *attempt) {
    static const char line[] =
        "This is said again and again, so that whoever keeps what is logged has to keep a great deal of it...";
    for (long count = number_of(attempt->job, "count", 1); count > 0; count--) {
        csvq_host_log(attempt->host, CSVQ_LEVEL_WARN, line, sizeof line - 1);
    }
    return 0;
}

/* Fills `count` files with so many megabytes together. In the `form` `hidden` they are removed first, and in the `form`
   `unnamed` they never had a name: no folder shows them. They stay for so many `milliseconds`. */
static int attack_fill_disk(struct attempt *attempt) {
    static char block[1 << 20];
    const long megabytes = number_of(attempt->job, "megabytes", 1), wanted = number_of(attempt->job, "count", 1);
    const int is_hidden = strcmp(attempt->form, "hidden") == 0, is_unnamed = strcmp(attempt->form, "unnamed") == 0;
    int descriptors[200], failed = 0;
    long count = 0, written = 0;
    signal(SIGXFSZ, SIG_IGN);
    memset(block, 'x', sizeof block);
    for (; count < wanted && count < 200 && failed == 0; count++) {
        char name[1100], path[1200];
        scratch(name, sizeof name, "fill");
        snprintf(path, sizeof path, "%s.%ld", name, count);
        if (is_unnamed) {
            const char *folder = getenv("TMPDIR");
            descriptors[count] = open(folder == NULL ? "/tmp" : folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
        } else {
            descriptors[count] = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        }
        failed = answered(descriptors[count]);
        if (failed == 0 && is_hidden) {
            unlink(path);
        }
        for (long part = 0; failed == 0 && part < megabytes / wanted; part++) {
            ssize_t bytes = write(descriptors[count], block, sizeof block);
            failed = bytes == (ssize_t)sizeof block ? 0 : bytes < 0 ? errno : ENOSPC;
            written += failed == 0;
        }
    }
    for (long waited = number_of(attempt->job, "milliseconds", 0); failed == 0 && waited > 0; waited -= 10) {
        usleep(10000);
    }
    while (count > 0) {
        char name[1100], path[1200];
        scratch(name, sizeof name, "fill");
        snprintf(path, sizeof path, "%s.%ld", name, --count);
        unlink(path);
        if (descriptors[count] >= 0) {
            close(descriptors[count]);
        }
    }
    say(attempt, "%ld megabytes", written);
    return failed;
}

static int attack_raise_limits(struct attempt *attempt) {
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    (void)attempt;
    return answered(setrlimit(RLIMIT_AS, &none));
}

static int attack_raise_limits_of_self(struct attempt *attempt) {
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    (void)attempt;
    return answered(prlimit(getpid(), RLIMIT_CPU, &none, NULL));
}

static void *wait_for_lock(void *lock) {
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

/* So many threads at once, as honest plugins have a few of. */
static int attack_threads(struct attempt *attempt) {
    static pthread_t threads[4096];
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const long wanted = number_of(attempt->job, "count", 2);
    pthread_attr_t small;
    long count = 0;
    int failed = 0;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 << 10);
    pthread_mutex_lock(&lock);
    for (; failed == 0 && count < wanted && count < 4096; count += failed == 0) {
        failed = pthread_create(&threads[count], &small, wait_for_lock, &lock);
    }
    pthread_mutex_unlock(&lock);
    say(attempt, "%ld threads", count);
    while (count > 0) {
        pthread_join(threads[--count], NULL);
    }
    pthread_attr_destroy(&small);
    return failed;
}

/* Never ends, and hears nothing. */
static int attack_loop(struct attempt *attempt) {
    (void)attempt;
    signal(SIGTERM, SIG_IGN);
    for (volatile uint64_t turns = 0;; turns++) {
    }
    return 0;
}

#endif
