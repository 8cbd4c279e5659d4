/* Which row of one table belongs to which of the other. */
#ifndef PAIRS_H
#define PAIRS_H

#include "job.h"
#include "table.h"

struct pairs {
    int64_t *right_of; /* For each left row the right one that belongs to it; -1 where there is none. */
    char *is_taken;    /* For each right row whether it belongs to a left one. */
    uint64_t left_duplicate_keys;
    uint64_t right_duplicate_keys;
};

/* Finds them: by position, or by these columns. Among rows with one key the first finds the first. */
int32_t pairs_find(struct pairs *pairs, enum by by, const struct table *tables, const struct column *left,
                   const struct column *right, size_t key_count, const csvq_host_v1 *host, struct failure *failure);

void pairs_free(struct pairs *pairs);

#endif
