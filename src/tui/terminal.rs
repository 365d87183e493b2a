//! The terminal itself: taken whole, and given back whole on every way out, panics and signals included.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};

use super::options::Mouse;
use super::text::clean;

/// Whether the terminal is ours at this moment; the panic hook asks it.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    mouse: Mouse,
}

impl Guard {
    /// Takes the terminal, and makes sure that a panic gives it back before its message is printed.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn take(mouse: Mouse) -> io::Result<Self> {
        give_back_on_panic();
        enter(mouse)?;
        Ok(Self { mouse })
    }

    /// Gives the terminal to another program for a while.
    ///
    /// # Errors
    /// When the terminal does not answer.
    pub fn hand_over(&self) -> io::Result<()> {
        leave()
    }

    /// Takes the terminal back from another program.
    ///
    /// # Errors
    /// When the terminal does not answer.
    pub fn take_back(&self) -> io::Result<()> {
        enter(self.mouse)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(leave());
    }
}

fn enter(mouse: Mouse) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    // Terminals that do not know the kitty keyboard ignore the request.
    execute!(
        out,
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
    )?;
    if mouse == Mouse::Taken {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

fn leave() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let written = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    disable_raw_mode().and(written)
}

fn give_back_on_panic() {
    static HOOKED: AtomicBool = AtomicBool::new(false);
    if HOOKED.swap(true, Ordering::SeqCst) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        drop(leave());
        before(panic);
    }));
}

/// What the console tells the terminal beside its frames. A test records it instead.
pub trait Outside {
    /// Before and after a frame, so that it appears at once.
    fn begin_frame(&mut self) -> io::Result<()>;
    fn end_frame(&mut self) -> io::Result<()>;
    /// Puts text on the clipboard (OSC 52).
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Sets the window's title, and the progress bar where there is one (OSC 9;4).
    fn announce(&mut self, title: &str, percent: u8) -> io::Result<()>;
    /// Tells the person through the terminal.
    fn notify(&mut self, sentence: &str) -> io::Result<()>;
    /// Lets go of the terminal, and takes it again.
    fn hand_over(&mut self) -> io::Result<()>;
    fn take_back(&mut self) -> io::Result<()>;
}

/// The real terminal.
#[derive(Debug)]
pub struct Tty {
    guard: Guard,
    dialect: Dialect,
}

/// How a terminal wants to be told of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OSC 9: iTerm2, `WezTerm`, Ghostty, Windows Terminal.
    Osc9,
    /// OSC 777: urxvt, foot.
    Osc777,
    /// OSC 99: kitty.
    Osc99,
    /// The bell.
    Bell,
}

impl Dialect {
    /// The dialect of a terminal, by what it calls itself.
    pub fn of(term: &str, program: &str) -> Self {
        let (term, program) = (term.to_ascii_lowercase(), program.to_ascii_lowercase());
        if term.contains("kitty") {
            Self::Osc99
        } else if term.contains("foot") || term.contains("rxvt") {
            Self::Osc777
        } else if ["iterm", "wezterm", "ghostty"].iter().any(|known| program.contains(known))
            || term.contains("ghostty")
        {
            Self::Osc9
        } else {
            Self::Bell
        }
    }

    /// The bytes that tell a sentence.
    pub fn bytes(self, sentence: &str) -> String {
        let sentence = clean(sentence).replace(['\n', ';'], ",");
        match self {
            Self::Osc9 => format!("\x1b]9;{sentence}\x07"),
            Self::Osc777 => format!("\x1b]777;notify;flightdeck;{sentence}\x07"),
            Self::Osc99 => format!("\x1b]99;;{sentence}\x1b\\"),
            Self::Bell => "\x07".to_owned(),
        }
    }
}

impl Tty {
    /// The terminal of this process.
    pub fn new(guard: Guard) -> Self {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        Self { guard, dialect: Dialect::of(&var("TERM"), &var("TERM_PROGRAM")) }
    }

    fn write(text: &str) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

impl Outside for Tty {
    fn begin_frame(&mut self) -> io::Result<()> {
        execute!(io::stdout(), BeginSynchronizedUpdate)
    }

    fn end_frame(&mut self) -> io::Result<()> {
        execute!(io::stdout(), EndSynchronizedUpdate)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    fn announce(&mut self, title: &str, percent: u8) -> io::Result<()> {
        execute!(io::stdout(), SetTitle(clean(title)))?;
        if self.dialect == Dialect::Osc9 { Self::write(&format!("\x1b]9;4;1;{percent}\x07")) } else { Ok(()) }
    }

    fn notify(&mut self, sentence: &str) -> io::Result<()> {
        Self::write(&self.dialect.bytes(sentence))
    }

    fn hand_over(&mut self) -> io::Result<()> {
        self.guard.hand_over()
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.guard.take_back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_cannot_leave_its_notification() {
        assert_eq!(Dialect::Osc9.bytes("a\u{7}b;\u{1b}]0;c\nd"), "\u{1b}]9;ab,,d\u{7}");
        assert_eq!(Dialect::of("xterm-kitty", ""), Dialect::Osc99);
        assert_eq!(Dialect::of("xterm-256color", "tmux"), Dialect::Bell);
        assert_eq!(Dialect::of("xterm-256color", "iTerm.app"), Dialect::Osc9);
    }
}
