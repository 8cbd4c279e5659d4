/* Attempts at parts of the kernel that no comparison needs. Those that would change the machine are made with arguments
   that can't work: whether they were let through shows in the error. */
#ifndef ATTACK_KERNEL_H
#define ATTACK_KERNEL_H

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/swap.h>

#include "attack.h"

/* Numbers that are the same on every processor, and newer than some systems' headers. */
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

#define NOWHERE "/nonexistent/place"

#define CALL(name, call)                                                                                               \
    static int attack_##name(struct attempt *attempt) {                                                                \
        (void)attempt;                                                                                                 \
        return call;                                                                                                   \
    }

CALL(memory_file, opened(memfd_create("evil", MFD_CLOEXEC)))
CALL(secret_memory_file, opened(syscall(SYS_memfd_secret, 0)))
CALL(unshare_mounts, answered(unshare(CLONE_NEWNS)))
CALL(unshare_network, answered(unshare(CLONE_NEWNET)))
CALL(mount, let_through(mount("none", NOWHERE, "tmpfs", 0, NULL)))
CALL(unmount, let_through(umount2(NOWHERE, 0)))
CALL(open_tree, opened(syscall(SYS_open_tree, AT_FDCWD, "/", 0)))
CALL(open_file_system, opened(syscall(SYS_fsopen, "tmpfs", 0)))
CALL(change_root, let_through(chroot(NOWHERE)))
CALL(pivot_root, let_through(syscall(SYS_pivot_root, NOWHERE, NOWHERE)))
CALL(user_faults, opened(syscall(SYS_userfaultfd, O_CLOEXEC)))
CALL(keys, let_through(syscall(SYS_add_key, "user", "csvq:attack", "x", 1, -2L)))
CALL(key_rings, let_through(syscall(SYS_keyctl, 0L, -2L, 1L)))
CALL(watch_files, opened(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY)))
CALL(compare_with_parent, answered(syscall(SYS_kcmp, getpid(), getppid(), 0L, 0L, 0L)))
CALL(personality, answered(personality(ADDR_NO_RANDOMIZE)))
CALL(type_into_terminal, let_through(ioctl(0, TIOCSTI, "x")))
CALL(kernel_module, let_through(syscall(SYS_init_module, NULL, 0L, "")))
CALL(swap, let_through(swapon(NOWHERE, 0)))

/* No attempt: whether the kernel has Landlock. */
CALL(landlock, answered(syscall(SYS_landlock_create_ruleset, NULL, 0, 1)))

static int attack_io_uring(struct attempt *attempt) {
    unsigned char parameters[120] = {0};
    (void)attempt;
    return opened(syscall(SYS_io_uring_setup, 4, parameters));
}

static int attack_bpf(struct attempt *attempt) {
    union bpf_attr attributes;
    (void)attempt;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = attributes.value_size = 4;
    attributes.max_entries = 1;
    return opened(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}

static int attack_performance_events(struct attempt *attempt) {
    struct perf_event_attr attributes;
    (void)attempt;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_CPU_CLOCK;
    attributes.exclude_kernel = 1;
    return opened(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0UL));
}

static int attack_join_namespace(struct attempt *attempt) {
    (void)attempt;
    int namespace = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    if (namespace < 0) {
        return errno;
    }
    int failed = answered(setns(namespace, CLONE_NEWUTS));
    close(namespace);
    return failed;
}

/* What would outlive the process: each is removed. */
static int attack_shared_memory(struct attempt *attempt) {
    int number = shmget(IPC_PRIVATE, 4096, 0600);
    (void)attempt;
    return number < 0 ? errno : answered(shmctl(number, IPC_RMID, NULL));
}

static int attack_message_queue(struct attempt *attempt) {
    int number = msgget(IPC_PRIVATE, 0600);
    (void)attempt;
    return number < 0 ? errno : answered(msgctl(number, IPC_RMID, NULL));
}

static int attack_semaphores(struct attempt *attempt) {
    int number = semget(IPC_PRIVATE, 1, 0600);
    (void)attempt;
    return number < 0 ? errno : answered(semctl(number, 0, IPC_RMID));
}

static int attack_posix_message_queue(struct attempt *attempt) {
    char name[32];
    snprintf(name, sizeof name, "csvq-%d", (int)getpid());
    long queue = syscall(SYS_mq_open, name, O_CREAT | O_RDWR, 0600, NULL);
    (void)attempt;
    if (queue >= 0) {
        syscall(SYS_mq_unlink, name);
    }
    return opened(queue);
}

/* Whether it has any of the powers of a superuser. */
static int attack_capabilities(struct attempt *attempt) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    memset(sets, 0, sizeof sets);
    if (syscall(SYS_capget, &head, sets) < 0) {
        return errno;
    }
    say(attempt, "%08x%08x", sets[1].effective | sets[1].permitted, sets[0].effective | sets[0].permitted);
    return (sets[0].effective | sets[0].permitted | sets[1].effective | sets[1].permitted) == 0 ? EPERM : 0;
}

#endif
