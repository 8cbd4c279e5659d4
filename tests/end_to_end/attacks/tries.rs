//! What a plugin tries: the attack, its parameters, and what it comes to where nothing keeps it.

/// What an attempt comes to without guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Free {
    /// It comes through.
    Through,
    /// It comes through, and leaves something to be seen.
    Seen,
    /// It comes through for a superuser, where the machine has it.
    Superuser,
    /// It comes through if the machine has it, and lets anyone use it.
    Perhaps,
    /// Not tried: it would harm the home.
    Untried,
}

use Free::{Perhaps, Seen, Superuser, Through, Untried};

/// The attack, its parameters in which `@` stands before what the ground knows, and what it comes to without guards.
pub(super) type Try = (&'static str, &'static str, Free);

pub(super) const NETWORK: &[Try] = &[
    ("tcp", "port=@tcp", Seen),
    ("udp", "port=@udp", Seen),
    ("udp_unconnected", "port=@udp", Perhaps),
    ("dns", "port=@udp", Seen),
    ("abstract_socket", "name=@abstract", Seen),
    ("unix_socket", "path=@ground/socket", Seen),
    ("listen", "", Through),
    ("netlink_socket", "", Through),
    ("raw_socket", "", Superuser),
    ("packet_socket", "", Superuser),
    ("socket_of_x32", "", Perhaps),
    ("socket_of_i386", "", Perhaps),
];

pub(super) const FILES: &[Try] = &[
    ("read_file", "path=/etc/passwd", Through),
    ("read_file", "path=/proc/1/status", Through),
    ("read_file", "path=@ground/secret", Through),
    ("read_file", "path=@place/left.csv", Through),
    ("read_file", "path=@home/config/plugin_config.json", Through),
    ("read_file", "path=@home/state/state.db", Through),
    ("read_file", "path=@home/plugins/custom/good/1.0.0/plugin.json", Through),
    ("list_folder", "path=/", Through),
    ("list_folder", "path=@ground", Through),
    ("list_folder", "path=@home", Through),
    ("write_file", "path=@ground/evil", Seen),
    ("write_file", "path=@home/plugins/evil.py", Untried),
    ("write_file", "path=@home/plugins/custom/attacks/1.0.0/evil", Untried),
    ("append_to_file", "path=@home/plugins/custom/attacks/1.0.0/plugin.json", Untried),
    ("append_to_file", "path=@home/config/security_policy.json", Untried),
    ("remove_file", "path=@home/state/state.db", Untried),
    ("append_to_file", "path=@ground/victim", Seen),
    ("make_folder", "path=@ground/evil", Seen),
    ("make_pipe", "path=@ground/evil", Seen),
    ("remove_file", "path=@ground/victim", Seen),
    ("truncate_file", "path=@ground/victim", Seen),
    ("rename_file", "path=@ground/victim", Seen),
    ("change_mode", "path=@ground/victim", Seen),
    ("change_times", "path=@ground/victim", Seen),
    ("change_owner", "path=@ground/victim", Seen),
    ("link_file", "path=@ground/secret", Seen),
    ("symlink_file", "path=@ground/secret", Through),
    ("handle_of_file", "path=@ground/secret", Perhaps),
];

pub(super) const PROCESSES: &[Try] = &[
    ("fork", "", Through),
    ("vfork", "", Through),
    ("raw_fork", "", Perhaps),
    ("raw_clone", "", Through),
    ("raw_clone3", "", Perhaps),
    ("clone_with_memory", "", Through),
    ("clone_with_namespace", "", Perhaps),
    ("fork_bomb", "", Through),
    ("escape", "", Through),
    ("exec", "path=@ground/ran", Seen),
    ("exec_of_descriptor", "path=@ground/ran", Seen),
    ("posix_spawn", "path=@ground/ran", Seen),
    ("system", "path=@ground/ran", Seen),
];

pub(super) const PARENT: &[Try] = &[
    ("read_of_parent", "name=cmdline", Through),
    ("read_of_parent", "name=environ", Superuser),
    ("read_of_parent", "name=maps", Superuser),
    ("memory_of_parent", "", Superuser),
    ("files_of_parent", "", Superuser),
    ("trace_parent", "", Superuser),
    ("peek_at_parent", "", Superuser),
    ("poke_at_parent", "", Superuser),
    ("compare_with_parent", "", Superuser),
    ("signal_parent", "", Through),
    ("signal_everyone", "", Through),
    ("signal_thread_of_parent", "", Through),
    ("queue_to_parent", "", Through),
    ("hold_parent", "", Perhaps),
    ("take_descriptor_of_parent", "", Superuser),
    ("limits_of_parent", "", Through),
    ("priority_of_parent", "", Through),
    ("processors_of_parent", "", Through),
];

pub(super) const KERNEL: &[Try] = &[
    ("memory_file", "", Through),
    ("secret_memory_file", "", Perhaps),
    ("unshare_mounts", "", Superuser),
    ("unshare_network", "", Superuser),
    ("join_namespace", "", Superuser),
    ("mount", "", Perhaps),
    ("unmount", "", Perhaps),
    ("open_tree", "", Perhaps),
    ("open_file_system", "", Superuser),
    ("change_root", "", Perhaps),
    ("pivot_root", "", Superuser),
    ("user_faults", "", Perhaps),
    ("keys", "", Perhaps),
    ("key_rings", "", Perhaps),
    ("watch_files", "", Superuser),
    ("personality", "", Perhaps),
    ("type_into_terminal", "", Through),
    ("kernel_module", "", Untried),
    ("swap", "", Untried),
    ("io_uring", "", Perhaps),
    ("bpf", "", Superuser),
    ("performance_events", "", Perhaps),
    ("shared_memory", "", Through),
    ("message_queue", "", Through),
    ("semaphores", "", Through),
    ("posix_message_queue", "", Perhaps),
    ("capabilities", "", Superuser),
    ("raise_limits", "", Through),
    ("raise_limits_of_self", "", Through),
];

/// What other tests try, each for a reason of its own.
pub(super) const ELSEWHERE: &[&str] = &[
    "landlock",
    "write_scratch",
    "load_library",
    "signal_by_descriptor",
    "inherited_descriptors",
    "environment",
    "speak_out_of_turn",
    "seal_files",
    "close_everything",
    "allocate",
    "exhaust_descriptors",
    "flood_log",
    "fill_disk",
    "threads",
    "loop",
];
