//! How a Rust library exports a table.

/// Exports a [`PluginTableV1`](crate::PluginTableV1), which has to be a constant: as data under
/// [`TABLE_SYMBOL`](crate::TABLE_SYMBOL), and by the root module of abi_stable. Once in a library.
///
/// ```
/// use csvq_plugin_abi::{PluginTableV1, SizePrefixed, export_table};
///
/// export_table!(PluginTableV1 { open: None, ..PluginTableV1::EMPTY });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_table {
    ($table:expr) => {
        const _: () = {
            #[unsafe(export_name = "csvq_plugin_v1")]
            static TABLE: $crate::PluginTableV1 = $table;

            extern "C" fn table() -> *const ::core::ffi::c_void {
                ::core::ptr::addr_of!(TABLE).cast()
            }

            extern "C" fn root() -> $crate::__private::RootModuleResult {
                $crate::__private::root(|| $crate::__private::module(table))
            }

            // The name is that of `abi_stable::library::ROOT_MODULE_LOADER_NAME`, which a test compares.
            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            static HEADER: $crate::__private::LibHeader = $crate::__private::header(root);
        };
    };
}

/// What [`export_table!`] needs.
#[doc(hidden)]
pub mod __private {
    use std::ffi::c_void;

    use abi_stable::library::{__call_root_module_loader, CheckTypeLayout};
    pub use abi_stable::library::{LibHeader, RootModuleResult};
    use abi_stable::prefix_type::PrefixTypeTrait;

    use crate::root::{PluginRootV1, PluginRootV1Ref};

    /// The module, whose few bytes live as long as the library.
    #[must_use]
    pub fn module(table: extern "C" fn() -> *const c_void) -> PluginRootV1Ref {
        PluginRootV1 { table }.leak_into_prefix()
    }

    /// The module as abi_stable passes it on; a panic becomes an error.
    #[must_use]
    pub fn root(module: fn() -> PluginRootV1Ref) -> RootModuleResult {
        __call_root_module_loader(module)
    }

    /// What abi_stable looks for in a library.
    #[must_use]
    pub const fn header(root: extern "C" fn() -> RootModuleResult) -> LibHeader {
        // SAFETY: what `root` hands out was made by `module`, whose type is the one named here.
        unsafe { LibHeader::from_constructor::<PluginRootV1Ref>(root, CheckTypeLayout::Yes) }
    }
}
