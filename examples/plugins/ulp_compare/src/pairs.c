#include "pairs.h"

#include <stdlib.h>
#include <string.h>

/* How many rows are looked at before the host is asked whether to go on. */
#define STEP 4096

/* A key that occurs: an example of it, and the right rows that have it and belong to none yet. */
struct entry {
    uint64_t hash;
    int side; /* 0 where the example is a left row. */
    int64_t row;
    int64_t first, last; /* The right rows, -1 for none; each leads to the next. */
    uint64_t counts[2];
};

struct search {
    const struct column *columns[2];
    size_t key_count;
    struct entry *entries;
    size_t entry_count;
    size_t *slots; /* Entries by hash, plus 1. */
    size_t mask;
    int64_t *next; /* Of each right row. */
};

static uint64_t hash_row(const struct search *search, int side, int64_t row) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t at = 0; at < search->key_count; at++) {
        struct cell cell;
        column_cell(&search->columns[side][at], row, &cell);
        /* The length first, so that parts can't run into each other. */
        hash = (hash ^ (cell.is_null ? 0 : cell.len + 1)) * UINT64_C(1099511628211);
        for (size_t byte = 0; byte < cell.len; byte++) {
            hash = (hash ^ (unsigned char)cell.text[byte]) * UINT64_C(1099511628211);
        }
    }
    return hash ^ hash >> 32;
}

static int same_key(const struct search *search, int side, int64_t row, int other_side, int64_t other_row) {
    for (size_t at = 0; at < search->key_count; at++) {
        struct cell one, other;
        column_cell(&search->columns[side][at], row, &one);
        column_cell(&search->columns[other_side][at], other_row, &other);
        if (!cell_same(&one, &other)) {
            return 0;
        }
    }
    return 1;
}

/* The entry of a row's key, made where there is none. A hash is no proof, so keys are compared. */
static struct entry *entry_of(struct search *search, int side, int64_t row) {
    uint64_t hash = hash_row(search, side, row);
    size_t slot = (size_t)hash & search->mask;
    for (; search->slots[slot] != 0; slot = (slot + 1) & search->mask) {
        struct entry *entry = &search->entries[search->slots[slot] - 1];
        if (entry->hash == hash && same_key(search, entry->side, entry->row, side, row)) {
            return entry;
        }
    }
    struct entry *entry = &search->entries[search->entry_count++];
    search->slots[slot] = search->entry_count;
    entry->hash = hash;
    entry->side = side;
    entry->row = row;
    entry->first = entry->last = -1;
    return entry;
}

static int32_t by_key(struct pairs *pairs, struct search *search, int64_t left_rows, int64_t right_rows,
                      const csvq_host_v1 *host, struct failure *failure) {
    for (int64_t row = 0; row < right_rows; row++) {
        if (row % STEP == 0 && heed(host, failure) != CSVQ_PLUGIN_OK) {
            return failure->code;
        }
        struct entry *entry = entry_of(search, 1, row);
        search->next[row] = -1;
        *(entry->first < 0 ? &entry->first : &search->next[entry->last]) = row;
        entry->last = row;
        pairs->right_duplicate_keys += ++entry->counts[1] == 2;
    }
    for (int64_t row = 0; row < left_rows; row++) {
        if (row % STEP == 0 && heed(host, failure) != CSVQ_PLUGIN_OK) {
            return failure->code;
        }
        struct entry *entry = entry_of(search, 0, row);
        pairs->left_duplicate_keys += ++entry->counts[0] == 2;
        pairs->right_of[row] = entry->first;
        if (entry->first >= 0) {
            pairs->is_taken[entry->first] = 1;
            entry->first = search->next[entry->first];
        }
    }
    return CSVQ_PLUGIN_OK;
}

int32_t pairs_find(struct pairs *pairs, enum by by, const struct table *tables, const struct column *left,
                   const struct column *right, size_t key_count, const csvq_host_v1 *host, struct failure *failure) {
    int64_t left_rows = tables[0].rows, right_rows = tables[1].rows;
    pairs->right_of = make((size_t)left_rows, sizeof *pairs->right_of);
    pairs->is_taken = make((size_t)right_rows, sizeof *pairs->is_taken);
    if (pairs->right_of == NULL || pairs->is_taken == NULL) {
        return fail(failure, CSVQ_PLUGIN_FAILED, "there is no memory to pair rows");
    }
    if (by == BY_POSITION) {
        for (int64_t row = 0; row < left_rows; row++) {
            pairs->right_of[row] = row < right_rows ? row : -1;
        }
        memset(pairs->is_taken, 1, (size_t)(left_rows < right_rows ? left_rows : right_rows));
        return CSVQ_PLUGIN_OK;
    }
    size_t most = (size_t)left_rows + (size_t)right_rows, slots = 16;
    while (slots < most * 2) {
        slots *= 2;
    }
    struct search search = {{left, right}, key_count, NULL, 0, NULL, slots - 1, NULL};
    search.entries = make(most, sizeof *search.entries);
    search.slots = make(slots, sizeof *search.slots);
    search.next = make((size_t)right_rows, sizeof *search.next);
    if (search.entries == NULL || search.slots == NULL || search.next == NULL) {
        fail(failure, CSVQ_PLUGIN_FAILED, "there is no memory to pair rows");
    } else {
        by_key(pairs, &search, left_rows, right_rows, host, failure);
    }
    free(search.entries);
    free(search.slots);
    free(search.next);
    return failure->code;
}

void pairs_free(struct pairs *pairs) {
    free(pairs->right_of);
    free(pairs->is_taken);
    memset(pairs, 0, sizeof *pairs);
}
