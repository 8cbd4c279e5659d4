/* How many steps two numbers are apart. */
#ifndef ULPS_H
#define ULPS_H

#include "table.h"

/*
 * Whether two cells are floating-point numbers, or texts of such, and how many steps they are apart. A step is the
 * distance to the next number that there is. Whole numbers are none of these; infinities and what is no number are so far
 * apart from all others as can be.
 */
int ulps_between(const struct cell *left, const struct cell *right, int is_single, uint64_t *ulps);

#endif
