//! Whether a port is free, and who has it otherwise.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::workspace::sandbox::Loopback;
use crate::workspace::sweep::{MARK, SERVICE, variable};

/// How often it is looked whether a port is free.
const PACE: Duration = Duration::from_millis(20);
/// Characters of a command line that tell a program apart.
const SHOWN: usize = 80;

/// Who listens on a port; `None` when nobody does.
pub(super) fn holder(port: u16, on: &Loopback) -> Option<String> {
    (!is_free(port, on)).then(|| listener(port, on).map_or_else(|| "another program".to_owned(), in_words))
}

/// Whether nobody listens on a port.
pub(super) fn is_free(port: u16, on: &Loopback) -> bool {
    if !on.is_of_machine() {
        return sockets(port, on).is_empty();
    }
    let taken = |address: SocketAddr| {
        TcpListener::bind(address).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
    };
    // Development servers listen on either family for `localhost`.
    let addresses = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
    !addresses.into_iter().any(taken)
}

/// Waits until a port is free. Gives who still has it when the time is over.
pub(super) async fn until_free(port: u16, on: &Loopback, limit: Duration) -> Option<String> {
    let freed = async {
        while holder(port, on).is_some() {
            sleep(PACE).await;
        }
    };
    if timeout(limit, freed).await.is_ok() { None } else { holder(port, on) }
}

/// The directory of the mission whose program listens on a port.
pub fn mission_on(port: u16, on: &Loopback) -> Option<PathBuf> {
    variable(listener(port, on)?, MARK).map(PathBuf::from)
}

/// The mark of the service that listens on a port.
pub(super) fn service_on(port: u16, on: &Loopback) -> Option<String> {
    variable(listener(port, on)?, SERVICE)
}

/// The process that listens on it, as far as this user may see.
pub(super) fn listener(port: u16, on: &Loopback) -> Option<i32> {
    let sockets = sockets(port, on);
    if sockets.is_empty() {
        return None;
    }
    let pids =
        fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has_it = |pid: &i32| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let names = open.filter_map(|descriptor| fs::read_link(descriptor.path()).ok());
        names.into_iter().any(|name| sockets.iter().any(|socket| name.as_os_str() == socket.as_str()))
    };
    pids.into_iter().find(has_it)
}

/// The sockets that listen on it, as the system names them.
fn sockets(port: u16, on: &Loopback) -> Vec<String> {
    let tables = on.tables();
    let tables = tables.iter().map(|table| fs::read_to_string(table).unwrap_or_default());
    let inodes = tables.flat_map(|table| listening(&table, port));
    inodes.map(|inode| format!("socket:[{inode}]")).collect()
}

/// A process in words: its id, its command, and the mission it works for.
pub(super) fn in_words(pid: i32) -> String {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    let command: String = line.trim().chars().take(SHOWN).collect();
    let mission =
        variable(pid, MARK).and_then(|dir| Some(format!(" of mission {}", dir.rsplit('/').next()?)));
    format!("process {pid} (`{command}`){}", mission.unwrap_or_default())
}

/// The inodes of the sockets that listen on a port, from a table of the kernel's.
fn listening(table: &str, port: u16) -> Vec<String> {
    const LISTENS: &str = "0A";
    let port = format!("{port:04X}");
    let inode = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields.get(1)?.rsplit(':').next()? == port && *fields.get(3)? == LISTENS;
        is_it.then(|| fields.get(9).map(ToString::to_string)).flatten()
    };
    table.lines().filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_port_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let holder_of_it = holder(port, &Loopback::default()).unwrap();
        if cfg!(target_os = "linux") {
            assert!(
                holder_of_it.starts_with(&format!("process {} (`", std::process::id())),
                "{holder_of_it}"
            );
        }
        drop(listener);
        assert_eq!(holder(port, &Loopback::default()), None);
    }
}
