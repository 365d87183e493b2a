//! The keeper of a network: the sandboxes of a mission are made in it, so they share a loopback that is nobody else's, and
//! nothing of the machine's network is there. Whoever connects to one of its doors is handed to the engine.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use tokio::net::TcpListener;

use super::frame::Frame;

/// Opens the doors: ports of the loopback, behind which the engine answers.
///
/// # Errors
/// When one of them cannot be listened on.
pub(super) fn open(ports: &[u16], engine: &Rc<OwnedFd>) -> io::Result<()> {
    for port in ports {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, *port))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        tokio::task::spawn_local(hand_over(listener, *port, Rc::clone(engine)));
    }
    Ok(())
}

/// Gives the engine whoever comes to a door, for as long as there is an engine.
async fn hand_over(listener: TcpListener, port: u16, engine: Rc<OwnedFd>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many are open: those that are will close.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        if Frame::of("came").word(port.to_string()).send(&*engine, &[stream.as_fd()]).is_err() {
            return;
        }
    }
}

/// Begins to connect to a port of the loopback; whether that succeeds shows once it can be written to.
///
/// # Errors
/// When it is refused at once.
pub(super) fn dial(port: u16, is_v6: bool) -> io::Result<OwnedFd> {
    let (family, address) = if is_v6 {
        (AddressFamily::INET6, SocketAddr::from((Ipv6Addr::LOCALHOST, port)))
    } else {
        (AddressFamily::INET, SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}
