//! What can go wrong between a client and an engine.

use std::io;
use std::path::PathBuf;

use crate::domain::rejection::Rejection;

/// Why a call or a connection failed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("no engine answers at {}; `flightdeck attach` starts one", .socket.display())]
    NoEngine { socket: PathBuf },
    #[error("another engine answers at {} already; attach to it instead", .socket.display())]
    Taken { socket: PathBuf },
    #[error(
        "the engine speaks protocol {theirs} (flightdeck {version}) and this flightdeck speaks {ours}; \
         stop the engine with that version, or use it to attach"
    )]
    Version { ours: u32, theirs: u32, version: String },
    /// The mission refused what was asked; nothing has changed.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The engine tried and could not, with its sentence.
    #[error("{0}")]
    Failed(String),
    #[error("{}", silent(*.pid))]
    Silent { pid: Option<i32> },
    #[error("the engine went away; what it had acknowledged is kept: attach again")]
    Gone,
    #[error("the other side does not speak flightdeck's protocol: {0}")]
    Protocol(String),
    #[error("{} is not safe for a socket: {problem}; remove it, or set XDG_RUNTIME_DIR", .path.display())]
    Unsafe { path: PathBuf, problem: String },
    #[error("failed to use {}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// What can be done about an engine that is there and says nothing.
fn silent(pid: Option<i32>) -> String {
    match pid {
        Some(pid) => format!(
            "the engine (process {pid}) does not answer: it is stopped, hangs, or the machine is very busy; `kill -CONT {pid}` lets a stopped one go on, `kill -9 {pid}` ends it, and nothing that it acknowledged is lost"
        ),
        None => "the engine does not answer: it is stopped, hangs, or the machine is very busy".to_owned(),
    }
}
