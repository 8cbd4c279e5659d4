/* What the attempts of `attacks.c` share. */
#ifndef ATTACK_H
#define ATTACK_H

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "hostile.h"

/* One attempt: what it was told, and what it has to say. */
struct attempt {
    const csvq_host_v1 *host;
    const csvq_job_v1 *job;
    char path[1024];
    char name[256];
    char form[64];
    char note[256];
};

/* An attempt gives 0 where it came through, and otherwise the error that kept it from that. */
typedef int attack(struct attempt *attempt);

/* Where the value of a parameter begins; NULL without such a parameter. Names and values hold nothing that JSON escapes. */
static const char *value_of(const csvq_job_v1 *job, const char *name, const char **end) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\"", name);
    const char *at = job->parameters.data;
    *end = at + job->parameters.len;
    const char *found = at == NULL ? NULL : memmem(at, (size_t)job->parameters.len, wanted, strlen(wanted));
    if (found == NULL) {
        return NULL;
    }
    for (found += strlen(wanted); found < *end && (*found == ':' || *found == ' '); found++) {
    }
    return found;
}

static void text_of(const csvq_job_v1 *job, const char *name, char *text, size_t size) {
    const char *end, *at = value_of(job, name, &end);
    size_t kept = 0;
    if (at != NULL && at < end && *at == '"') {
        for (at++; at < end && *at != '"' && kept + 1 < size; at++) {
            text[kept++] = *at;
        }
    }
    text[kept] = '\0';
}

static long number_of(const csvq_job_v1 *job, const char *name, long otherwise) {
    const char *end, *at = value_of(job, name, &end);
    if (at == NULL || at >= end || *at < '0' || *at > '9') {
        return otherwise;
    }
    long number = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
    }
    return number;
}

/* Says something; the text must need no escapes. */
__attribute__((format(printf, 2, 3))) static void say(struct attempt *attempt, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(attempt->note, sizeof attempt->note, format, arguments);
    va_end(arguments);
}

/* What a call that gives a negative number where it failed came to. */
static int answered(long result) {
    return result < 0 ? errno : 0;
}

/* The same of a call that gives a descriptor, which is closed. */
static int opened(long descriptor) {
    if (descriptor < 0) {
        return errno;
    }
    close((int)descriptor);
    return 0;
}

/* What a call with arguments that can't work came to: it came through unless it was forbidden. */
static int let_through(long result) {
    return result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS) ? errno : 0;
}

#endif
