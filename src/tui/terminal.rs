//! The terminal itself: taken whole, and given back whole on every way out, panics and signals included.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::buffer::Buffer;

use super::app::App;
use super::host::Host;
use super::linking::{LinkedBackend, Linking};
use super::notify_protocol::{Names, Progress};
use super::picture::{Canvas, Graphics, forget_all};
use super::terminal_writer::{TerminalWriter, WriterHandle};
use crate::view::text::clean;

/// Whether the terminal is ours at this moment; the panic hook asks it.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the terminal keeps pictures of ours, which are taken away with the rest.
static PICTURES: AtomicBool = AtomicBool::new(false);
/// Keeps the window's title where the terminal can, and brings it back.
const KEEP_TITLE: &str = "\x1b[22;0t";
const TITLE_AS_BEFORE: &str = "\x1b[23;0t";

fn enter(writer: &TerminalWriter) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = writer.pen();
    // Terminals that do not know the kitty keyboard ignore the request.
    queue!(
        out,
        Print(KEEP_TITLE),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES),
        EnableMouseCapture
    )?;
    out.flush()
}

fn leave(writer: &TerminalWriter) -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut words = Vec::new();
    queue!(
        words,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        Print(Names::of_this_process().protocol().progress(Progress::Over)),
        Print(if PICTURES.load(Ordering::SeqCst) { forget_all() } else { String::new() }),
        LeaveAlternateScreen,
        Print(TITLE_AS_BEFORE),
        crossterm::cursor::Show
    )?;
    let written = writer.close_with(&words);
    disable_raw_mode().and(written)
}

fn give_back_on_panic(writer: &TerminalWriter) {
    static HOOKED: OnceLock<()> = OnceLock::new();
    let writer = writer.clone();
    HOOKED.get_or_init(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            drop(leave(&writer));
            before(panic);
        }));
    });
}

/// What the console sends the terminal beside its frames. A test records it instead.
pub trait Outside {
    /// Before and after a frame, so that it appears at once.
    fn begin_frame(&mut self) -> io::Result<()>;
    fn end_frame(&mut self) -> io::Result<()>;
    /// Puts text on the clipboard (OSC 52).
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Sets the window's title, and the progress bar where there is one (OSC 9;4).
    fn announce(&mut self, title: &str, percent: u8) -> io::Result<()>;
    /// Notifies the person through the terminal.
    fn notify(&mut self, sentence: &str) -> io::Result<()>;
    /// Lets go of the terminal, and takes it again.
    fn hand_over(&mut self) -> io::Result<()>;
    fn take_back(&mut self) -> io::Result<()>;

    /// Waits until the terminal has taken what it was sent.
    fn drained(&mut self) -> impl Future<Output = ()> {
        std::future::ready(())
    }

    /// Marks the links on a frame that has been drawn.
    fn mark(&mut self, _app: &App, _host: &dyn Host, _frame: &mut Buffer) {}
}

/// The real terminal while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Tty {
    writer: TerminalWriter,
    pen: WriterHandle,
    names: Names,
    linking: Linking,
    /// The title and progress that the window was last given, so that they are not sent again.
    announced: Option<(String, u8)>,
    /// What it is given with the next frame: on a slow link the newest title is enough.
    news: Option<(String, u8)>,
}

impl Tty {
    /// Takes the terminal of this process, and makes sure that a panic gives it back before its message is printed.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn take(canvas: Canvas) -> io::Result<Self> {
        PICTURES.store(canvas.graphics == Graphics::Kitty, Ordering::SeqCst);
        let writer = TerminalWriter::of_this_process()?;
        give_back_on_panic(&writer);
        enter(&writer)?;
        let (pen, names, linking) = (writer.pen(), Names::of_this_process(), Linking::default());
        Ok(Self { writer, pen, names, linking, announced: None, news: None })
    }

    /// What frames are drawn on.
    pub fn backend(&self) -> LinkedBackend {
        self.linking.backend(self.writer.pen())
    }

    fn announce_news(&mut self) -> io::Result<()> {
        let Some((title, percent)) = self.news.take() else { return Ok(()) };
        queue!(self.pen, SetTitle(&title), Print(self.names.protocol().progress(Progress::At(percent))))?;
        self.announced = Some((title, percent));
        Ok(())
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        drop(leave(&self.writer));
    }
}

impl Outside for Tty {
    fn begin_frame(&mut self) -> io::Result<()> {
        self.announce_news()?;
        // The cursor does not run over the screen while it is drawn; the frame says where it stands.
        execute!(self.pen, BeginSynchronizedUpdate, crossterm::cursor::Hide)
    }

    fn end_frame(&mut self) -> io::Result<()> {
        execute!(self.pen, EndSynchronizedUpdate)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut sequence = Vec::new();
        queue!(sequence, CopyToClipboard::to_clipboard_from(text))?;
        let passed_on = self.names.passed_on(&String::from_utf8_lossy(&sequence));
        self.pen.write_all(&sequence)?;
        self.pen.write_all(passed_on.as_bytes())?;
        self.pen.flush()
    }

    fn announce(&mut self, title: &str, percent: u8) -> io::Result<()> {
        let news = (clean(title), percent);
        self.news = (self.announced.as_ref() != Some(&news)).then_some(news);
        Ok(())
    }

    fn notify(&mut self, sentence: &str) -> io::Result<()> {
        self.pen.write_all(self.names.protocol().bytes(sentence).as_bytes())?;
        self.pen.flush()
    }

    fn hand_over(&mut self) -> io::Result<()> {
        leave(&self.writer)
    }

    fn take_back(&mut self) -> io::Result<()> {
        // The other program may have given the window another title.
        self.news = self.news.take().or(self.announced.take());
        // It may also have taken the terminal without being given it.
        leave(&self.writer)?;
        enter(&self.writer)
    }

    async fn drained(&mut self) {
        self.writer.drained().await;
    }

    fn mark(&mut self, app: &App, host: &dyn Host, frame: &mut Buffer) {
        if self.names.takes_links() {
            self.linking.mark(app, host, frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_is_told() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let writer = TerminalWriter::to(path.reopen().unwrap()).unwrap();
        let seen = path.path().to_owned();
        // What tells of a panic runs after the terminal was given back.
        std::panic::set_hook(Box::new(move |_| {
            let written = std::fs::read_to_string(&seen).unwrap_or_default();
            std::fs::write(&seen, format!("{written}told")).unwrap_or_default();
        }));
        give_back_on_panic(&writer);
        TAKEN.store(true, Ordering::SeqCst);
        std::thread::spawn(|| panic!("on purpose")).join().unwrap_err();
        let written = std::fs::read_to_string(path.path()).unwrap();
        assert!(written.contains("\x1b[?1049l") && written.ends_with("\x1b[?25htold"), "{written:?}");
        assert!(!TAKEN.load(Ordering::SeqCst));
    }
}
