//! What the words mean. No I/O; imports `text` only.

pub mod asked;
pub mod decision;
pub mod declaration;
pub mod escalation;
pub mod field;
mod fields;
pub mod form;
pub mod health;
pub mod history;
pub mod hours;
pub mod incident;
pub mod lane;
pub mod mark;
pub mod message;
pub mod outgoing;
mod own_name;
pub mod policy;
pub mod reason;
pub mod restraint;
pub mod sender;
pub mod why;
