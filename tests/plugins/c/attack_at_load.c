/* Attacks when it is loaded, before anyone asked for anything: writes the file `MARK` (-DMARK='"/path"'), and connects to
   `PORT` of this machine (-DPORT=1234). Afterwards it is as it should be. */
#define _GNU_SOURCE
#include "hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

__attribute__((constructor)) static void at_load(void) {
#ifdef MARK
    FILE *mark = fopen(MARK, "w");
    if (mark != NULL) {
        fputs("loaded", mark);
        fclose(mark);
    }
#endif
#ifdef PORT
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor >= 0) {
        (void)!connect(descriptor, (struct sockaddr *)&address, sizeof address);
        close(descriptor);
    }
#endif
}

EXPORT_PLUGIN(good_open, good_describe, good_compare);
