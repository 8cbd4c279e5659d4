//! The root module, as abi_stable passes it on.

use std::ffi::c_void;
use std::ptr;

use abi_stable::library::{ROOT_MODULE_LOADER_NAME, RootModule};

use crate::export::__private::{LibHeader, RootModuleResult, header, module, root};
use crate::{PluginRootV1Ref, PluginTableV1, SizePrefixed};

static TABLE: PluginTableV1 = PluginTableV1 { abi_minor: 9, ..PluginTableV1::EMPTY };

extern "C" fn table() -> *const c_void {
    ptr::from_ref(&TABLE).cast()
}

extern "C" fn sound() -> RootModuleResult {
    root(|| module(table))
}

extern "C" fn panics() -> RootModuleResult {
    root(|| panic!("the constructor fails"))
}

#[test]
fn the_table_comes_through_the_root_module() {
    static HEADER: LibHeader = header(sound);
    let module = HEADER.init_root_module::<PluginRootV1Ref>().unwrap();
    assert_eq!(module.table_pointer(), &raw const TABLE);
}

#[test]
fn a_panic_while_loading_is_an_error() {
    static HEADER: LibHeader = header(panics);
    assert!(HEADER.init_root_module::<PluginRootV1Ref>().is_err());
}

/// The names and the version that every plugin has in it.
#[test]
fn names_stay() {
    assert_eq!(ROOT_MODULE_LOADER_NAME, "_1as_0lib_1header_0root_bmodule_bloader");
    assert_eq!((PluginRootV1Ref::BASE_NAME, PluginRootV1Ref::NAME), ("csvq_plugin", "csvq_plugin"));
    assert!(env!("CARGO_PKG_VERSION").starts_with("1.0."), "the version of this crate stays 1.0.x");
}
