/* A library, and no plugin. */
int csvq_is_not_here(void);

__attribute__((visibility("default"))) int csvq_is_not_here(void) { return 1; }
