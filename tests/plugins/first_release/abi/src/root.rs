//! The root module by which abi_stable finds the table of a Rust plugin.

// What the derive makes besides the struct has no place for docs or reasons.
#![allow(missing_docs, reason = "the derive makes items that take no docs")]

use std::ffi::c_void;

use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;

use crate::table::PluginTableV1;

/// What a Rust plugin exports beside its table: a function that says where the table is, and nothing whose layout could
/// ever change. abi_stable checks the layout of this, and the version of this crate, before anything is called.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginRootV1Ref, prefix_fields = PluginRootV1Prefix)))]
#[sabi(missing_field(panic))]
pub struct PluginRootV1 {
    /// The address of the plugin's [`PluginTableV1`], which lives as long as the library.
    #[sabi(last_prefix_field)]
    pub table: extern "C" fn() -> *const c_void,
}

impl RootModule for PluginRootV1Ref {
    abi_stable::declare_root_module_statics! {PluginRootV1Ref}

    const BASE_NAME: &'static str = "csvq_plugin";
    const NAME: &'static str = "csvq_plugin";
    const VERSION_STRINGS: VersionStrings = abi_stable::package_version_strings!();
}

impl PluginRootV1Ref {
    /// Where the plugin's table is, as it says.
    #[must_use]
    pub fn table_pointer(self) -> *const PluginTableV1 {
        (self.table())().cast()
    }
}
