//! What the terminal is sent, written beside the loop: a slow link must not keep a key waiting. The loop asks whether
//! everything has gone out before it draws again, so that at most one frame is on its way and the newest state is next.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Bytes that are written at once. Between two pieces the rest can be cut off, so they are small.
const PIECE: usize = 256;
/// How long the last frame may take to go out before it is cut off.
const TO_DRAIN: Duration = Duration::from_millis(700);
/// How long the terminal may take nothing at all before the last words are given up. As long as it takes something,
/// however slowly, they are waited for: without them it would stay as the console had it.
const TO_STALL: Duration = Duration::from_secs(10);
/// How long a writer waits that would have blocked.
const LATER: Duration = Duration::from_millis(5);
/// Ends whatever escape sequence was cut off in its middle.
const END_OF_STRING: &[u8] = b"\x1b\\";

/// The way to the terminal. Clones are the same way.
#[derive(Debug, Clone)]
pub struct TerminalWriter {
    shared: Arc<Shared>,
}

/// Collects what is written, and sends it when it is flushed.
#[derive(Debug)]
pub struct WriterHandle {
    writer: TerminalWriter,
    collected: Vec<u8>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<DrawState>,
    changed: Condvar,
    drained: Notify,
}

#[derive(Debug, Default)]
struct DrawState {
    waiting: Vec<u8>,
    phase: Phase,
    /// Counts the pieces that the terminal has taken.
    taken: u64,
    failed: Option<io::ErrorKind>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Writing,
    /// What is being written is no longer wanted.
    Cut,
}

impl DrawState {
    fn is_drained(&self) -> bool {
        self.failed.is_some() || (self.waiting.is_empty() && self.phase == Phase::Idle)
    }
}

impl TerminalWriter {
    /// A way to any writer. Its thread lives as long as the process.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn to(writer: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        std::thread::Builder::new().name("writer".to_owned()).spawn(move || own.write_on(writer))?;
        Ok(Self { shared })
    }

    /// The way to this process's own terminal.
    ///
    /// # Errors
    /// When no thread can be started.
    #[expect(clippy::disallowed_methods, reason = "the console's frames, which its painter cleans")]
    pub fn of_this_process() -> io::Result<Self> {
        static OUTLET: OnceLock<TerminalWriter> = OnceLock::new();
        if let Some(writer) = OUTLET.get() {
            return Ok(writer.clone());
        }
        // Not `stdout()`: its buffer of lines would keep the half of a frame.
        let terminal = io::stdout().as_fd().try_clone_to_owned()?;
        let writer = Self::to(std::fs::File::from(terminal))?;
        Ok(OUTLET.get_or_init(|| writer).clone())
    }

    /// A pen of its own.
    pub fn pen(&self) -> WriterHandle {
        WriterHandle { writer: self.clone(), collected: Vec::new() }
    }

    /// Waits until the terminal has taken everything.
    pub async fn drained(&self) {
        loop {
            let changed = self.shared.drained.notified();
            if self.shared.lock().is_drained() {
                return;
            }
            changed.await;
        }
    }

    /// Sends the last words and waits until they are out. A terminal that takes too long loses what was to come
    /// before them, never the words themselves.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    pub fn close_with(&self, words: &[u8]) -> io::Result<()> {
        let mut state = self.shared.wait(self.shared.lock(), TO_DRAIN);
        if !state.is_drained() {
            state.waiting.clear();
            state.waiting.extend_from_slice(END_OF_STRING);
            if state.phase == Phase::Writing {
                state.phase = Phase::Cut;
            }
        }
        state.waiting.extend_from_slice(words);
        self.shared.changed.notify_all();
        loop {
            let taken = state.taken;
            state = self.shared.wait(state, TO_STALL);
            if state.is_drained() || state.taken == taken {
                break;
            }
        }
        match state.failed {
            Some(kind) => Err(kind.into()),
            None if state.is_drained() => Ok(()),
            None => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.shared.lock();
        if let Some(kind) = state.failed {
            return Err(kind.into());
        }
        state.waiting.extend_from_slice(bytes);
        self.shared.changed.notify_all();
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, DrawState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, DrawState>, patience: Duration) -> MutexGuard<'a, DrawState> {
        let waited = self.changed.wait_timeout_while(state, patience, |state| !state.is_drained());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn write_on(&self, mut writer: impl Write) {
        let mut state = self.lock();
        loop {
            if state.waiting.is_empty() {
                state.phase = Phase::Idle;
                self.changed.notify_all();
                self.drained.notify_waiters();
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let bytes = std::mem::take(&mut state.waiting);
            state.phase = Phase::Writing;
            drop(state);
            let written = self.write_pieces(&mut writer, &bytes);
            state = self.lock();
            if let Err(error) = written {
                state.failed = Some(error.kind());
                self.changed.notify_all();
                self.drained.notify_waiters();
                return;
            }
        }
    }

    fn write_pieces(&self, writer: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        let mut left = bytes;
        while !left.is_empty() {
            if self.lock().phase == Phase::Cut {
                return Ok(());
            }
            let (piece, _) = left.split_at(left.len().min(PIECE));
            match writer.write(piece) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(taken) => {
                    left = left.get(taken..).unwrap_or_default();
                    self.lock().taken += 1;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(LATER),
                Err(error) => return Err(error),
            }
        }
        writer.flush()
    }
}

impl Write for WriterHandle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.collected.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let sent = self.writer.send(&self.collected);
        self.collected.clear();
        sent
    }
}
