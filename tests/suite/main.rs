//! The integration tests: one binary, a module for each side of the program.

mod house;
mod mailserver;
mod store;
mod support;
