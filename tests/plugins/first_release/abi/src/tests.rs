//! That version 1 is what it was, and that structs of other sizes are read as far as they go.

mod layout;
mod root;
mod sized;
mod text;
