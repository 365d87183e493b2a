//! The thread that programs are started from so that they are held.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;

/// What programs may touch, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    pub reads: Vec<PathBuf>,
    /// Read as well.
    pub writes: Vec<PathBuf>,
    /// Read, written and controlled; neither made nor removed.
    pub devices: Vec<PathBuf>,
    /// Whether sockets of the internet may be made.
    pub reaches_network: bool,
}

/// Programs that are started in it are held, and so is whatever they start. They are in one domain: they may signal each
/// other. The default holds nothing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Hold(Option<Arc<Held>>);

#[derive(Debug)]
struct Held {
    rules: Rules,
    variables: Vec<(String, String)>,
    plain: OnceLock<Result<Starter, String>>,
    nesting: OnceLock<Result<Starter, String>>,
}

/// How a program is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Plain,
    /// It holds what it starts itself, as a browser does: it may make namespaces, and sockets in the folders it writes.
    Nesting,
}

type Start = Box<dyn FnOnce() + Send>;

/// The way to a thread that is held: what it starts is held, too.
#[derive(Debug)]
struct Starter(Sender<Start>);

impl Hold {
    pub(super) fn new(rules: Rules, variables: Vec<(String, String)>) -> Self {
        let held = Held { rules, variables, plain: OnceLock::new(), nesting: OnceLock::new() };
        Self(Some(Arc::new(held)))
    }

    /// Whether it holds anything.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// What may be written, for whoever was refused.
    pub fn writable(&self) -> &[PathBuf] {
        self.0.as_ref().map_or(&[], |held| &held.rules.writes)
    }

    /// The folder for temporary files, where there is one of its own.
    pub(in crate::workspace) fn temporary(&self) -> Option<&str> {
        self.variables().iter().find(|(name, _)| name == super::machine::TEMPORARY).map(|(_, folder)| folder.as_str())
    }

    /// Variables by which programs find the toolchains, and a home of their own.
    pub(in crate::workspace) fn variables(&self) -> &[(String, String)] {
        self.0.as_ref().map_or(&[], |held| &held.variables)
    }

    /// Does something that starts a program, where what is started is held.
    ///
    /// # Errors
    /// When programs cannot be held: then nothing is started.
    pub(in crate::workspace) fn start<T: Send + 'static>(
        &self,
        kind: Kind,
        start: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let Some(held) = &self.0 else { return Ok(start()) };
        let starter = match kind {
            Kind::Plain => &held.plain,
            Kind::Nesting => &held.nesting,
        };
        let starter = starter.get_or_init(|| Starter::make(held.rules.clone(), kind));
        let starter = starter.as_ref().map_err(|why| io::Error::other(why.clone()))?;
        let (done, started) = channel();
        let job: Start = Box::new(move || drop(done.send(start())));
        let gone = |_| io::Error::other("the thread that holds programs is gone");
        starter.0.send(job).map_err(|_| io::Error::other("the thread that holds programs is gone"))?;
        started.recv().map_err(gone)
    }
}

impl Starter {
    fn make(rules: Rules, kind: Kind) -> Result<Self, String> {
        let (sender, starts) = channel::<Start>();
        let (ready, readied) = channel();
        let work = move || {
            let held = restrict(&rules, kind);
            let is_held = held.is_ok();
            if ready.send(held).is_ok() && is_held {
                starts.into_iter().for_each(|start| start());
            }
        };
        let fault = |why: &dyn std::fmt::Display| format!("it cannot be held back: {why}");
        thread::Builder::new().name("held".to_owned()).spawn(work).map_err(|error| fault(&error))?;
        readied.recv().map_err(|error| fault(&error))?.map_err(|why| fault(&why))?;
        Ok(Self(sender))
    }
}

#[cfg(target_os = "linux")]
fn restrict(rules: &Rules, kind: Kind) -> Result<(), String> {
    super::landlock::restrict(rules)?;
    super::syscalls::restrict(rules, kind)
}

#[cfg(not(target_os = "linux"))]
fn restrict(_: &Rules, _: Kind) -> Result<(), String> {
    Err("nothing here can".to_owned())
}
