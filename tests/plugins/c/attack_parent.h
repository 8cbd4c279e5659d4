/* Attempts at the process that started this one, and at others of the same user. Whatever comes through changes nothing
   there, but for one that says so. */
#ifndef ATTACK_PARENT_H
#define ATTACK_PARENT_H

#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "attack.h"
#include "attack_files.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* Reads `/proc/<parent>/<name>`, such as `environ`. */
static int attack_read_of_parent(struct attempt *attempt) {
    char path[512];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)getppid(), attempt->name);
    return read_byte(path);
}

static int attack_memory_of_parent(struct attempt *attempt) {
    char path[64];
    (void)attempt;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
    return opened(open(path, O_RDWR | O_CLOEXEC));
}

/* Opens what the parent has open. */
static int attack_files_of_parent(struct attempt *attempt) {
    int failed = EACCES;
    for (int number = 0; number < 32 && failed != 0; number++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getppid(), number);
        failed = opened(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }
    (void)attempt;
    return failed;
}

/* Follows the parent, without stopping it, until this process ends. */
static int attack_trace_parent(struct attempt *attempt) {
    (void)attempt;
    return answered(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
}

/* An address that is nobody's tells whether anything was looked at. */
static int attack_peek_at_parent(struct attempt *attempt) {
    char byte;
    struct iovec here = {&byte, 1}, there = {(void *)16, 1};
    (void)attempt;
    return let_through(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static int attack_poke_at_parent(struct attempt *attempt) {
    char byte = 0;
    struct iovec here = {&byte, 1}, there = {(void *)16, 1};
    (void)attempt;
    return let_through(process_vm_writev(getppid(), &here, 1, &there, 1, 0));
}

static int attack_signal_parent(struct attempt *attempt) {
    (void)attempt;
    return answered(kill(getppid(), 0));
}

static int attack_signal_everyone(struct attempt *attempt) {
    (void)attempt;
    return answered(kill(-1, 0));
}

static int attack_signal_thread_of_parent(struct attempt *attempt) {
    (void)attempt;
    return answered(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int attack_queue_to_parent(struct attempt *attempt) {
    siginfo_t information;
    (void)attempt;
    memset(&information, 0, sizeof information);
    information.si_code = SI_QUEUE;
    return answered(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &information));
}

static int attack_hold_parent(struct attempt *attempt) {
    (void)attempt;
    return opened(syscall(SYS_pidfd_open, getppid(), 0));
}

static int attack_take_descriptor_of_parent(struct attempt *attempt) {
    (void)attempt;
    int parent = (int)syscall(SYS_pidfd_open, getppid(), 0);
    if (parent < 0) {
        return errno;
    }
    int failed = opened(syscall(SYS_pidfd_getfd, parent, 2, 0));
    close(parent);
    return failed;
}

/* To what they are already. */
static int attack_limits_of_parent(struct attempt *attempt) {
    struct rlimit limit;
    (void)attempt;
    if (prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) < 0) {
        return errno;
    }
    return answered(prlimit(getppid(), RLIMIT_NOFILE, &limit, NULL));
}

static int attack_priority_of_parent(struct attempt *attempt) {
    (void)attempt;
    errno = 0;
    int priority = getpriority(PRIO_PROCESS, (id_t)getppid());
    if (errno != 0) {
        return errno;
    }
    return answered(setpriority(PRIO_PROCESS, (id_t)getppid(), priority));
}

static int attack_processors_of_parent(struct attempt *attempt) {
    cpu_set_t processors;
    (void)attempt;
    if (sched_getaffinity(getppid(), sizeof processors, &processors) < 0) {
        return errno;
    }
    return answered(sched_setaffinity(getppid(), sizeof processors, &processors));
}

/* Has the kernel send the signal that ends the parent, because a pipe can be read. It comes through if the parent is gone. */
static int attack_signal_by_descriptor(struct attempt *attempt) {
    int ends[2];
    (void)attempt;
    if (pipe(ends) < 0 || fcntl(ends[0], F_SETOWN, getppid()) < 0 || fcntl(ends[0], F_SETSIG, SIGKILL) < 0 ||
        fcntl(ends[0], F_SETFL, O_ASYNC) < 0) {
        return errno;
    }
    pid_t parent = getppid();
    int failed = answered(write(ends[1], "x", 1));
    for (int turns = 0; failed == 0 && turns < 200 && getppid() == parent; turns++) {
        usleep(1000);
    }
    close(ends[0]);
    close(ends[1]);
    return failed != 0 ? failed : getppid() == parent ? EPERM : 0;
}

/* Looks through every descriptor for one that holds the text `name`. */
static int attack_inherited_descriptors(struct attempt *attempt) {
    size_t length = strlen(attempt->name);
    int count = 0;
    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        char bytes[256];
        if (fcntl(descriptor, F_GETFD) < 0) {
            continue;
        }
        count++;
        ssize_t read = pread(descriptor, bytes, sizeof bytes, 0);
        if (read > 0 && memmem(bytes, (size_t)read, attempt->name, length) != NULL) {
            say(attempt, "descriptor %d", descriptor);
            return 0;
        }
    }
    say(attempt, "%d descriptors", count);
    return ENOENT;
}

static int attack_environment(struct attempt *attempt) {
    return getenv(attempt->name) == NULL ? ENOENT : 0;
}

/* Says to the host, on every socket there is, what is no message of the protocol. */
static int attack_speak_out_of_turn(struct attempt *attempt) {
    int failed = ENOTSOCK;
    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        struct stat status;
        if (fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode)) {
            failed = answered(write(descriptor, "\xff\xff\xff\xff", 4));
        }
    }
    (void)attempt;
    return failed;
}

/* Seals every memory file against writing and against other seals, as far as it may. */
static int attack_seal_files(struct attempt *attempt) {
    int count = 0, failed = 0;
    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        int answer = fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
        count += answer == 0;
        failed = answer < 0 && errno != EBADF ? errno : failed;
    }
    say(attempt, "%d files", count);
    return count > 0 ? 0 : failed;
}

/* Takes from the worker all that it has open. */
static int attack_close_everything(struct attempt *attempt) {
    (void)attempt;
    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        close(descriptor);
    }
    return 0;
}

#endif
