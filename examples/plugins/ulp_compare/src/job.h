/* What the host says is to be compared. */
#ifndef JOB_H
#define JOB_H

#include "base.h"

enum by { BY_KEY, BY_POSITION, BY_CONTENT };

/* A column by its name on both sides; the texts end in NUL. */
struct names {
    char *left;
    char *right;
};

struct job {
    enum by by;
    struct names *key;
    size_t key_count;
    struct names *columns;
    size_t column_count;
    uint64_t ulps; /* How many steps apart numbers may be. */
};

/* Reads the job and the parameters. What was read is freed by job_free, in any case. */
int32_t job_read(struct job *job, const csvq_job_v1 *from, struct failure *failure);

void job_free(struct job *job);

#endif
