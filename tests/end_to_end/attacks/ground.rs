//! Ground for attempts: files to be read and changed, listeners to be reached, and a look at what was.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;

use super::fort::{Fort, process_name};

/// What attempts are aimed at.
pub(super) struct Ground {
    place: PathBuf,
    home: PathBuf,
    folder: PathBuf,
    tcp: TcpListener,
    udp: UdpSocket,
    named: UnixListener,
    unnamed: UnixListener,
    abstract_name: String,
    /// What the folder looked like before anything was tried.
    before: BTreeMap<String, String>,
}

impl Ground {
    pub(super) fn new(fort: &Fort) -> Self {
        let folder = fort.path("ground");
        fs::create_dir(&folder).unwrap();
        let abstract_name = process_name();
        let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
        let mut ground = Self {
            place: fort.path(""),
            home: fort.home(),
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            named: UnixListener::bind(folder.join("socket")).unwrap(),
            unnamed: UnixListener::bind_addr(&address).unwrap(),
            folder,
            abstract_name,
            before: BTreeMap::new(),
        };
        ground.tcp.set_nonblocking(true).unwrap();
        ground.udp.set_nonblocking(true).unwrap();
        ground.named.set_nonblocking(true).unwrap();
        ground.unnamed.set_nonblocking(true).unwrap();
        ground.restore();
        ground
    }

    /// Lays the files anew, and forgets who came.
    pub(super) fn restore(&mut self) {
        for entry in fs::read_dir(&self.folder).unwrap().flatten() {
            if entry.path().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            } else if entry.file_name() != "socket" {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        for name in ["secret", "victim"] {
            let path = self.folder.join(name);
            let mut file = fs::File::create(&path).unwrap();
            file.write_all(b"what nobody else may see").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        self.visitors();
        self.before = self.look();
    }

    /// Parameters as on the command line, of a text in which `@` stands before what this knows.
    pub(super) fn parameters(&self, text: &str) -> Vec<String> {
        let ports = [self.tcp.local_addr().unwrap().port(), self.udp.local_addr().unwrap().port()];
        let path = |path: &PathBuf| path.display().to_string();
        let known = [
            ("@tcp", ports[0].to_string()),
            ("@udp", ports[1].to_string()),
            ("@abstract", self.abstract_name.clone()),
            ("@ground", path(&self.folder)),
            ("@home", path(&self.home)),
            ("@place", path(&self.place)),
        ];
        let known = |text: &str| known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        text.split_whitespace().map(known).collect()
    }

    /// What was gained: who came, and what changed.
    pub(super) fn gained(&self) -> Vec<String> {
        let after = self.look();
        let mut gained = self.visitors();
        for (name, now) in &after {
            if self.before.get(name) != Some(now) {
                gained.push(format!("{name} is {now}"));
            }
        }
        gained
            .extend(self.before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("{name} is gone")));
        gained
    }

    fn visitors(&self) -> Vec<String> {
        let mut visitors = Vec::new();
        while let Ok((mut stream, _)) = self.tcp.accept() {
            stream.set_nonblocking(true).unwrap();
            visitors.push(format!("tcp, {:?}", stream.read(&mut [0; 8])));
        }
        while let Ok(bytes) = self.udp.recv(&mut [0; 512]) {
            visitors.push(format!("udp, {bytes} bytes"));
        }
        for (name, listener) in [("a socket with a path", &self.named), ("an abstract socket", &self.unnamed)] {
            while listener.accept().is_ok() {
                visitors.push(name.to_owned());
            }
        }
        visitors
    }

    /// Each file, with all that is known of it but when it was read.
    fn look(&self) -> BTreeMap<String, String> {
        let entries = fs::read_dir(&self.folder).unwrap().flatten();
        let about = |path: PathBuf| {
            let status = path.symlink_metadata().unwrap();
            let changed = (status.ctime(), status.ctime_nsec(), status.mtime(), status.mtime_nsec());
            format!("{:o}, {} bytes, {} names, {changed:?}", status.mode(), status.len(), status.nlink())
        };
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), about(entry.path()))).collect()
    }
}
