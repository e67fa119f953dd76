//! What the words mean. No I/O; imports `text` only.

pub mod declaration;
pub mod field;
pub mod form;
