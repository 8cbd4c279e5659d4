/* Attempts at files that are not the plugin's: to read them, and to change what they hold, what they are called and who
   may use them. */
#ifndef ATTACK_FILES_H
#define ATTACK_FILES_H

#include <dirent.h>
#include <dlfcn.h>

#include "attack.h"

static int read_byte(const char *path) {
    char byte;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    ssize_t bytes = read(descriptor, &byte, 1);
    int failed = bytes < 0 ? errno : bytes == 0 ? ENODATA : 0;
    close(descriptor);
    return failed;
}

static int write_byte(const char *path, int flags) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
    if (descriptor < 0) {
        return errno;
    }
    int failed = answered(write(descriptor, "x", 1));
    close(descriptor);
    return failed;
}

static int attack_read_file(struct attempt *attempt) {
    return read_byte(attempt->path);
}

static int attack_write_file(struct attempt *attempt) {
    return write_byte(attempt->path, O_CREAT);
}

static int attack_append_to_file(struct attempt *attempt) {
    return write_byte(attempt->path, O_APPEND);
}

static int attack_list_folder(struct attempt *attempt) {
    DIR *folder = opendir(attempt->path);
    if (folder == NULL) {
        return errno;
    }
    errno = 0;
    int failed = readdir(folder) == NULL ? errno : 0;
    closedir(folder);
    return failed;
}

static int attack_make_folder(struct attempt *attempt) {
    return answered(mkdir(attempt->path, 0700));
}

static int attack_make_pipe(struct attempt *attempt) {
    return answered(mkfifo(attempt->path, 0600));
}

static int attack_remove_file(struct attempt *attempt) {
    return answered(unlink(attempt->path));
}

static int attack_truncate_file(struct attempt *attempt) {
    return answered(truncate(attempt->path, 0));
}

static int attack_change_mode(struct attempt *attempt) {
    return answered(chmod(attempt->path, 0666));
}

static int attack_change_times(struct attempt *attempt) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    return answered(utimensat(AT_FDCWD, attempt->path, times, 0));
}

/* To itself: whoever may do that may give it to someone else. */
static int attack_change_owner(struct attempt *attempt) {
    return answered(chown(attempt->path, geteuid(), getegid()));
}

/* To the path with `.moved` at its end. */
static int attack_rename_file(struct attempt *attempt) {
    char to[1100];
    snprintf(to, sizeof to, "%s.moved", attempt->path);
    return answered(rename(attempt->path, to));
}

/* Where the plugin may write, if anywhere. */
static void scratch(char *path, size_t size, const char *name) {
    const char *folder = getenv("TMPDIR");
    snprintf(path, size, "%s/%s-%d", folder == NULL || *folder == '\0' ? "/tmp" : folder, name, (int)getpid());
}

/* Reads a file by another name for it, made where the plugin may write. */
static int attack_link_file(struct attempt *attempt) {
    char name[1100];
    scratch(name, sizeof name, "link");
    if (link(attempt->path, name) < 0) {
        return errno;
    }
    int failed = read_byte(name);
    unlink(name);
    return failed;
}

static int attack_symlink_file(struct attempt *attempt) {
    char name[1100];
    scratch(name, sizeof name, "symlink");
    if (symlink(attempt->path, name) < 0) {
        return errno;
    }
    int failed = read_byte(name);
    unlink(name);
    return failed;
}

/* The way out of a container that goes by the numbers of files in place of their names. */
static int attack_handle_of_file(struct attempt *attempt) {
    struct {
        struct file_handle head;
        unsigned char bytes[MAX_HANDLE_SZ];
    } handle;
    int mount;
    handle.head.handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(AT_FDCWD, attempt->path, &handle.head, &mount, 0) < 0) {
        return errno;
    }
    return let_through(open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY));
}

/* What an honest plugin needs, and has to have. */
static int attack_write_scratch(struct attempt *attempt) {
    char name[1100];
    const char *folder = getenv("TMPDIR");
    if (folder == NULL) {
        return ENOENT;
    }
    scratch(name, sizeof name, "honest");
    say(attempt, "%.200s", folder);
    int failed = write_byte(name, O_CREAT | O_EXCL);
    unlink(name);
    return failed;
}

static int attack_load_library(struct attempt *attempt) {
    return dlopen(attempt->name, RTLD_NOW) == NULL ? ENOENT : 0;
}

#endif
