//! The loops: fetch, process, deliver, watch. Each can be stopped at any point and goes on from what is
//! stored; `lifecycle` starts, watches and stops them.

pub mod deliver;
pub mod fetch;
pub mod lifecycle;
pub mod process;
pub mod watch;
