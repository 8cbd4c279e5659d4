/* The plugin of `attacks.c`, asking for leave to use the network and files. */
#define CAPABILITIES "\"network\", \"read_files\""
#include "attacks.c"
