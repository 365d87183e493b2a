//! The threads that programs are started from so that they are kept.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;

use tokio::sync::oneshot;

use super::bubblewrap::PRIVATE;
use super::keeper::Keeper;
use super::machine::TEMPORARY;
use super::network::{Loopback, Network};
use super::stronger::Stronger;

/// What programs may touch, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    pub reads: Vec<PathBuf>,
    /// Read as well.
    pub writes: Vec<PathBuf>,
    /// Read and written as well, without links, pipes and sockets, and without moves from one folder to another.
    pub git: Vec<PathBuf>,
    /// Read, written and controlled; neither made nor removed.
    pub devices: Vec<PathBuf>,
    /// Whether sockets of the internet may be made.
    pub reaches_network: bool,
}

/// Programs that are started in it are kept in it, and so is whatever they start. They are in one domain: they may signal
/// each other. The default keeps nothing in. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Jail(Option<Arc<Walls>>);

#[derive(Debug)]
struct Walls {
    rules: Rules,
    variables: Vec<(String, String)>,
    /// For programs, for those that make a sandbox of their own, for work on files.
    wardens: [OnceLock<Result<Warden, String>>; 3],
    /// What keeps programs in where this machine has bubblewrap.
    stronger: Option<Stronger>,
    /// Programs that were refused something, as far as they showed it.
    refused: AtomicUsize,
    /// The sandboxes of programs and of those that make one of their own, for as long as they run.
    keepers: [Mutex<Option<Arc<Keeper>>>; 2],
}

/// Who is kept in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Inmate {
    #[default]
    Program,
    /// A program that keeps in what it starts itself, as a browser does: it may make namespaces, and sockets in the folders
    /// that it writes.
    Nesting,
    /// Work of the engine's on files that agents name.
    Files,
}

/// The jails that somebody has now. Who works in the same place works in the same one, so that a sandbox is made once for it.
#[derive(Debug, Default)]
pub(super) struct Jails(Mutex<Vec<Weak<Walls>>>);

impl Jails {
    /// The jail of these rules.
    pub(super) fn of(
        &self,
        rules: Rules,
        variables: Vec<(String, String)>,
        stronger: Option<Stronger>,
    ) -> Jail {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|walls| walls.strong_count() > 0);
        let mounts = |stronger: &Option<Stronger>| stronger.as_ref().map(|stronger| stronger.mounts.clone());
        let wanted = mounts(&stronger);
        let is_it = |walls: &Arc<Walls>| {
            walls.rules == rules && walls.variables == variables && mounts(&walls.stronger) == wanted
        };
        if let Some(walls) = all.iter().filter_map(Weak::upgrade).find(is_it) {
            return Jail(Some(walls));
        }
        let jail = Jail::new(rules, variables, stronger);
        all.extend(jail.0.as_ref().map(Arc::downgrade));
        jail
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// The way to a thread that is kept in: what it does and starts is, too.
#[derive(Debug)]
struct Warden(Sender<Job>);

impl Jail {
    pub(super) fn new(rules: Rules, variables: Vec<(String, String)>, stronger: Option<Stronger>) -> Self {
        let (wardens, keepers, refused) = Default::default();
        Self(Some(Arc::new(Walls { rules, variables, wardens, stronger, refused, keepers })))
    }

    /// Whether it keeps nothing in.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// What may be written, for whoever was refused.
    pub(super) fn writable(&self) -> &[PathBuf] {
        self.0.as_ref().map_or(&[], |walls| &walls.rules.writes)
    }

    /// Whether a path is not there at all for the programs in it, whatever is there.
    pub(super) fn hides(&self, path: &Path) -> bool {
        let Some(walls) = self.0.as_ref().filter(|walls| walls.stronger.is_some()) else { return false };
        let Rules { reads, writes, git, devices, .. } = &walls.rules;
        let own = [Path::new(PRIVATE)];
        let there = [reads, writes, git, devices].into_iter().flatten().map(PathBuf::as_path).chain(own);
        !there.into_iter().any(|there| path.starts_with(there))
    }

    /// How many of its programs were refused something, as far as they showed it.
    pub fn refused(&self) -> usize {
        self.0.as_ref().map_or(0, |walls| walls.refused.load(Ordering::Relaxed))
    }

    /// Counts one more.
    pub(in crate::workspace) fn count_refusal(&self) {
        if let Some(walls) = &self.0 {
            walls.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The network in the place of this machine's, where there is one.
    pub(super) fn network(&self) -> Option<&Arc<Network>> {
        self.0.as_ref()?.stronger.as_ref()?.network.as_ref()
    }

    /// Where the programs in it listen.
    pub fn loopback(&self) -> Loopback {
        Loopback(self.network().cloned())
    }

    /// The folder for temporary files, where there is one of its own.
    pub fn temporary(&self) -> Option<&str> {
        let found = self.variables().iter().find(|(name, _)| name == TEMPORARY);
        found.map(|(_, folder)| folder.as_str())
    }

    /// Variables by which programs find the toolchains, and a home of their own.
    pub(in crate::workspace) fn variables(&self) -> &[(String, String)] {
        self.0.as_ref().map_or(&[], |walls| &walls.variables)
    }

    /// Does something that starts a program, which is kept in. It takes a moment, for which the caller's thread waits.
    ///
    /// # Errors
    /// When programs cannot be kept in: then nothing is started.
    pub(in crate::workspace) fn start<T: Send + 'static>(
        &self,
        inmate: Inmate,
        start: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let Some(walls) = &self.0 else { return Ok(start()) };
        let (done, started) = channel();
        walls.send(inmate, Box::new(move || drop(done.send(start()))))?;
        started.recv().map_err(|_| gone())
    }

    /// The keeper of the sandbox that a program is started in, which is made anew if it has ended; none where there is no
    /// bubblewrap.
    ///
    /// # Errors
    /// When it does not come up: then nothing is started.
    pub(in crate::workspace) fn keeper(&self, inmate: Inmate) -> io::Result<Option<Arc<Keeper>>> {
        let Some((walls, stronger)) =
            self.0.as_ref().and_then(|walls| Some((walls, walls.stronger.as_ref()?)))
        else {
            return Ok(None);
        };
        let place = &walls.keepers[usize::from(inmate == Inmate::Nesting)];
        let mut kept = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = kept.as_ref().filter(|keeper| keeper.is_open()) {
            return Ok(Some(Arc::clone(keeper)));
        }
        let keeper = Arc::new(stronger.open(&walls.rules, inmate)?);
        *kept = Some(Arc::clone(&keeper));
        Ok(Some(keeper))
    }

    /// Works on files where only what is in reach can be touched, whatever links are swapped meanwhile. It does not hold up
    /// the caller's thread.
    ///
    /// # Errors
    /// When it cannot be kept in: then nothing is done.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let Some(walls) = &self.0 else {
            return tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
        };
        let walls = Arc::clone(walls);
        let (done, worked) = oneshot::channel();
        // The first of a jail waits until its thread is ready.
        let send = move || walls.send(Inmate::Files, Box::new(move || drop(done.send(work()))));
        tokio::task::spawn_blocking(send).await.map_err(io::Error::other)??;
        worked.await.map_err(|_| io::Error::other("the work on files broke"))
    }
}

impl Walls {
    fn send(&self, inmate: Inmate, job: Job) -> io::Result<()> {
        let warden = match inmate {
            Inmate::Program => &self.wardens[0],
            Inmate::Nesting => &self.wardens[1],
            Inmate::Files => &self.wardens[2],
        };
        let warden = warden.get_or_init(|| Warden::make(self.rules.clone(), inmate));
        let warden = warden.as_ref().map_err(|why| io::Error::other(why.clone()))?;
        warden.0.send(job).map_err(|_| gone())
    }
}

fn gone() -> io::Error {
    io::Error::other("the thread that keeps programs in is gone")
}

impl Warden {
    fn make(rules: Rules, inmate: Inmate) -> Result<Self, String> {
        let (sender, jobs) = channel::<Job>();
        let (ready, readied) = channel();
        let work = move || {
            let kept = restrict(&rules, inmate);
            let is_kept = kept.is_ok();
            if ready.send(kept).is_ok() && is_kept {
                for job in jobs {
                    // One that breaks says so by giving no answer; the next ones are done.
                    drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)));
                }
            }
        };
        let fault = |why: &dyn std::fmt::Display| format!("it cannot be kept in its sandbox: {why}");
        thread::Builder::new().name("jail".to_owned()).spawn(work).map_err(|error| fault(&error))?;
        readied.recv().map_err(|error| fault(&error))?.map_err(|why| fault(&why))?;
        Ok(Self(sender))
    }
}

#[cfg(target_os = "linux")]
fn restrict(rules: &Rules, inmate: Inmate) -> Result<(), String> {
    super::landlock::restrict(rules)?;
    super::syscalls::restrict(rules, inmate)
}

#[cfg(not(target_os = "linux"))]
fn restrict(_: &Rules, _: Inmate) -> Result<(), String> {
    Err("nothing here can".to_owned())
}
