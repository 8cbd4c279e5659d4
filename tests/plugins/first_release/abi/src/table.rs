//! The table of functions that a plugin is.

use std::ffi::{CStr, c_void};

use crate::arrow::ArrowSchema;
use crate::host::HostV1;
use crate::job::{JobV1, ResultV1};
use crate::sized::{SizePrefixed, ends};
use crate::text::{OwnedTextV1, TextV1};

/// The major version of the interface. Another one would have another symbol.
pub const ABI_MAJOR: u32 = 1;

/// The minor version: it rises when a struct grows.
pub const ABI_MINOR: u32 = 0;

/// The symbol under which a plugin exports its [`PluginTableV1`], as data.
pub const TABLE_SYMBOL: &CStr = c"csvq_plugin_v1";

/// What a function of the table returns. Any other number is a failure too.
pub mod code {
    /// It worked.
    pub const OK: i32 = 0;
    /// It failed; the message says why.
    pub const FAILED: i32 = 1;
    /// It was cancelled, as the host had asked.
    pub const CANCELLED: i32 = 2;
    /// A parameter is wrong; the message says which.
    pub const BAD_PARAMETERS: i32 = 3;
    /// The plugin can't do this with these tables, such as for a type that it does not know.
    pub const UNSUPPORTED: i32 = 4;
    /// The plugin contradicts itself: it panicked, or threw an exception.
    pub const PANICKED: i32 = 5;
}

type Open =
    Option<unsafe extern "C" fn(host: *const HostV1, instance: *mut *mut c_void, error: *mut OwnedTextV1) -> i32>;
type Describe =
    Option<unsafe extern "C" fn(instance: *mut c_void, description: *mut OwnedTextV1, error: *mut OwnedTextV1) -> i32>;
type OutputSchema = Option<
    unsafe extern "C" fn(
        instance: *mut c_void,
        parameters: TextV1,
        left: *const ArrowSchema,
        right: *const ArrowSchema,
        differences: *mut ArrowSchema,
        error: *mut OwnedTextV1,
    ) -> i32,
>;
type Compare = Option<
    unsafe extern "C" fn(
        instance: *mut c_void,
        host: *const HostV1,
        job: *const JobV1,
        result: *mut ResultV1,
        error: *mut OwnedTextV1,
    ) -> i32,
>;
type Close = Option<unsafe extern "C" fn(instance: *mut c_void)>;

/// A plugin: the functions that a host calls. A plugin exports it as data that never changes.
///
/// Functions return a number of [`code`]. An instance is used from any thread, but by one at a time; a host opens
/// several if it wants several comparisons at once. `open`, `describe` and `compare` must be there.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PluginTableV1 {
    /// How many bytes of this struct the plugin knows.
    pub size: u64,
    /// [`ABI_MAJOR`] of the header or crate that the plugin was built with.
    pub abi_major: u32,
    /// [`ABI_MINOR`] of the header or crate that the plugin was built with.
    pub abi_minor: u32,
    /// Makes an instance, which may be a null pointer if the plugin needs none.
    pub open: Open,
    /// Says what the plugin is: a JSON object with `id`, `display_name`, `version`, `author`, `license`,
    /// `description`, `abi_version`, `parameters` (a JSON Schema), `capabilities` and `deterministic`. The same each time.
    pub describe: Describe,
    /// Says which columns the differences of two such tables have: the type of the batches of
    /// [`ResultV1::differences`]. The schemas are lent. May be null.
    pub output_schema: OutputSchema,
    /// Compares.
    pub compare: Compare,
    /// Ends an instance, once. May be null.
    pub close: Close,
}

// SAFETY: the fields are those of the struct, in order, and each function may be null.
unsafe impl SizePrefixed for PluginTableV1 {
    const EMPTY: Self = Self {
        size: size_of::<Self>() as u64,
        abi_major: ABI_MAJOR,
        abi_minor: ABI_MINOR,
        open: None,
        describe: None,
        output_schema: None,
        compare: None,
        close: None,
    };
    const ENDS: &'static [usize] = ends!(PluginTableV1 {
        size: u64,
        abi_major: u32,
        abi_minor: u32,
        open: Open,
        describe: Describe,
        output_schema: OutputSchema,
        compare: Compare,
        close: Close,
    });
    const LEAST: usize = std::mem::offset_of!(PluginTableV1, open);
}
