//! What a terminal understands beside text, by what it calls itself.

use crate::view::text::clean;

/// How a terminal takes a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyProtocol {
    /// OSC 9: iTerm2, `WezTerm`, Ghostty.
    Osc9,
    /// OSC 777: urxvt, foot.
    Osc777,
    /// OSC 99: kitty.
    Osc99,
    /// The bell.
    Bell,
}

/// Whether the window stands in a multiplexer, which gets everything first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Multiplexer {
    #[default]
    None,
    Tmux,
    Screen,
}

/// What a terminal calls itself: the values of its variables, empty where they are not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub term: String,
    pub program: String,
    pub multiplexer: Multiplexer,
}

impl Names {
    /// What the terminal of this process calls itself.
    pub fn of_this_process() -> Self {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        let multiplexer = match (var("TMUX").is_empty(), var("STY").is_empty()) {
            (false, _) => Multiplexer::Tmux,
            (true, false) => Multiplexer::Screen,
            (true, true) => Multiplexer::None,
        };
        Self { term: var("TERM"), program: var("TERM_PROGRAM"), multiplexer }
    }

    /// How it takes a notification. A multiplexer drops what it does not know, but it passes a bell on and marks the
    /// window that rang.
    pub fn protocol(&self) -> NotifyProtocol {
        let (term, program) = (self.term.to_ascii_lowercase(), self.program.to_ascii_lowercase());
        if self.multiplexer != Multiplexer::None {
            NotifyProtocol::Bell
        } else if term.contains("kitty") {
            NotifyProtocol::Osc99
        } else if term.contains("foot") || term.contains("rxvt") {
            NotifyProtocol::Osc777
        } else if ["iterm", "wezterm", "ghostty"].iter().any(|known| program.contains(known))
            || term.contains("ghostty")
        {
            NotifyProtocol::Osc9
        } else {
            NotifyProtocol::Bell
        }
    }

    /// Whether it may be sent links (OSC 8). Terminals that do not know them leave them out; only the oldest show their
    /// bytes.
    pub fn takes_links(&self) -> bool {
        let term = self.term.to_ascii_lowercase();
        let is_old = ["dumb", "linux", "vt", "eterm", "cons", "sun"].iter().any(|old| term.starts_with(old));
        !term.is_empty() && !is_old && self.multiplexer != Multiplexer::Screen
    }

    /// A sequence for the terminal around the multiplexer. Tmux passes it on where `allow-passthrough` is set; with
    /// its own `set-clipboard on` it takes the plain one.
    pub fn passed_on(&self, sequence: &str) -> String {
        match self.multiplexer {
            Multiplexer::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            Multiplexer::None | Multiplexer::Screen => String::new(),
        }
    }
}

impl NotifyProtocol {
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

    /// The bytes that show how far something is where tasks are listed; without a number they take it away.
    pub fn progress(self, percent: Progress) -> String {
        match (self, percent) {
            (Self::Osc9, Progress::At(percent)) => format!("\x1b]9;4;1;{percent}\x07"),
            (Self::Osc9, Progress::Over) => "\x1b]9;4;0;0\x07".to_owned(),
            (Self::Osc777 | Self::Osc99 | Self::Bell, _) => String::new(),
        }
    }
}

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// In hundredths.
    At(u8),
    Over,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(term: &str, program: &str, multiplexer: Multiplexer) -> Names {
        Names { term: term.to_owned(), program: program.to_owned(), multiplexer }
    }

    #[test]
    fn a_sentence_cannot_leave_its_notification() {
        assert_eq!(NotifyProtocol::Osc9.bytes("a\u{7}b;\u{1b}]0;c\nd"), "\u{1b}]9;ab,,d\u{7}");
        assert_eq!(NotifyProtocol::Osc777.bytes("a;b"), "\u{1b}]777;notify;flightdeck;a,b\u{7}");
        assert_eq!(NotifyProtocol::Osc99.bytes("a\u{1b}\\b"), "\u{1b}]99;;ab\u{1b}\\");
        assert_eq!(NotifyProtocol::Bell.bytes("a"), "\u{7}");
    }

    #[test]
    fn every_terminal_is_told_in_its_own_way_and_a_multiplexer_by_its_bell() {
        let alone = |term, program| named(term, program, Multiplexer::None).protocol();
        assert_eq!(alone("xterm-kitty", ""), NotifyProtocol::Osc99);
        assert_eq!(alone("foot", ""), NotifyProtocol::Osc777);
        assert_eq!(alone("xterm-256color", "iTerm.app"), NotifyProtocol::Osc9);
        assert_eq!(alone("xterm-256color", "Apple_Terminal"), NotifyProtocol::Bell);
        assert_eq!(named("screen-256color", "iTerm.app", Multiplexer::Tmux).protocol(), NotifyProtocol::Bell);
    }

    #[test]
    fn links_are_for_terminals_that_leave_out_what_they_do_not_know() {
        assert!(named("xterm-256color", "", Multiplexer::None).takes_links());
        assert!(named("tmux-256color", "tmux", Multiplexer::Tmux).takes_links());
        for (term, multiplexer) in
            [("linux", Multiplexer::None), ("", Multiplexer::None), ("screen", Multiplexer::Screen)]
        {
            assert!(!named(term, "", multiplexer).takes_links(), "{term}");
        }
    }

    #[test]
    fn what_tmux_passes_on_is_wrapped() {
        let wrapped = named("tmux", "tmux", Multiplexer::Tmux).passed_on("\x1b]52;c;aGk=\x07");
        assert_eq!(wrapped, "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }
}
