//! What holds a worker, as it found out by trying before it loaded its plugin.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::guards::Guards;
use crate::config::FileSystemAccess;
use crate::error::{Error, ErrorKind};

/// Something that a plugin is kept from, or held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It makes no socket, and reaches nobody by one.
    Network,
    /// It opens, makes, changes and removes no file but those that it may use.
    ForeignFiles,
    /// It runs no program.
    Exec,
    /// It starts no process.
    Processes,
    /// It takes no more memory than it may.
    Memory,
    /// It takes no more processor time than it may.
    Cpu,
    /// It takes no longer than it may.
    Time,
    /// It has no descriptor that the host left open, and opens no more than 256.
    Descriptors,
    /// It signals, traces and reads no other process.
    Signals,
    /// It has no privileges, and no system call beyond those that computing takes.
    Kernel,
}

impl Effect {
    /// Every effect.
    pub const ALL: &'static [Effect] = &[
        Self::Network,
        Self::ForeignFiles,
        Self::Exec,
        Self::Processes,
        Self::Memory,
        Self::Cpu,
        Self::Time,
        Self::Descriptors,
        Self::Signals,
        Self::Kernel,
    ];

    /// Its name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::ForeignFiles => "foreign_files",
            Self::Exec => "exec",
            Self::Processes => "processes",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Time => "time",
            Self::Descriptors => "descriptors",
            Self::Signals => "signals",
            Self::Kernel => "kernel",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What brings an effect about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    /// Linux's Landlock: rules for files, ports, and signals.
    Landlock,
    /// A list of the system calls that are allowed.
    Seccomp,
    /// A limit of the process.
    ResourceLimit,
    /// The privileges were given up.
    Capabilities,
    /// A control group.
    ControlGroup,
    /// The host, which watches and kills.
    Host,
}

/// Why an effect is missing, or less than one might think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weakness {
    /// The system has no Landlock.
    NoLandlock,
    /// The system's Landlock is older than this guard.
    OlderLandlock,
    /// System calls can't be filtered here.
    NoSeccomp,
    /// Connections are refused, and datagrams are not.
    TcpOnly,
    /// The address space is bounded, and not the memory that is resident.
    AddressSpaceOnly,
    /// The tables count against the limit.
    TablesCount,
    /// No limit was set.
    NoLimit,
    /// The control group that was named can't be used.
    NoControlGroup,
    /// What the host left open was not closed.
    InheritedOpen,
}

impl Weakness {
    /// What it means, as a sentence without its full stop.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NoLandlock => "this system has no Landlock: it takes Linux 5.13, and `landlock` among `lsm=`",
            Self::OlderLandlock => "the Landlock of this system is older than this guard",
            Self::NoSeccomp => "system calls can't be filtered here",
            Self::TcpOnly => "connections are refused, and datagrams are not",
            Self::AddressSpaceOnly => "the address space is bounded, and not the memory that is resident",
            Self::TablesCount => "the tables count against the limit",
            Self::NoLimit => "no limit is set",
            Self::NoControlGroup => "the control group that is named can't be used",
            Self::InheritedOpen => "what the host left open is not closed",
        }
    }
}

/// Whether an effect holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Whether it does.
    pub holds: bool,
    /// By what.
    pub by: Vec<Mechanism>,
    /// What is missing, or less than one might think. Empty where nobody asked for the effect.
    pub weaker: Vec<Weakness>,
}

impl Held {
    /// Held by these, if by any.
    pub(super) fn by(mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        let by = Vec::from_iter(mechanisms);
        Self { holds: !by.is_empty(), by, weaker: Vec::new() }
    }

    /// The same, and weaker for a reason where that applies.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "where there are no guards, none is weak"))]
    pub(super) fn weaker_if(mut self, applies: bool, weakness: Weakness) -> Self {
        if applies {
            self.weaker.push(weakness);
        }
        self
    }
}

/// What holds a worker: each effect was tried by the worker after its guards were on, and before anything of the plugin
/// ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Enforced {
    /// Whether the worker put guards on at all.
    pub sandbox: bool,
    /// The version of the system's Landlock; 0 where it has none.
    pub landlock_abi: u32,
    /// [`Effect::Network`].
    pub network: Held,
    /// [`Effect::ForeignFiles`].
    pub foreign_files: Held,
    /// [`Effect::Exec`].
    pub exec: Held,
    /// [`Effect::Processes`].
    pub processes: Held,
    /// [`Effect::Memory`].
    pub memory: Held,
    /// [`Effect::Cpu`].
    pub cpu: Held,
    /// [`Effect::Time`].
    pub time: Held,
    /// [`Effect::Descriptors`].
    pub descriptors: Held,
    /// [`Effect::Signals`].
    pub signals: Held,
    /// [`Effect::Kernel`].
    pub kernel: Held,
}

impl Enforced {
    /// What holds a worker without guards: the host, which watches the time.
    #[must_use]
    pub fn nothing() -> Self {
        Self { time: Held::by([Mechanism::Host]), ..Self::default() }
    }

    /// Whether an effect holds.
    #[must_use]
    pub fn of(&self, effect: Effect) -> &Held {
        match effect {
            Effect::Network => &self.network,
            Effect::ForeignFiles => &self.foreign_files,
            Effect::Exec => &self.exec,
            Effect::Processes => &self.processes,
            Effect::Memory => &self.memory,
            Effect::Cpu => &self.cpu,
            Effect::Time => &self.time,
            Effect::Descriptors => &self.descriptors,
            Effect::Signals => &self.signals,
            Effect::Kernel => &self.kernel,
        }
    }

    /// What strict guards demand, and is not there: no network and no files of others, unless they are allowed, no
    /// programs and processes, bounded memory and time.
    #[must_use]
    pub fn missing(&self, guards: &Guards) -> Vec<Effect> {
        self.missing_of(guards.network, guards.files)
    }

    pub(super) fn missing_of(&self, network: bool, files: FileSystemAccess) -> Vec<Effect> {
        let demanded = |effect: &Effect| match effect {
            Effect::Network => !network,
            Effect::ForeignFiles => files != FileSystemAccess::Full,
            Effect::Exec | Effect::Processes | Effect::Memory | Effect::Time => true,
            Effect::Cpu | Effect::Descriptors | Effect::Signals | Effect::Kernel => false,
        };
        let missing = |effect: &Effect| {
            let held = self.of(*effect);
            !held.holds || held.by.is_empty()
        };
        Effect::ALL.iter().copied().filter(demanded).filter(missing).collect()
    }

    /// The error for a worker that may not load a plugin, since these are missing.
    pub(super) fn refusal(&self, missing: &[Effect]) -> Error {
        let effects: Vec<String> = missing.iter().map(|effect| self.reason(*effect)).collect();
        let message = format!(
            "the policy is strict, and a plugin can't be held to all of it here: {}; run it where that holds, or have an \
             administrator loosen the policy",
            effects.join(", ")
        );
        Error::new(ErrorKind::Unsupported, message)
    }

    fn reason(&self, effect: Effect) -> String {
        let weaker: Vec<&str> = self.of(effect).weaker.iter().map(|weakness| weakness.text()).collect();
        match (self.sandbox, weaker.is_empty()) {
            (false, _) => format!("`{effect}` (there is no sandbox, or it is switched off)"),
            (true, true) => format!("`{effect}`"),
            (true, false) => format!("`{effect}` ({})", weaker.join(", ")),
        }
    }
}
