//! What a plugin that means harm attempts, each by the system calls themselves: what came of it is `done`, or the number
//! of the error.

#![expect(clippy::undocumented_unsafe_blocks, reason = "all of it is what must not be done")]

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::ptr;

use serde_json::{Map, Value, json};

/// Attempts what a list of pairs says: a name, and what it is attempted with.
pub(super) fn all(parameters: &Map<String, Value>) -> Value {
    let list = parameters["list"].as_array().unwrap().iter().map(|pair| {
        let (what, with) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        match attempt(what, with) {
            Ok(()) => json!("done"),
            Err(error) => error.raw_os_error().map_or_else(|| json!(error.to_string()), |code| json!(code)),
        }
    });
    list.collect()
}

fn attempt(what: &str, with: &str) -> io::Result<()> {
    let number = || with.parse::<i32>().unwrap();
    let path = || CString::new(with).unwrap();
    match what {
        "tcp" => TcpStream::connect((Ipv4Addr::LOCALHOST, with.parse().unwrap())).map(drop),
        "udp" | "dns" => {
            let query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x06secret\x07example\0\0\x01\0\x01";
            let bytes: &[u8] = if what == "dns" { query } else { b"secret" };
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.send_to(bytes, (Ipv4Addr::LOCALHOST, with.parse().unwrap())).map(drop)
        }
        "abstract" => UnixStream::connect_addr(&SocketAddr::from_abstract_name(with)?).map(drop),
        "unix" => UnixStream::connect(with).map(drop),
        "local datagrams" => {
            let mut ends = [0; 2];
            told(unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_DGRAM, 0, ends.as_mut_ptr()) })
        }
        "netlink" => told(unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, 0) }),
        "vsock" => told(unsafe { libc::socket(libc::AF_VSOCK, libc::SOCK_STREAM, 0) }),
        "read" => std::fs::read(with).map(drop),
        "list" => std::fs::read_dir(with).map(drop),
        "write" => std::fs::write(with, b"planted"),
        "append" => io::Write::write_all(&mut File::options().append(true).open(with)?, b"x"),
        "remove" => std::fs::remove_file(with),
        "link" => std::fs::hard_link(with, format!("{with}.link")),
        "rename" => std::fs::rename(with, format!("{with}.renamed")),
        "truncate" => told(unsafe { libc::truncate(path().as_ptr(), 0) }),
        "chmod" => told(unsafe { libc::chmod(path().as_ptr(), 0o777) }),
        "fchmod" => told(unsafe { libc::fchmod(File::open(with)?.as_raw_fd(), 0o777) }),
        "chown" => std::os::unix::fs::chown(with, Some(rustix::process::getuid().as_raw()), None),
        "utime" => told(unsafe { libc::utimensat(libc::AT_FDCWD, path().as_ptr(), ptr::null(), 0) }),
        "xattr" => {
            let value = ptr::from_ref(b"x").cast();
            told(unsafe { libc::setxattr(path().as_ptr(), c"user.csvq".as_ptr(), value, 1, 0) })
        }
        "unnamed file" => told(unsafe { libc::open(path().as_ptr(), libc::O_TMPFILE | libc::O_WRONLY, 0o600) }),
        "watch files" => told(unsafe { libc::inotify_init1(0) }),
        "handle" => {
            let mut handle = [0_u32; 40];
            handle[0] = 128;
            let (mut mount, name) = (0, path());
            called(unsafe {
                libc::syscall(
                    libc::SYS_name_to_handle_at,
                    libc::AT_FDCWD,
                    name.as_ptr(),
                    handle.as_mut_ptr(),
                    &raw mut mount,
                    0,
                )
            })
        }
        "root of parent" => std::fs::read(format!("/proc/{}/root/etc/passwd", parent())).map(drop),
        "environment of parent" => std::fs::read(format!("/proc/{}/environ", parent())).map(drop),
        "memory of another" => File::open(format!("/proc/{with}/mem")).map(drop),
        "spawn" => std::process::Command::new("/bin/true").status().map(drop),
        "exec" => {
            let nothing = [ptr::null()];
            told(unsafe { libc::execve(path().as_ptr(), nothing.as_ptr(), nothing.as_ptr()) })
        }
        "exec by descriptor" => {
            let nothing: [*const libc::c_char; 1] = [ptr::null()];
            let file = File::open(with)?;
            let (path, flags) = (c"".as_ptr(), libc::AT_EMPTY_PATH);
            called(unsafe {
                libc::syscall(libc::SYS_execveat, file.as_raw_fd(), path, nothing.as_ptr(), nothing.as_ptr(), flags)
            })
        }
        "fork" => child(i64::from(unsafe { libc::fork() })),
        #[cfg(target_arch = "x86_64")]
        "raw fork" => child(unsafe { libc::syscall(libc::SYS_fork) }),
        #[cfg(target_arch = "x86_64")]
        "raw vfork" => vfork(),
        "raw clone" => child(unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) }),
        "raw clone3" => {
            // Flags, where a descriptor goes, two places for numbers, and the signal at the end.
            let mut arguments = [0_u64; 8];
            arguments[4] = libc::SIGCHLD as u64;
            child(unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)) })
        }
        "allocate" => {
            let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let bytes = with.parse().unwrap();
            let mapped = unsafe { libc::mmap(ptr::null_mut(), bytes, protection, flags | libc::MAP_NORESERVE, -1, 0) };
            if mapped == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            told(unsafe { libc::munmap(mapped, bytes) })
        }
        "descriptors" => {
            let files: io::Result<Vec<File>> = (0..number()).map(|_| File::open("/dev/null")).collect();
            files.map(drop)
        }
        "io_uring" => {
            let mut parameters = [0_u8; 120];
            called(unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) })
        }
        "ptrace" => trace(number()),
        "read memory" => {
            let (mut byte, theirs) = (0_u8, with.parse::<i32>().unwrap());
            let local = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
            // Where that is in the other process, there is nothing: to be asked is what matters.
            let remote = libc::iovec { iov_base: ptr::without_provenance_mut(8), iov_len: 1 };
            called(unsafe { libc::process_vm_readv(theirs, &raw const local, 1, &raw const remote, 1, 0) } as i64)
        }
        "kill" => told(unsafe { libc::kill(number(), 0) }),
        "kill parent" => told(unsafe { libc::kill(parent(), 0) }),
        "kill all" => told(unsafe { libc::kill(-1, 0) }),
        "kill by descriptor" => called(unsafe { libc::syscall(libc::SYS_pidfd_open, number(), 0) }),
        "signal by file" => {
            let file = File::open("/dev/null")?;
            told(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETOWN, number()) })
        }
        "limit another" => {
            let pid = number();
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            told(unsafe { libc::prlimit(pid, libc::RLIMIT_CORE, ptr::null(), &raw mut limit) })
        }
        "raise limit" => {
            let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
            told(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) })
        }
        "memfd" => told(unsafe { libc::memfd_create(c"x".as_ptr(), 0) }),
        "leave group" => {
            Ok(rustix::process::setpgid(None, Some(rustix::process::getpgid(rustix::process::getppid())?))?)
        }
        "new session" => told(unsafe { libc::setsid() }),
        "unshare" => told(unsafe { libc::unshare(libc::CLONE_FS) }),
        "personality" => told(unsafe { libc::personality(0xffff_ffff) }),
        "dump" => told(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) }),
        "shared memory" => {
            let segment = unsafe { libc::shmget(libc::IPC_PRIVATE, 4096, 0o600) };
            told(segment)?;
            told(unsafe { libc::shmctl(segment, libc::IPC_RMID, ptr::null_mut()) })
        }
        "other numbers" => called(unsafe { libc::syscall(0x4000_0000 | libc::SYS_getpid) }),
        "unheard of" => called(unsafe { libc::syscall(500) }),
        other => panic!("no attempt {other}"),
    }
}

fn parent() -> i32 {
    rustix::process::getppid().unwrap().as_raw_pid()
}

fn told(result: libc::c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn called(result: libc::c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Ends a child, and waits for it.
fn child(pid: libc::c_long) -> io::Result<()> {
    if pid == 0 {
        unsafe { libc::_exit(0) };
    }
    called(pid)?;
    told(unsafe { libc::waitpid(i32::try_from(pid).unwrap(), ptr::null_mut(), 0) })
}

/// The child lives on the stack of its parent: it may do nothing but to exit.
#[cfg(target_arch = "x86_64")]
fn vfork() -> io::Result<()> {
    let result: i64;
    unsafe {
        std::arch::asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "mov eax, {exit}",
            "xor edi, edi",
            "syscall",
            "2:",
            exit = const libc::SYS_exit,
            inlateout("rax") libc::SYS_vfork => result,
            out("rcx") _,
            out("r11") _,
            out("rdi") _,
        );
    }
    if result < 0 {
        return Err(io::Error::from_raw_os_error(i32::try_from(-result).unwrap()));
    }
    child(result)
}

fn trace(pid: i32) -> io::Result<()> {
    called(unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, 0, 0) })?;
    called(unsafe { libc::ptrace(libc::PTRACE_INTERRUPT, pid, 0, 0) })?;
    told(unsafe { libc::waitpid(pid, ptr::null_mut(), libc::__WALL) })?;
    called(unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, 0, 0) })
}
