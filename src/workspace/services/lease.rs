//! Ports that no other engine on this machine is given meanwhile. A free port that is only looked up may be somebody
//! else's by the time a service listens on it; a lease is a locked file for each, which the system unlocks with the process.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::getuid;

use super::port;
use crate::workspace::sandbox::Loopback;

/// The ports that are given. Systems take those of outgoing connections from above, by default.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port that is this process's to give to a service, for as long as this lives.
#[derive(Debug)]
pub struct PortLease {
    port: u16,
    path: PathBuf,
    _locked: File,
}

impl PortLease {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for PortLease {
    fn drop(&mut self) {
        // While the lock is still held, so that nobody else's file is removed.
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, port = self.port, "the file of a port's lease stays");
        }
    }
}

/// Takes a free port.
///
/// # Errors
/// When the place of the leases cannot be used, or no port is free.
pub fn lease() -> io::Result<PortLease> {
    lease_in(&directory()?, usize::from(COUNT))
}

/// All engines of a user look in one place, whatever their homes and runtime directories are.
fn directory() -> io::Result<PathBuf> {
    let user = getuid().as_raw();
    let dir = PathBuf::from(format!("/tmp/flightdeck-ports-{user}"));
    match DirBuilder::new().mode(0o700).create(&dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let found = fs::symlink_metadata(&dir)?;
    if found.is_dir() && found.uid() == user {
        return Ok(dir);
    }
    Err(io::Error::other(format!("{} is not your own directory; remove it", dir.display())))
}

fn lease_in(dir: &Path, tries: usize) -> io::Result<PortLease> {
    // From another place each time, so that two seldom ask for the same one.
    let start = RandomState::new().hash_one(std::process::id());
    let from = u16::try_from(start % u64::from(COUNT)).unwrap_or_default();
    let ports = (0..COUNT).map(|step| FIRST + (from + step) % COUNT);
    for port in ports.take(tries) {
        if let Some(lease) =
            try_lease(dir, port)?.filter(|lease| port::is_free(lease.port, &Loopback::default()))
        {
            return Ok(lease);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no port is free"))
}

/// Nothing when somebody else has it.
fn try_lease(dir: &Path, port: u16) -> io::Result<Option<PortLease>> {
    let path = dir.join(port.to_string());
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    // Whoever had it may have removed the file between our opening and locking it: then it is nobody's lock.
    let is_there = fs::metadata(&path).is_ok_and(|there| {
        file.metadata().is_ok_and(|own| (own.dev(), own.ino()) == (there.dev(), there.ino()))
    });
    Ok(is_there.then_some(PortLease { port, path, _locked: file }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn many_who_ask_at_once_get_a_port_each_and_give_it_back() {
        let dir = tempfile::tempdir().unwrap();
        let leases: Vec<PortLease> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..25).map(|_| lease_in(dir.path(), 9_000).unwrap()).collect()))
                .collect();
            asking.into_iter().flat_map(|one| one.join().unwrap_or_else(|_| Vec::new())).collect()
        });
        let ports: BTreeSet<u16> = leases.iter().map(PortLease::port).collect();
        assert_eq!((leases.len(), ports.len()), (200, 200));
        let first = leases[0].port();
        assert!(try_lease(dir.path(), first).unwrap().is_none(), "it is not given twice");
        drop(leases);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(try_lease(dir.path(), first).unwrap().is_some());
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_given() {
        let dir = tempfile::tempdir().unwrap();
        let lease = lease_in(dir.path(), 9_000).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", lease.port())).unwrap();
        assert!(!port::is_free(lease.port(), &Loopback::default()));
        drop(listener);
        assert!(port::is_free(lease.port(), &Loopback::default()));
    }
}
