//! For which machines a library is.

use object::Architecture;

/// A system and an architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Platform {
    pub(super) system: System,
    pub(super) architecture: Option<Architecture>,
}

/// The format of libraries tells the system, as far as that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Elf,
    Apple,
    Windows,
    Other,
}

impl Platform {
    pub(super) fn of_this_machine() -> Self {
        let system = match std::env::consts::OS {
            "macos" | "ios" => System::Apple,
            "windows" => System::Windows,
            _ => System::Elf,
        };
        Self { system, architecture: architecture(std::env::consts::ARCH) }
    }

    /// The platform of a target by its name, such as `x86_64-unknown-linux-gnu`.
    pub(super) fn of_target(target: &str) -> Self {
        let mut parts = target.split('-');
        let architecture = parts.next().and_then(architecture);
        let has = |name: &str| target.split('-').any(|part| part == name);
        let system = match () {
            () if has("apple") => System::Apple,
            () if has("windows") => System::Windows,
            () if ["linux", "freebsd", "netbsd", "openbsd", "illumos", "android"].into_iter().any(has) => System::Elf,
            () => System::Other,
        };
        Self { system, architecture }
    }
}

fn architecture(name: &str) -> Option<Architecture> {
    Some(match name {
        "x86_64" => Architecture::X86_64,
        "aarch64" | "arm64" => Architecture::Aarch64,
        "x86" | "i386" | "i586" | "i686" => Architecture::I386,
        "riscv64" | "riscv64gc" => Architecture::Riscv64,
        "powerpc64" | "powerpc64le" => Architecture::PowerPc64,
        "s390x" => Architecture::S390x,
        "loongarch64" => Architecture::LoongArch64,
        name if name.starts_with("arm") => Architecture::Arm,
        _ => return None,
    })
}

/// The architecture that an ELF header names.
pub(super) fn of_machine(machine: object::elf::Machine, is_64: bool) -> Option<Architecture> {
    use object::elf;
    Some(match machine {
        elf::EM_X86_64 if is_64 => Architecture::X86_64,
        elf::EM_AARCH64 if is_64 => Architecture::Aarch64,
        elf::EM_386 => Architecture::I386,
        elf::EM_ARM => Architecture::Arm,
        elf::EM_RISCV if is_64 => Architecture::Riscv64,
        elf::EM_PPC64 => Architecture::PowerPc64,
        elf::EM_S390 if is_64 => Architecture::S390x,
        elf::EM_LOONGARCH if is_64 => Architecture::LoongArch64,
        _ => return None,
    })
}
