#include "ulps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The place of a number among all that there are. */
static int64_t place_of(double number) {
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static int64_t place_of_single(float number) {
    int32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits < 0 ? (int64_t)INT32_MIN - bits : bits;
}

/* The number that a cell is. A text of digits alone is a whole number, which is compared exactly. */
static int number_of(const struct cell *cell, double *number) {
    if (cell->is_float) {
        *number = cell->number;
        return 1;
    }
    char text[64];
    if (cell->is_null || cell->text == cell->written || cell->len == 0 || cell->len >= sizeof text) {
        return 0;
    }
    memcpy(text, cell->text, cell->len);
    text[cell->len] = '\0';
    if (strlen(text) != cell->len || strspn(text, "+-.0123456789eE") != cell->len || strpbrk(text, ".eE") == NULL) {
        return 0;
    }
    char *end;
    *number = strtod(text, &end);
    return *end == '\0';
}

int ulps_between(const struct cell *left, const struct cell *right, int is_single, uint64_t *ulps) {
    double one, other;
    if (!number_of(left, &one) || !number_of(right, &other)) {
        return 0;
    }
    if (one == other || (isnan(one) && isnan(other))) {
        *ulps = 0;
    } else if (isnan(one) || isnan(other) || isinf(one) || isinf(other)) {
        *ulps = UINT64_MAX;
    } else {
        int64_t from = is_single ? place_of_single((float)one) : place_of(one);
        int64_t to = is_single ? place_of_single((float)other) : place_of(other);
        *ulps = from < to ? (uint64_t)to - (uint64_t)from : (uint64_t)from - (uint64_t)to;
    }
    return 1;
}
