/* Attempts to reach others: on this machine alone, since loopback is forbidden as all else is. */
#ifndef ATTACK_NETWORK_H
#define ATTACK_NETWORK_H

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attack.h"

static int send_to(const void *address, socklen_t size, int kind, const void *message, size_t length) {
    int descriptor = socket(((const struct sockaddr *)address)->sa_family, kind, 0);
    if (descriptor < 0) {
        return errno;
    }
    int failed = answered(connect(descriptor, address, size));
    failed = failed != 0 ? failed : answered(send(descriptor, message, length, MSG_NOSIGNAL));
    close(descriptor);
    return failed;
}

static int send_to_port(struct attempt *attempt, int kind, const void *message, size_t length) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number_of(attempt->job, "port", 9))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return send_to(&address, sizeof address, kind, message, length);
}

static int attack_tcp(struct attempt *attempt) {
    return send_to_port(attempt, SOCK_STREAM, "x", 1);
}

static int attack_udp(struct attempt *attempt) {
    return send_to_port(attempt, SOCK_DGRAM, "x", 1);
}

/* Asks for the address of `secret.test`, as someone does who carries data out by names. */
static int attack_dns(struct attempt *attempt) {
    static const char question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06secret\x04test\x00\x00\x01\x00\x01";
    return send_to_port(attempt, SOCK_DGRAM, question, sizeof question - 1);
}

/* Without a connection first. */
static int attack_udp_unconnected(struct attempt *attempt) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    address.sin6_port = htons((uint16_t)number_of(attempt->job, "port", 9));
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
    int descriptor = socket(AF_INET6, SOCK_DGRAM, 0);
    if (descriptor < 0) {
        return errno;
    }
    int failed = answered(sendto(descriptor, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
    close(descriptor);
    return failed;
}

static int send_to_unix(const char *path, int is_abstract) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length + 2 > sizeof address.sun_path) {
        return ENAMETOOLONG;
    }
    memcpy(address.sun_path + is_abstract, path, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    return send_to(&address, size, SOCK_STREAM, "x", 1);
}

static int attack_abstract_socket(struct attempt *attempt) {
    return send_to_unix(attempt->name, 1);
}

static int attack_unix_socket(struct attempt *attempt) {
    return send_to_unix(attempt->path, 0);
}

static int attack_listen(struct attempt *attempt) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    (void)attempt;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0) {
        return errno;
    }
    int failed = answered(bind(descriptor, (struct sockaddr *)&address, sizeof address));
    failed = failed != 0 ? failed : answered(listen(descriptor, 1));
    close(descriptor);
    return failed;
}

static int attack_netlink_socket(struct attempt *attempt) {
    (void)attempt;
    return opened(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static int attack_raw_socket(struct attempt *attempt) {
    (void)attempt;
    return opened(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int attack_packet_socket(struct attempt *attempt) {
    (void)attempt;
    return opened(socket(AF_PACKET, SOCK_RAW, 0));
}

/* By the other system call tables of this processor, which filters may forget. */
static int attack_socket_of_x32(struct attempt *attempt) {
    (void)attempt;
#if defined(__x86_64__) && defined(__LP64__)
    return opened(syscall(0x40000000 | SYS_socket, AF_INET, SOCK_DGRAM, 0));
#else
    return ENOSYS;
#endif
}

static int attack_socket_of_i386(struct attempt *attempt) {
    (void)attempt;
#if defined(__x86_64__) && defined(__LP64__)
    const long socket_of_i386 = 359;
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(socket_of_i386), "b"((long)AF_INET), "c"((long)SOCK_DGRAM), "d"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    errno = (int)-result;
    return opened((int)result < 0 ? -1 : result);
#else
    return ENOSYS;
#endif
}

#endif
