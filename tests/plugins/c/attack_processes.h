/* Attempts to start processes. Those that come through end by themselves, but for one that says its number. */
#ifndef ATTACK_PROCESSES_H
#define ATTACK_PROCESSES_H

#include <linux/sched.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>

#include "attack.h"

/* Waits for a child that ends at once. */
static int started(long child) {
    if (child < 0) {
        return errno;
    }
    waitpid((pid_t)child, NULL, __WALL);
    return 0;
}

static int attack_fork(struct attempt *attempt) {
    (void)attempt;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    return started(child);
}

static int attack_vfork(struct attempt *attempt) {
    (void)attempt;
    pid_t child = vfork();
    if (child == 0) {
        _exit(0);
    }
    return started(child);
}

static int attack_raw_fork(struct attempt *attempt) {
    (void)attempt;
#ifdef SYS_fork
    long child = syscall(SYS_fork);
    if (child == 0) {
        _exit(0);
    }
    return started(child);
#else
    return ENOSYS;
#endif
}

static int attack_raw_clone(struct attempt *attempt) {
    (void)attempt;
    long child = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    if (child == 0) {
        _exit(0);
    }
    return started(child);
}

static int attack_raw_clone3(struct attempt *attempt) {
    (void)attempt;
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) {
        _exit(0);
    }
    return started(child);
}

static int end_at_once(void *nothing) {
    (void)nothing;
    _exit(0);
}

/* A process that shares all memory, and so looks nearly like a thread. */
static int attack_clone_with_memory(struct attempt *attempt) {
    static char stack[64 << 10] __attribute__((aligned(64)));
    (void)attempt;
    return started(clone(end_at_once, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL));
}

static int attack_clone_with_namespace(struct attempt *attempt) {
    (void)attempt;
    long child = syscall(SYS_clone, (long)(CLONE_NEWUSER | SIGCHLD), 0L, 0L, 0L, 0L);
    if (child == 0) {
        _exit(0);
    }
    return started(child);
}

/* At most fifty, which wait for a pipe to be closed and end then. */
static int attack_fork_bomb(struct attempt *attempt) {
    pid_t children[50];
    int ends[2], failed = 0, count = 0;
    if (pipe(ends) < 0) {
        return errno;
    }
    for (; count < 50 && failed == 0; count++) {
        children[count] = fork();
        if (children[count] == 0) {
            char byte;
            close(ends[1]);
            alarm(20);
            _exit(read(ends[0], &byte, 1) < 0);
        }
        failed = answered(children[count]);
    }
    count -= failed != 0;
    close(ends[0]);
    close(ends[1]);
    say(attempt, "%d processes", count);
    for (int at = 0; at < count; at++) {
        waitpid(children[at], NULL, 0);
    }
    return failed;
}

/* A process in a session of its own, which lives for twenty seconds unless someone ends it. It says its number. */
static int attack_escape(struct attempt *attempt) {
    pid_t child = fork();
    if (child == 0) {
        setsid();
        for (int descriptor = 0; descriptor < 1024; descriptor++) {
            close(descriptor);
        }
        alarm(20);
        for (;;) {
            pause();
        }
    }
    say(attempt, "%d", (int)child);
    return answered(child);
}

/* A shell that makes a file, in place of the worker: it comes through if the file is there. */
static int attack_exec(struct attempt *attempt) {
    char *arguments[] = {"sh", "-c", ": > \"$0\"", attempt->path, NULL}, *environment[] = {NULL};
    return answered(execve("/bin/sh", arguments, environment));
}

static int attack_exec_of_descriptor(struct attempt *attempt) {
    char *arguments[] = {"sh", "-c", ": > \"$0\"", attempt->path, NULL}, *environment[] = {NULL};
    int descriptor = open("/bin/sh", O_PATH | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    return answered(syscall(SYS_execveat, descriptor, "", arguments, environment, AT_EMPTY_PATH));
}

static int attack_posix_spawn(struct attempt *attempt) {
    char *arguments[] = {"sh", "-c", ": > \"$0\"", attempt->path, NULL}, *environment[] = {NULL};
    pid_t child;
    int failed = posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environment);
    return failed != 0 ? failed : started(child);
}

static int attack_system(struct attempt *attempt) {
    char command[1100];
    snprintf(command, sizeof command, ": > '%s'", attempt->path);
    int status = system(command);
    return status < 0 ? errno : status == 0 ? 0 : EPERM;
}

#endif
