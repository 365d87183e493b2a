//! In place of the keeper where there are no namespaces: there is never one.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use super::jail::{Inmate, Rules};
use super::order::{OnEnd, Order, Started};

/// None.
#[derive(Debug)]
pub(in crate::workspace) enum Keeper {}

/// How one would be started.
#[derive(Debug)]
pub(super) struct Bwrap {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub network: Option<Arc<Keeper>>,
}

/// What would be called with who came to a network.
pub(super) type OnComing = Box<dyn Fn(u16, OwnedFd) + Send>;

impl Keeper {
    pub(super) fn open(_: Bwrap, _: &Rules, _: Inmate) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn open_network(_: Bwrap, _: &[u16], _: OnComing) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn is_open(&self) -> bool {
        match *self {}
    }

    pub(super) fn inner_pid(&self) -> i32 {
        match *self {}
    }

    pub(super) fn dial(&self, _: u16, _: bool) -> io::Result<OwnedFd> {
        match *self {}
    }

    pub(super) fn open_door(&self, _: u16) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::workspace) fn start(&self, _: &Order, _: OnEnd) -> io::Result<Started> {
        match *self {}
    }
}
