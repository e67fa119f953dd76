//! Marks of automatic mail, bounces, lists and loops: RFC 3834, RFC 3464 and the older marks.

/// Facts about how a message came to be; [`crate::extract`] draws the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Automatic {}
