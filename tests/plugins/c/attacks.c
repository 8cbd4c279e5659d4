/*
 * Tries one thing that a guarded worker must not get, and tells exactly what came of it, in `extra` of its outcome:
 *
 *     { "attack": "tcp", "succeeded": false, "errno": 1, "error": "Operation not permitted", "note": "" }
 *
 * Which one the parameter `attack` says. All are harmless where nothing keeps them: they go to this machine and to paths
 * that they are told, are bounded, and leave nothing behind but what they are told to. Where the process survives, that is:
 * `exec` and its like tell by the file that they make.
 *
 * With -DCAPABILITIES='"\"network\""' it asks for leave.
 */
#define _GNU_SOURCE
#include "hostile.h"

#ifndef CAPABILITIES
#define CAPABILITIES
#endif

#ifdef __linux__

#include "attack_files.h"
#include "attack_kernel.h"
#include "attack_network.h"
#include "attack_parent.h"
#include "attack_processes.h"
#include "attack_resources.h"

/* No attempt at all, and each attempt. */
#define ATTACKS(one)                                                                                                   \
    one(tcp) one(udp) one(udp_unconnected) one(dns) one(abstract_socket) one(unix_socket) one(listen)                  \
    one(netlink_socket) one(raw_socket) one(packet_socket) one(socket_of_x32) one(socket_of_i386)                      \
    one(read_file) one(write_file) one(append_to_file) one(list_folder) one(make_folder) one(make_pipe)                \
    one(remove_file) one(truncate_file) one(change_mode) one(change_times) one(change_owner) one(rename_file)          \
    one(link_file) one(symlink_file) one(handle_of_file) one(write_scratch) one(load_library)                          \
    one(fork) one(vfork) one(raw_fork) one(raw_clone) one(raw_clone3) one(clone_with_memory)                           \
    one(clone_with_namespace) one(fork_bomb) one(escape) one(exec) one(exec_of_descriptor) one(posix_spawn)            \
    one(system)                                                                                                        \
    one(read_of_parent) one(memory_of_parent) one(files_of_parent) one(trace_parent) one(peek_at_parent)               \
    one(poke_at_parent) one(signal_parent) one(signal_everyone) one(signal_thread_of_parent) one(queue_to_parent)      \
    one(hold_parent) one(take_descriptor_of_parent) one(limits_of_parent) one(priority_of_parent)                      \
    one(processors_of_parent) one(signal_by_descriptor) one(inherited_descriptors) one(environment)                    \
    one(speak_out_of_turn) one(seal_files) one(close_everything)                                                       \
    one(allocate) one(exhaust_descriptors) one(flood_log) one(fill_disk) one(raise_limits)                             \
    one(raise_limits_of_self) one(threads) one(loop)                                                                   \
    one(memory_file) one(secret_memory_file) one(unshare_mounts) one(unshare_network) one(join_namespace)              \
    one(mount) one(unmount) one(open_tree) one(open_file_system) one(change_root) one(pivot_root) one(user_faults)     \
    one(keys) one(key_rings) one(watch_files) one(compare_with_parent) one(personality) one(type_into_terminal)        \
    one(kernel_module) one(swap) one(io_uring) one(bpf) one(performance_events) one(shared_memory)                     \
    one(message_queue) one(semaphores) one(posix_message_queue) one(capabilities) one(landlock)

#define ENTRY(name) {#name, attack_##name},
#define NAME_IN_SCHEMA(name) ", \"" #name "\""

static const struct {
    const char *name;
    attack *attack;
} attacks[] = {ATTACKS(ENTRY)};

static const char description[] =
    "{\"id\": \"" ID "\", \"display_name\": \"Test " ID "\", \"version\": \"" VERSION "\", \"author\": \"csvq's tests\", "
    "\"license\": \"MIT\", \"description\": \"A plugin that tries what it may not do.\", \"abi_version\": \"1.0\", "
    "\"capabilities\": [" CAPABILITIES "], \"deterministic\": false, \"parameters\": {\"type\": \"object\", "
    "\"additionalProperties\": false, \"properties\": {\"attack\": {\"enum\": [\"none\"" ATTACKS(NAME_IN_SCHEMA) "]}, "
    "\"path\": {\"type\": \"string\"}, \"name\": {\"type\": \"string\"}, \"form\": {\"type\": \"string\"}, "
    "\"called\": {\"type\": \"string\"}, \"port\": {\"type\": \"integer\"}, \"count\": {\"type\": \"integer\"}, "
    "\"megabytes\": {\"type\": \"integer\"}, \"milliseconds\": {\"type\": \"integer\"}}}}";

static int32_t describe(void *instance, csvq_owned_text_v1 *out, csvq_owned_text_v1 *error) {
    (void)instance, (void)error;
    csvq_owned_text_set_static(out, description, sizeof description - 1);
    return CSVQ_PLUGIN_OK;
}

COMPARE(compare) {
    static char outcome[1024];
    struct attempt attempt = {.host = host, .job = job};
    char name[64], called[16];
    int failed = EINVAL;
    text_of(job, "attack", name, sizeof name);
    text_of(job, "called", called, sizeof called);
    text_of(job, "path", attempt.path, sizeof attempt.path);
    text_of(job, "name", attempt.name, sizeof attempt.name);
    text_of(job, "form", attempt.form, sizeof attempt.form);
    if (*called != '\0') {
        /* By this name a test finds the process, should it live on. */
        prctl(PR_SET_NAME, called);
    }
    for (size_t at = 0; at < sizeof attacks / sizeof *attacks; at++) {
        if (strcmp(attacks[at].name, name) == 0) {
            failed = attacks[at].attack(&attempt);
        }
    }
    int length = snprintf(outcome, sizeof outcome,
                          "{\"is_equal\": true, \"summary\": \"It tried.\", \"extra\": {\"attack\": \"%s\", "
                          "\"succeeded\": %s, \"errno\": %d, \"error\": \"%s\", \"note\": \"%s\"}}",
                          name, failed == 0 ? "true" : "false", failed, strerror(failed), attempt.note);
    csvq_owned_text_set_static(&result->outcome, outcome, (uint64_t)length);
    return CSVQ_PLUGIN_OK;
}

EXPORT_PLUGIN(good_open, describe, compare);

#else

EXPORT_PLUGIN(good_open, good_describe, good_compare);

#endif
