/* Reads JSON into a tree: as much of it as a job needs. */
#ifndef JSON_H
#define JSON_H

#include "base.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_kind kind;
    double number;      /* Of a number. */
    struct bytes text;  /* Of a text. */
    struct bytes name;  /* What it is called in the object around it. */
    struct json *first; /* Of a list or object. */
    struct json *next;  /* The next in the list or object around it. */
};

/* Reads a text. NULL where it is no JSON, or there is no memory. */
struct json *json_read(csvq_text_v1 text);

/* A field of an object; NULL where there is none, or it is no object. */
const struct json *json_field(const struct json *object, const char *name);

void json_free(struct json *value);

#endif
