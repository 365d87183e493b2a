//! A program that was started: by this process, or by the keeper of its sandbox.

use std::io;
use std::sync::mpsc;

use tokio::sync::watch;

use super::run::Exit;

/// One that is waited for by a task. Dropping its group kills it.
#[derive(Debug)]
pub(super) enum Child {
    Own(tokio::process::Child),
    Kept(watch::Receiver<Option<Exit>>),
}

impl Child {
    /// Waits for its end; asked again, it says the same.
    ///
    /// # Errors
    /// When nobody knows how it ended: its sandbox ended before it.
    pub(super) async fn wait(&mut self) -> io::Result<Exit> {
        match self {
            Self::Own(child) => child.wait().await.map(Exit::from),
            Self::Kept(ended) => {
                let exit = ended.wait_for(Option::is_some).await.ok().and_then(|exit| *exit);
                exit.ok_or_else(sandbox_ended)
            }
        }
    }
}

/// One that a thread waits for.
#[derive(Debug)]
pub enum Waited {
    Own(std::process::Child),
    Kept(mpsc::Receiver<Exit>),
}

impl Waited {
    /// Waits for its end.
    ///
    /// # Errors
    /// When nobody knows how it ended: its sandbox ended before it.
    pub fn wait(&mut self) -> io::Result<Exit> {
        match self {
            Self::Own(child) => child.wait().map(Exit::from),
            Self::Kept(ended) => ended.recv().map_err(|_| sandbox_ended()),
        }
    }
}

fn sandbox_ended() -> io::Error {
    io::Error::other("the sandbox that it ran in was ended, and it with it")
}
