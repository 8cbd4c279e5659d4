//! What a plugin may not do under the guards, and may without them.

use std::io::ErrorKind as Io;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use libc::{EACCES, EMFILE, ENOENT, ENOEXEC, ENOMEM, ENOSYS, EPERM};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::programs::{entry, guarded, limits, program, run};
use crate::config::FileSystemAccess;
use crate::control::Control;
use crate::error::ErrorKind;
use crate::sandbox::{Effect, Enforced, Guards, Mechanism, Weakness, Worker, WorkerLimits, WorkerProgram, probe};

/// A folder with a package, one that has nothing to do with it, and a process to be harmed.
struct Surroundings {
    package: PathBuf,
    other: PathBuf,
    victim: Child,
    scratch: PathBuf,
    _folder: TempDir,
}

impl Surroundings {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [package, other, scratch] = ["package", "other", "scratch"].map(|name| folder.path().join(name));
        for made in [&package, &other, &scratch] {
            std::fs::create_dir(made).unwrap();
        }
        std::fs::write(package.join("data"), b"data").unwrap();
        let victim = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
        let around = Self { package, other, victim, scratch, _folder: folder };
        around.restore();
        around
    }

    /// Makes what an attempt may have removed, and removes what one may have made.
    fn restore(&self) {
        for name in ["secret", "victim"] {
            std::fs::write(self.other.join(name), b"secret").unwrap();
        }
        for name in ["planted", "secret.link", "victim.renamed"] {
            let _ = std::fs::remove_file(self.other.join(name));
        }
        let _ = std::fs::remove_file(self.package.join("planted"));
    }

    /// What came of all these, attempted by one worker.
    fn attempt(&self, limits: &WorkerLimits, list: &[(&str, String)]) -> (Vec<Value>, Enforced) {
        let entry = crate::sandbox::Entry { folder: self.package.clone(), ..entry("quiet", "") };
        let guards = Guards { scratch: Some(self.scratch.clone()), ..limits.guards.clone() };
        let limits = WorkerLimits { guards, ..limits.clone() };
        let mut worker = Worker::start(&program("acts"), &limits).unwrap();
        worker.load(&entry, &limits).unwrap();
        let enforced = worker.enforced().unwrap().clone();
        let (answer, log) = run(worker, &json!({"act": "attempts", "list": list}), &limits, &Control::new());
        (answer.unwrap_or_else(|error| panic!("{error}: {log:?}")).outcome.as_array().unwrap().clone(), enforced)
    }

    /// Holds what came of attempts against what should have: with guards, and without.
    fn check(&self, guarded: &WorkerLimits, attempts: &[(&str, String, Effect, i32, &[i32])]) {
        let list: Vec<_> = attempts.iter().map(|(what, with, ..)| (*what, with.clone())).collect();
        let (under_guards, enforced) = self.attempt(guarded, &list);
        for ((what, with, effect, expected, _), came) in attempts.iter().zip(&under_guards) {
            if enforced.of(*effect).holds {
                assert_eq!(came, &json!(expected), "{what} {with}");
            } else {
                // Where the system lacks something, it is told, and what is missing is named.
                assert!(!enforced.of(*effect).weaker.is_empty(), "{what}: {enforced:?}");
            }
        }
        self.restore();
        let (without, _) = self.attempt(&limits(), &list);
        for ((what, with, .., otherwise), came) in attempts.iter().zip(&without) {
            let is_expected =
                if otherwise.is_empty() { came == "done" } else { otherwise.iter().any(|one| came == one) };
            assert!(is_expected, "{what} {with} without guards: {came}");
        }
    }
}

impl Drop for Surroundings {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn nobody_is_reached() {
    let around = Surroundings::new();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let name = format!("csvq-test-{}", std::process::id());
    let hidden = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let path = around.other.join("socket");
    let local = UnixListener::bind(&path).unwrap();
    tcp.set_nonblocking(true).unwrap();
    udp.set_nonblocking(true).unwrap();
    hidden.set_nonblocking(true).unwrap();
    local.set_nonblocking(true).unwrap();
    let port = |address: std::net::SocketAddr| address.port().to_string();
    let (tcp_port, udp_port) = (port(tcp.local_addr().unwrap()), port(udp.local_addr().unwrap()));
    let attempts = [
        ("tcp", tcp_port),
        ("udp", udp_port.clone()),
        ("dns", udp_port),
        ("abstract", name),
        ("unix", text(&path)),
        ("netlink", String::new()),
        ("local datagrams", String::new()),
    ];
    let (came, enforced) = around.attempt(&guarded(), &attempts);
    if enforced.network.holds {
        assert_eq!(came, vec![json!(EPERM); attempts.len()]);
        assert_eq!(tcp.accept().unwrap_err().kind(), Io::WouldBlock);
        assert_eq!(udp.recv(&mut [0; 64]).unwrap_err().kind(), Io::WouldBlock);
        assert_eq!(hidden.accept().unwrap_err().kind(), Io::WouldBlock);
        assert_eq!(local.accept().unwrap_err().kind(), Io::WouldBlock);
    }
    let (came, _) = around.attempt(&limits(), &attempts);
    assert_eq!(came, vec![json!("done"); attempts.len()]);
    tcp.accept().unwrap();
    assert_eq!(udp.recv(&mut [0; 64]).unwrap(), 6);
    assert_eq!(udp.recv(&mut [0; 64]).unwrap(), 32);
    hidden.accept().unwrap();
    local.accept().unwrap();
}

#[test]
fn a_network_that_is_allowed_is_one_of_addresses() {
    let around = Surroundings::new();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let path = around.other.join("socket");
    let _local = UnixListener::bind(&path).unwrap();
    let limits = WorkerLimits { guards: Guards { network: true, ..Guards::default() }, ..guarded() };
    let attempts = [
        ("tcp", tcp.local_addr().unwrap().port().to_string()),
        ("udp", udp.local_addr().unwrap().port().to_string()),
        ("netlink", String::new()),
        ("unix", text(&path)),
        ("vsock", String::new()),
    ];
    let (came, enforced) = around.attempt(&limits, &attempts);
    assert!(!enforced.network.holds && enforced.network.weaker.is_empty(), "nobody asked for it");
    assert_eq!(came[..3], [json!("done"), json!("done"), json!("done")]);
    if enforced.kernel.holds {
        assert_eq!(came[3..], [json!(EPERM), json!(EPERM)]);
    }
}

#[test]
fn foreign_files_stay_closed() {
    let around = Surroundings::new();
    let (secret, victim) = (text(&around.other.join("secret")), text(&around.other.join("victim")));
    let own = text(&around.package.join("data"));
    let none: &'static [i32] = &[];
    let foreign = |what, with: &str| (what, with.to_owned(), Effect::ForeignFiles, EACCES, none);
    let status = |what, with: &str| (what, with.to_owned(), Effect::Kernel, EPERM, none);
    let attempts = [
        foreign("read", "/etc/passwd"),
        foreign("read", &secret),
        foreign("list", "/"),
        foreign("list", "/proc"),
        foreign("append", &victim),
        foreign("truncate", &victim),
        foreign("append", &own),
        foreign("write", &text(&around.other.join("planted"))),
        foreign("write", &text(&around.package.join("planted"))),
        foreign("link", &secret),
        foreign("root of parent", ""),
        foreign("environment of parent", ""),
        foreign("memory of another", &around.victim.id().to_string()),
        status("chmod", &victim),
        status("chmod", &own),
        status("fchmod", &own),
        status("chown", &victim),
        status("utime", &victim),
        status("xattr", &victim),
        status("unnamed file", &text(&around.other)),
        status("watch files", ""),
        status("handle", "/etc/passwd"),
        foreign("rename", &victim),
        foreign("remove", &secret),
    ];
    // Not every file system has these, guards or none.
    let attempts = attempts.map(|mut one| {
        let has_it = match one.0 {
            "handle" => has_handles(),
            "xattr" => has_attributes(&around.other),
            _ => true,
        };
        one.4 = if has_it { none } else { &[libc::EOPNOTSUPP] };
        one
    });
    around.check(&guarded(), &attempts);
    assert!(!around.other.join("secret").exists(), "without guards, it was removed");
}

fn has_attributes(folder: &Path) -> bool {
    let file = folder.join("attributes");
    std::fs::write(&file, b"").unwrap();
    rustix::fs::setxattr(&file, "user.csvq", b"x", rustix::fs::XattrFlags::empty()).is_ok()
}

fn has_handles() -> bool {
    let mut handle = [0_u32; 40];
    handle[0] = 128;
    let mut mount = 0;
    let path = c"/etc/passwd".as_ptr();
    // SAFETY: the path ends with a NUL, and both pointers are to memory that is as large as the call is told.
    unsafe {
        libc::syscall(libc::SYS_name_to_handle_at, libc::AT_FDCWD, path, handle.as_mut_ptr(), &raw mut mount, 0) == 0
    }
}

#[test]
fn files_are_open_as_far_as_they_are_allowed() {
    let around = Surroundings::new();
    let (own, secret) = (text(&around.package.join("data")), text(&around.other.join("secret")));
    let planted = text(&around.other.join("planted"));
    let attempts = [
        ("read", own),
        ("read", "/dev/urandom".to_owned()),
        ("read", secret.clone()),
        ("write", planted),
        ("chmod", secret),
        ("exec", "/no/such/program".to_owned()),
    ];
    let check = |files: FileSystemAccess, expected: [Value; 6]| {
        let limits = WorkerLimits { guards: Guards { files, ..Guards::default() }, ..guarded() };
        let attempts = [attempts.as_slice()].concat();
        // The device has no end.
        let attempts = Vec::from_iter(attempts.into_iter().map(|(what, with)| match with.as_str() {
            "/dev/urandom" => ("descriptors", "3".to_owned()),
            _ => (what, with),
        }));
        let (came, enforced) = around.attempt(&limits, &attempts);
        if enforced.landlock_abi > 0 && enforced.kernel.holds {
            assert_eq!(came, expected, "{files:?}");
        }
    };
    let (done, access, forbidden) = (json!("done"), json!(EACCES), json!(EPERM));
    for files in [FileSystemAccess::None, FileSystemAccess::Restricted] {
        let (access, forbidden) = (access.clone(), forbidden.clone());
        check(files, [done.clone(), done.clone(), access.clone(), access, forbidden.clone(), forbidden]);
    }
    check(FileSystemAccess::Full, [done.clone(), done.clone(), done.clone(), done.clone(), done, forbidden]);
    assert!(around.other.join("planted").exists());
}

#[test]
fn nothing_is_started() {
    let around = Surroundings::new();
    let missing = "/no/such/program".to_owned();
    let mut attempts = vec![
        ("spawn", String::new(), Effect::Processes, EPERM, &[] as &[i32]),
        // What there is none of tells of the list of calls alone.
        ("exec", missing, Effect::Kernel, EPERM, &[ENOENT]),
        ("exec by descriptor", text(&around.package.join("data")), Effect::Kernel, EPERM, &[EACCES, ENOEXEC]),
        ("fork", String::new(), Effect::Processes, EPERM, &[]),
        ("raw clone", String::new(), Effect::Processes, EPERM, &[]),
        ("raw clone3", String::new(), Effect::Processes, ENOSYS, &[]),
    ];
    if cfg!(target_arch = "x86_64") {
        attempts.push(("raw fork", String::new(), Effect::Processes, EPERM, &[]));
        attempts.push(("raw vfork", String::new(), Effect::Processes, EPERM, &[]));
    }
    around.check(&guarded(), &attempts);
    // Without guards, a program takes the place of the worker.
    let mut worker = Worker::start(&program("acts"), &limits()).unwrap();
    worker.load(&entry("quiet", ""), &limits()).unwrap();
    let list = json!({"act": "attempts", "list": [["exec", "/bin/true"]]});
    let error = run(worker, &list, &limits(), &Control::new()).0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkerLost);
    assert!(error.message().starts_with("the worker exited with status 0"), "{error}");
}

#[test]
fn others_are_left_alone() {
    let around = Surroundings::new();
    let victim = around.victim.id().to_string();
    let other = |what, otherwise| (what, victim.clone(), Effect::Signals, EPERM, otherwise);
    let call = |what| (what, victim.clone(), Effect::Kernel, EPERM, &[] as &[i32]);
    let attempts = [
        other("kill", &[] as &[i32]),
        other("kill parent", &[]),
        other("ptrace", &[]),
        // The address is none, so that nothing is read where it is allowed.
        other("read memory", &[libc::EFAULT]),
        call("kill all"),
        call("kill by descriptor"),
        call("signal by file"),
        call("limit another"),
        call("leave group"),
        // By now it leads no group.
        call("new session"),
    ];
    around.check(&guarded(), &attempts);
}

#[test]
fn the_system_offers_what_computing_takes_and_no_more() {
    let around = Surroundings::new();
    let call = |what, otherwise| (what, String::new(), Effect::Kernel, EPERM, otherwise);
    // Where a container forbids it without our doing, that is as good.
    let may_be_absent = if has_rings() { &[] as &[i32] } else { &[EPERM, ENOSYS] };
    let attempts = [
        call("io_uring", may_be_absent),
        call("memfd", &[]),
        call("unshare", &[]),
        call("personality", &[]),
        call("dump", &[]),
        call("raise limit", &[]),
        call("shared memory", &[]),
        call("other numbers", if cfg!(target_arch = "x86_64") { &[ENOSYS, 1] } else { &[ENOSYS] }),
        ("unheard of", String::new(), Effect::Kernel, ENOSYS, &[ENOSYS]),
        ("descriptors", "300".to_owned(), Effect::Descriptors, EMFILE, &[]),
        ("allocate", (10_u64 << 30).to_string(), Effect::Memory, ENOMEM, &[]),
    ];
    around.check(&guarded(), &attempts);
}

fn has_rings() -> bool {
    let mut parameters = [0_u8; 120];
    // SAFETY: the parameters are as large as the call needs; the ring is closed when this program ends.
    unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) >= 0 }
}

#[test]
fn what_holds_is_told_and_the_same_without_a_plugin() {
    let enforced = probe(&program("acts"), &guarded(), &Control::new()).unwrap();
    let worker = super::programs::loaded_under(&guarded());
    assert_eq!(worker.enforced(), Some(&enforced));
    assert!(enforced.sandbox);
    assert_eq!(enforced.time.by, [Mechanism::Host]);
    assert_eq!(enforced.memory.by, [Mechanism::ResourceLimit]);
    assert_eq!(enforced.memory.weaker.first(), Some(&Weakness::AddressSpaceOnly));
    assert!(enforced.cpu.holds && enforced.descriptors.holds);
    assert_eq!(enforced.foreign_files.holds, enforced.landlock_abi > 0, "{enforced:?}");
    for effect in Effect::ALL {
        let held = enforced.of(*effect);
        assert!(held.holds || !held.weaker.is_empty(), "{effect}: {held:?}");
        assert!(!held.holds || !held.by.is_empty(), "{effect}: {held:?}");
    }
    let off = probe(&program("acts"), &limits(), &Control::new()).unwrap();
    assert_eq!(off, Enforced::nothing());
    assert_eq!(off.missing(&Guards::default()).len(), 5);
}

#[test]
fn strict_guards_refuse_before_the_plugin_runs() {
    let strict = |limits: WorkerLimits| {
        let guards = Guards { strict: true, ..limits.guards };
        WorkerLimits { guards, ..limits }
    };
    let check = |limits: WorkerLimits, expected: &[&str]| {
        let limits = strict(limits);
        let mut worker = Worker::start(&program("acts"), &limits).unwrap();
        // It would panic, were it loaded.
        let error = worker.load(&entry("panic", ""), &limits).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.message().starts_with("the policy is strict"), "{error}");
        expected.iter().for_each(|name| assert!(error.message().contains(name), "{error}"));
        assert!(!worker.take_log().iter().any(|line| line.message.contains("42")));
        probe(&program("acts"), &limits, &Control::new()).unwrap();
    };
    check(limits(), &["`network`", "`foreign_files`", "`exec`", "`processes`", "`memory`"]);
    check(WorkerLimits { max_memory_bytes: None, ..guarded() }, &["`memory` (no limit is set)"]);
    let limits = strict(guarded());
    let mut worker = Worker::start(&program("acts"), &limits).unwrap();
    let missing = probe(&program("acts"), &limits, &Control::new()).unwrap().missing(&limits.guards);
    assert_eq!(worker.load(&entry("quiet", ""), &limits).is_ok(), missing.is_empty(), "{missing:?}");
}

#[test]
fn a_worker_has_the_environment_that_is_allowed() {
    let names = |limits: &WorkerLimits| {
        let mut program = program("acts");
        let given = ["TZ", "TMPDIR", "LD_PRELOAD", "SECRET", "PYTHONPATH", "OMP_NUM_THREADS"];
        program.environment = given.map(|name| (name.into(), "7".into())).to_vec();
        let mut worker = Worker::start(&program, limits).unwrap();
        worker.load(&entry("quiet", ""), limits).unwrap();
        let (answer, _) = run(worker, &json!({"act": "environment"}), limits, &Control::new());
        let mut names: Vec<String> = serde_json::from_value(answer.unwrap().outcome).unwrap();
        names.sort();
        names.join(" ")
    };
    assert_eq!(names(&limits()), "OMP_NUM_THREADS TMPDIR TZ");
    assert_eq!(names(&guarded()), "OMP_NUM_THREADS TZ", "there is no scratch folder");
    let folder = tempfile::tempdir().unwrap();
    let (scratch, threads) = (Some(folder.path().to_owned()), std::num::NonZeroU32::new(2));
    let limits = WorkerLimits { guards: Guards { scratch, threads, ..Guards::default() }, ..guarded() };
    assert_eq!(
        names(&limits),
        "MKL_NUM_THREADS OMP_NUM_THREADS OPENBLAS_NUM_THREADS POLARS_MAX_THREADS RAYON_NUM_THREADS TMPDIR TZ"
    );
    assert!(WorkerProgram::PASSED_ON.iter().all(|name| WorkerProgram::ALLOWED.contains(name)));
    assert!(WorkerProgram::THREADS.iter().all(|name| WorkerProgram::ALLOWED.contains(name)));
}
