//! Whether a port is free, and who has it otherwise.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::workspace::sweep::MARK;

/// How often it is looked whether a port is free.
const PACE: Duration = Duration::from_millis(20);
/// Characters of a command line that tell a program apart.
const SHOWN: usize = 80;

/// Who listens on a port of this machine; `None` when nobody does.
pub(super) fn holder(port: u16) -> Option<String> {
    let taken = |address: SocketAddr| {
        TcpListener::bind(address).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
    };
    // Development servers listen on either family for `localhost`.
    let addresses = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
    addresses.into_iter().any(taken).then(|| listener(port).unwrap_or_else(|| "another program".to_owned()))
}

/// Waits until a port is free. Gives who still has it when the time is over.
pub(super) async fn until_free(port: u16, limit: Duration) -> Option<String> {
    let freed = async {
        while holder(port).is_some() {
            sleep(PACE).await;
        }
    };
    if timeout(limit, freed).await.is_ok() { None } else { holder(port) }
}

/// The process that listens on it, in words: its id, its command, and the mission it works for.
fn listener(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .flat_map(|table| listening(&fs::read_to_string(table).unwrap_or_default(), port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let pids = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let has_it = |pid: &String| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let names = open.filter_map(|descriptor| fs::read_link(descriptor.path()).ok());
        names.into_iter().any(|name| sockets.iter().any(|socket| name.as_os_str() == socket.as_str()))
    };
    let pid = pids.filter(|pid| pid.parse::<u32>().is_ok()).find(has_it)?;
    let words = |file: &str| {
        let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let command: String = words("cmdline").replace('\0', " ").trim().chars().take(SHOWN).collect();
    let mission = words("environ").split('\0').find_map(|variable| {
        let dir = variable.strip_prefix(MARK)?.strip_prefix('=')?;
        Some(format!(" of mission {}", dir.rsplit('/').next()?))
    });
    Some(format!("process {pid} (`{command}`){}", mission.unwrap_or_default()))
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
        let holder_of_it = holder(port).unwrap();
        if cfg!(target_os = "linux") {
            assert!(
                holder_of_it.starts_with(&format!("process {} (`", std::process::id())),
                "{holder_of_it}"
            );
        }
        drop(listener);
        assert_eq!(holder(port), None);
    }
}
