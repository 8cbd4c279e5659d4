//! Native plugins: the one adapter for libraries in Rust, C, C++ or anything else that exports the table.
//!
//! A library is never unloaded: what it left behind, threads and callbacks, may still run. What is loaded are the very
//! bytes whose digest was checked.

mod bounded;
mod bytes;
mod callbacks;

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use abi_stable::library::{LibraryError, lib_header_from_path};
use csvq_plugin_abi::{
    ABI_MAJOR, ArrowArrayStream, HostV1, JobV1, OwnedTextV1, PluginRootV1Ref, PluginTableV1, ResultV1, SizePrefixed,
    TABLE_SYMBOL, TextV1, code,
};
use libloading::Library;
use serde::Serialize;
use serde_json::{Map, Value};

use self::callbacks::Callbacks;
use crate::compare::Answer;
use crate::error::{Error, ErrorKind, Result};
use crate::table::Table;

pub(super) use self::bytes::Loadable;
pub(super) use self::callbacks::PluginHost;

/// What abi_stable looks for in a library.
const ROOT_SYMBOL: &[u8] = b"_1as_0lib_1header_0root_bmodule_bloader";
/// The most bytes of a description, of an outcome, and of an error's message.
const MOST_DESCRIPTION: usize = 4 << 20;
const MOST_OUTCOME: usize = 64 << 20;
const MOST_MESSAGE: usize = 16 << 10;

/// A plugin that is loaded into this process.
#[derive(Debug)]
pub(super) struct NativePlugin {
    table: PluginTableV1,
    description: Value,
}

/// What is to be compared.
pub(super) struct NativeCall<'a> {
    pub(super) tables: [Table; 2],
    pub(super) parameters: &'a Map<String, Value>,
    pub(super) document: &'a Value,
    /// The most bytes that the differences may take.
    pub(super) max_result_bytes: u64,
}

impl NativePlugin {
    /// Loads a library whose bytes were checked, and asks what it is.
    ///
    /// # Errors
    /// [`Plugin`](ErrorKind::Plugin) where it is no plugin, [`Incompatible`](ErrorKind::Incompatible) where it needs
    /// another interface.
    pub(super) fn load(loadable: Loadable) -> Result<Self> {
        let table = table(loadable.path());
        // The loader goes by names: one that came back for another library would give it this one.
        std::mem::forget(loadable);
        let table = table?;
        let description = describe(&table)?;
        Ok(Self { table, description })
    }

    /// What it says of itself.
    pub(super) fn description(&self) -> &Value {
        &self.description
    }

    /// Compares two tables.
    ///
    /// # Errors
    /// What the plugin reports, and [`Plugin`](ErrorKind::Plugin) where it breaks the rules of the interface.
    pub(super) fn compare(&self, call: NativeCall<'_>, host: &dyn PluginHost) -> Result<Answer> {
        let callbacks = Callbacks::new(host);
        let host_table = callbacks.table();
        let instance = Instance::open(&self.table, &host_table)?;
        let compare = self.table.compare.ok_or_else(|| breaks("it has no `compare`"))?;
        let (parameters, document) = (to_json(call.parameters)?, to_json(call.document)?);
        let [left, right] = call.tables;
        let (mut left, mut right) = (Lent::new(&left), Lent::new(&right));
        let job = JobV1 {
            size: size_of::<JobV1>() as u64,
            left: left.pointer(),
            right: right.pointer(),
            parameters: TextV1::of(&parameters),
            job: TextV1::of(&document),
        };
        let mut result = Taken(ResultV1::EMPTY);
        let mut error = OwnedTextV1::EMPTY;
        // SAFETY: the instance is open; all of it outlives the call; the plugin keeps to its side of the interface, which
        // nobody can check within a process: where that is not to be relied on, a worker runs this.
        let code = unsafe { compare(instance.pointer, &host_table, &job, &raw mut result.0, &raw mut error) };
        check(code, error)?;
        let outcome = take_text(std::mem::replace(&mut result.0.outcome, OwnedTextV1::EMPTY), MOST_OUTCOME, "outcome")?;
        let outcome = serde_json::from_str(&outcome).map_err(|_| breaks("its outcome is no JSON"))?;
        let differences = result.take_differences();
        let differences = differences.map(|stream| bounded::import(stream, call.max_result_bytes, host)).transpose()?;
        Ok(Answer { outcome, differences })
    }
}

/// Finds the table of a library.
fn table(path: &Path) -> Result<PluginTableV1> {
    let found = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: constructors of the library run here; who may be loaded into this process is decided above.
        let library = unsafe { Library::new(path) }.map_err(|error| cannot_load(&error))?;
        let library = std::mem::ManuallyDrop::new(library);
        // SAFETY: nothing is done with the address but to see whether there is one.
        let has_root = unsafe { library.get::<*const c_void>(ROOT_SYMBOL) }.is_ok();
        let pointer = if has_root {
            lib_header_from_path(path)
                .and_then(|header| header.init_root_module::<PluginRootV1Ref>())
                .map_err(|error| no_root(&error))?
                .table_pointer()
        } else {
            // SAFETY: the symbol is that of a table, by the interface.
            let symbol = unsafe { library.get::<*const PluginTableV1>(TABLE_SYMBOL.to_bytes_with_nul()) };
            // The symbol is the table, not a pointer to it.
            let symbol = symbol.map_err(|_| {
                let name = TABLE_SYMBOL.to_string_lossy();
                Error::new(ErrorKind::Plugin, format!("it is no plugin of csvq: it exports no `{name}`"))
            })?;
            // SAFETY: the library is never unloaded.
            let address = unsafe { symbol.try_as_raw_ptr() };
            address.ok_or_else(|| breaks("its table is a null pointer"))?.cast_const().cast()
        };
        // SAFETY: the interface says that it points to a table as long as its size says.
        unsafe { PluginTableV1::read(pointer) }.ok_or_else(|| breaks("its table is not one, or is null"))
    }));
    let table = found.map_err(|_| breaks("it panicked while it was loaded"))??;
    if table.abi_major != ABI_MAJOR {
        let message = format!(
            "the plugin was built for version {} of the plugin interface, and this csvq has version {ABI_MAJOR}; get a release of it for this csvq",
            table.abi_major
        );
        return Err(Error::new(ErrorKind::Incompatible, message));
    }
    if table.open.is_none() || table.describe.is_none() || table.compare.is_none() {
        return Err(breaks("`open`, `describe` or `compare` is missing"));
    }
    Ok(table)
}

/// Asks a plugin what it is.
fn describe(table: &PluginTableV1) -> Result<Value> {
    let host = HostV1::EMPTY;
    let instance = Instance::open(table, &host)?;
    let describe = table.describe.ok_or_else(|| breaks("it has no `describe`"))?;
    let (mut description, mut error) = (OwnedTextV1::EMPTY, OwnedTextV1::EMPTY);
    // SAFETY: the instance is open, and the places are empty.
    let code = unsafe { describe(instance.pointer, &raw mut description, &raw mut error) };
    if let Err(error) = check(code, error) {
        release(description);
        return Err(error);
    }
    let description = take_text(description, MOST_DESCRIPTION, "description")?;
    let description: Value = serde_json::from_str(&description).map_err(|_| breaks("its description is no JSON"))?;
    if !description.is_object() {
        return Err(breaks("its description is no JSON object"));
    }
    Ok(description)
}

/// An open instance, closed when it is dropped.
struct Instance<'a> {
    table: &'a PluginTableV1,
    pointer: *mut c_void,
}

impl<'a> Instance<'a> {
    fn open(table: &'a PluginTableV1, host: &HostV1) -> Result<Self> {
        let open = table.open.ok_or_else(|| breaks("it has no `open`"))?;
        let (mut pointer, mut error) = (std::ptr::null_mut(), OwnedTextV1::EMPTY);
        // SAFETY: the host's table is valid during the call, and the places are empty.
        let code = unsafe { open(host, &raw mut pointer, &raw mut error) };
        check(code, error)?;
        Ok(Self { table, pointer })
    }
}

impl Drop for Instance<'_> {
    fn drop(&mut self) {
        if let Some(close) = self.table.close {
            // SAFETY: the instance was opened by this table, and is closed once.
            unsafe { close(self.pointer) };
        }
    }
}

/// A table that is lent as a stream, released unless the plugin took it.
struct Lent(Box<ArrowArrayStream>);

impl Lent {
    fn new(table: &Table) -> Self {
        Self(Box::new(bounded::to_abi(table.export_stream())))
    }

    fn pointer(&mut self) -> *mut ArrowArrayStream {
        &raw mut *self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        bounded::release(&mut self.0);
    }
}

/// A result that is released, whatever became of it.
struct Taken(ResultV1);

impl Taken {
    fn take_differences(&mut self) -> Option<ArrowArrayStream> {
        let stream = std::mem::replace(&mut self.0.differences, ArrowArrayStream::EMPTY);
        stream.release.is_some().then_some(stream)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        release(std::mem::replace(&mut self.0.outcome, OwnedTextV1::EMPTY));
        bounded::release(&mut self.0.differences);
    }
}

/// What a returned code means.
fn check(returned: i32, error: OwnedTextV1) -> Result<()> {
    if returned == code::OK {
        return Ok(());
    }
    let message = take_text(error, MOST_MESSAGE, "message").unwrap_or_default();
    let or = |otherwise: &str| if message.is_empty() { otherwise.to_owned() } else { message.clone() };
    Err(match returned {
        code::CANCELLED => Error::new(ErrorKind::Cancelled, "the comparison was cancelled"),
        code::BAD_PARAMETERS => Error::spec("param", or("a parameter is wrong")),
        code::UNSUPPORTED => Error::new(ErrorKind::Unsupported, or("it can't compare such tables")),
        code::PANICKED => Error::new(ErrorKind::Plugin, or("it panicked, and does not say where")),
        code::FAILED => Error::new(ErrorKind::Plugin, or("it failed, and does not say why")),
        other => Error::new(ErrorKind::Plugin, or(&format!("it failed with code {other}"))),
    })
}

/// Takes a text over from a plugin.
fn take_text(text: OwnedTextV1, most: usize, name: &str) -> Result<String> {
    // SAFETY: the plugin says that it is as long as it says, and it is released below, not before.
    let taken = match unsafe { text.bytes() } {
        None => Err(breaks(&format!("its {name} is a null pointer"))),
        Some(bytes) if bytes.len() > most => {
            Err(Error::new(ErrorKind::LimitExceeded, format!("its {name} is larger than {most} bytes")))
        }
        Some(bytes) => String::from_utf8(bytes.to_vec()).map_err(|_| breaks(&format!("its {name} is not UTF-8"))),
    };
    release(text);
    taken
}

fn release(mut text: OwnedTextV1) {
    // SAFETY: whoever made it wrote its callback, and it is released once, since it was moved here.
    unsafe { text.release() };
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

fn breaks(what: &str) -> Error {
    Error::new(ErrorKind::Plugin, format!("it does not keep to the plugin interface: {what}"))
}

fn cannot_load(error: &libloading::Error) -> Error {
    // What the loader itself says stands behind it.
    let reason = std::error::Error::source(error).map(|reason| format!(": {reason}")).unwrap_or_default();
    Error::new(ErrorKind::Plugin, format!("the library can't be loaded: {error}{reason}"))
}

fn no_root(error: &LibraryError) -> Error {
    let kind = match error {
        LibraryError::OpenError { .. } | LibraryError::GetSymbolError { .. } | LibraryError::RootModule { .. } => {
            ErrorKind::Plugin
        }
        _ => ErrorKind::Incompatible,
    };
    let first = error.to_string();
    let first = first.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
    Error::new(kind, format!("its root module can't be used: {first}"))
}
