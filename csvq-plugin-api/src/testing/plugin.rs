//! A plugin as a host has it: its table of C functions.

use std::ffi::c_void;
use std::path::Path;
use std::{fmt, ptr};

use csvq_plugin_abi::{
    ABI_MAJOR, ArrowSchema, HostV1, OwnedTextV1, PluginTableV1, SizePrefixed, TABLE_SYMBOL, TextV1, code,
};
use libloading::Library;
use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::host::Recorder;
use super::sample::Sample;
use crate::comparator::Comparator;
use crate::stream::Schema;

/// A plugin, by its table.
#[derive(Debug)]
pub struct Plugin {
    table: PluginTableV1,
    // Held for the functions of the table.
    _library: Option<Library>,
}

/// An instance of a plugin: what its `open` made, closed at its end.
#[derive(Debug)]
pub struct Instance<'a> {
    table: &'a PluginTableV1,
    pointer: *mut c_void,
}

/// What a function of a plugin returned in place of success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of [`code`](crate::abi::code), or any other number.
    pub code: i32,
    /// The message.
    pub message: String,
}

// SAFETY: an instance may be used from any thread, by one at a time.
unsafe impl Send for Instance<'_> {}

/// The plugin that the crate under test exports by [`export_plugin!`](crate::export_plugin), through its symbol.
#[macro_export]
macro_rules! exported_plugin {
    () => {{
        unsafe extern "C" {
            #[link_name = "csvq_plugin_v1"]
            static TABLE: $crate::abi::PluginTableV1;
        }
        // SAFETY: `export_plugin!` of the same crate made the symbol.
        unsafe { $crate::testing::Plugin::of_table(&raw const TABLE) }.expect("`export_plugin!` makes a sound table")
    }};
}

impl Plugin {
    /// The plugin that [`export_plugin!`](crate::export_plugin) would make of a comparator.
    #[must_use]
    pub fn of<C: Comparator + Default>() -> Self {
        Self { table: crate::entry::__private::table::<C>(), _library: None }
    }

    /// The plugin of a table.
    ///
    /// # Errors
    /// Where it is none, or of another version.
    ///
    /// # Safety
    /// The pointer is to a table as the interface has it, which stays for the rest of the program.
    pub unsafe fn of_table(table: *const PluginTableV1) -> Result<Self, Failure> {
        // SAFETY: the caller vouches for it.
        let table = unsafe { PluginTableV1::read(table) };
        let table = table.ok_or_else(|| Failure::of_kit("the table is not aligned, or of a size that says nothing"))?;
        if table.abi_major != ABI_MAJOR {
            return Err(Failure::of_kit(format!("its ABI is version {}, not {ABI_MAJOR}", table.abi_major)));
        }
        Ok(Self { table, _library: None })
    }

    /// Loads a library.
    ///
    /// # Errors
    /// Where it can't be loaded, or exports no table of this version.
    ///
    /// # Safety
    /// Whatever the library does when it is loaded, it does in this process, and so do its functions.
    pub unsafe fn load(path: impl AsRef<Path>) -> Result<Self, Failure> {
        // SAFETY: the caller vouches for it.
        let library = unsafe { Library::new(path.as_ref()) }.map_err(|error| Failure::of_loader(&error))?;
        // SAFETY: under this name there is a table, which is used as a pointer only.
        let symbol = unsafe { library.get::<*const PluginTableV1>(TABLE_SYMBOL) };
        let symbol = symbol.map_err(|error| Failure::of_loader(&error))?;
        let table = *symbol;
        // SAFETY: it is the library's table, which is held by the plugin.
        let plugin = unsafe { Self::of_table(table) }?;
        Ok(Self { _library: Some(library), ..plugin })
    }

    /// Its table.
    #[must_use]
    pub fn table(&self) -> &PluginTableV1 {
        &self.table
    }

    /// Makes an instance.
    ///
    /// # Errors
    /// What the plugin says.
    pub fn open(&self) -> Result<Instance<'_>, Failure> {
        let open = self.table.open.ok_or_else(|| Failure::of_kit("the table has no `open`"))?;
        let mut pointer = ptr::null_mut();
        let recorder = Recorder::default();
        let host = recorder.callbacks();
        // SAFETY: the host is valid during the call, and the places are ones to write to.
        asked(|error| unsafe { open(&raw const host, &raw mut pointer, error) })?;
        Ok(Instance { table: &self.table, pointer })
    }

    /// What it says of itself, by an instance of its own.
    ///
    /// # Errors
    /// What the plugin says, and where that is no JSON.
    pub fn describe(&self) -> Result<Value, Failure> {
        self.open()?.describe()
    }

    /// Compares, by an instance of its own.
    ///
    /// # Errors
    /// What the plugin says, and where its answer can't be read.
    pub fn compare(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        self.open()?.compare(call)
    }
}

impl Instance<'_> {
    /// What the plugin says of itself.
    ///
    /// # Errors
    /// What the plugin says, and where that is no JSON.
    pub fn describe(&self) -> Result<Value, Failure> {
        let describe = self.table.describe.ok_or_else(|| Failure::of_kit("the table has no `describe`"))?;
        let mut text = OwnedTextV1::EMPTY;
        // SAFETY: the instance is open, and the places are ones to write to.
        asked(|error| unsafe { describe(self.pointer, &raw mut text, error) })?;
        let description = owned(&mut text, "the description")?;
        serde_json::from_str(&description)
            .map_err(|error| Failure::of_kit(format!("the description is no JSON: {error}")))
    }

    /// The type of the differences of two tables; none where the plugin does not tell.
    ///
    /// # Errors
    /// What the plugin says.
    pub fn output_schema(&self, parameters: &Value, left: &Sample, right: &Sample) -> Result<Option<Schema>, Failure> {
        let Some(output_schema) = self.table.output_schema else { return Ok(None) };
        let parameters = parameters.to_string();
        let schema = |sample: &Sample| sample.stream().schema().map_err(Failure::of_kit);
        let (left, right) = (schema(left)?, schema(right)?);
        let mut schema = ArrowSchema::EMPTY;
        asked(|error| {
            let parameters = TextV1::of(&parameters);
            // SAFETY: the instance is open, what is lent is valid during the call, the places are ones to write to.
            unsafe { output_schema(self.pointer, parameters, left.as_raw(), right.as_raw(), &raw mut schema, error) }
        })?;
        // SAFETY: the plugin made it, and hands it over.
        let schema = unsafe { Schema::from_raw(schema) };
        if schema.as_raw().is_released() {
            return Err(Failure::of_kit("`output_schema` told no columns"));
        }
        Ok(Some(schema))
    }

    /// Compares.
    ///
    /// # Errors
    /// What the plugin says, and where its answer can't be read.
    pub fn compare(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let compare = self.table.compare.ok_or_else(|| Failure::of_kit("the table has no `compare`"))?;
        call.run(|host: *const HostV1, job, result| {
            // SAFETY: the instance is open, what is lent is valid during the call, the places are ones to write to.
            asked(|error| unsafe { compare(self.pointer, host, job, result, error) })
        })
    }
}

impl Drop for Instance<'_> {
    fn drop(&mut self) {
        if let Some(close) = self.table.close {
            // SAFETY: the instance is open, and used no more.
            unsafe { close(self.pointer) };
        }
    }
}

/// Calls a function of a plugin.
fn asked(function: impl FnOnce(*mut OwnedTextV1) -> i32) -> Result<(), Failure> {
    let mut error = OwnedTextV1::EMPTY;
    let code = function(&raw mut error);
    let message = owned(&mut error, "an error's message")?;
    match code {
        code::OK if message.is_empty() => Ok(()),
        code::OK => Err(Failure::of_kit("it succeeded, and wrote an error's message")),
        code => Err(Failure { code, message }),
    }
}

/// Takes a text that a plugin wrote, and releases it.
pub(super) fn owned(text: &mut OwnedTextV1, what: &str) -> Result<String, Failure> {
    // SAFETY: the plugin wrote it, and it is not released yet.
    let copy = unsafe { text.bytes() }.map(<[u8]>::to_vec);
    // SAFETY: as above, and it is used no more.
    unsafe { text.release() };
    let copy = copy.ok_or_else(|| Failure::of_kit(format!("{what} has an impossible length")))?;
    String::from_utf8(copy).map_err(|_| Failure::of_kit(format!("{what} is not UTF-8")))
}

impl Failure {
    /// A failure that the kit found, and the plugin did not report.
    pub(super) fn of_kit(message: impl fmt::Display) -> Self {
        Self { code: -1, message: message.to_string() }
    }

    /// What the system's loader says, which keeps the reason to itself unless it is asked.
    fn of_loader(error: &libloading::Error) -> Self {
        let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
        Self::of_kit(format!("{error}{source}"))
    }

    /// Whether the kit found it, and the plugin did not report it.
    #[must_use]
    pub fn is_broken_rule(&self) -> bool {
        self.code == -1
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            -1 => write!(f, "{}", self.message),
            code => write!(f, "code {code}: {}", self.message),
        }
    }
}

impl std::error::Error for Failure {}
