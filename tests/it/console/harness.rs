//! Flies the real loop on a test backend: keys in, the last frame out as text.

use std::io;
use std::sync::Arc;

use crossterm::event::Event;
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::mission::MissionCard;
use flightdeck::tui::ConsoleExit;
use flightdeck::tui::app::{App, Look};
use flightdeck::tui::event_loop::Console;
use flightdeck::tui::host::Host;
use flightdeck::tui::keymap::Keymap;
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::Source;
use flightdeck::tui::terminal::Outside;
use flightdeck::tui::theme::{Depth, Theme};
use flightdeck::view::glyph::Charset;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use super::studio::keys::Script;

/// A machine where the clock stands still and the editor does what a test says.
pub struct Still {
    pub now: Timestamp,
    pub editor: fn(&str) -> String,
}

#[async_trait::async_trait]
impl Host for Still {
    fn now(&self) -> Timestamp {
        self.now
    }

    async fn edit(&self, text: String, _name: String) -> Result<String, String> {
        Ok((self.editor)(&text))
    }

    async fn open(&self, _name: String, _content: Vec<u8>) -> Result<(), String> {
        Err("there is no program to open it with".to_owned())
    }

    async fn notify(&self, _sentence: String) -> bool {
        false
    }

    async fn missions(&self) -> Vec<MissionCard> {
        let mission = sample(Moment::Flying).mission();
        vec![MissionCard {
            repository: "/home/ada/src/guestbook".to_owned(),
            waits_for: "Q3 asks".to_owned(),
            ..MissionCard::of(&mission).unwrap()
        }]
    }
}

/// What the terminal was told beside its frames.
#[derive(Debug, Default)]
pub struct Asides {
    pub frames: usize,
    pub copied: Vec<String>,
    pub titles: Vec<String>,
    pub notified: Vec<String>,
}

impl Outside for &mut Asides {
    fn begin_frame(&mut self) -> io::Result<()> {
        self.frames += 1;
        Ok(())
    }
    fn end_frame(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }
    fn announce(&mut self, title: &str, _percent: u8) -> io::Result<()> {
        self.titles.push(title.to_owned());
        Ok(())
    }
    fn notify(&mut self, sentence: &str) -> io::Result<()> {
        self.notified.push(sentence.to_owned());
        Ok(())
    }
    fn hand_over(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn take_back(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a flight left.
pub struct Flown<S> {
    pub frame: String,
    /// Where the terminal's cursor stands, when it is seen.
    pub cursor: Option<(u16, u16)>,
    pub told: Asides,
    pub exit: ConsoleExit,
    pub source: Arc<S>,
}

/// An app that has heard nothing.
pub fn blank(size: (u16, u16), now: Timestamp) -> App {
    let styles = Theme::built_in("dark").unwrap().styles(Depth::Full).unwrap();
    let look = Look { theme: "dark".to_owned(), styles, depth: Depth::Full, charset: Charset::Unicode };
    App::new(size.into(), now, look, Keymap::default())
}

/// Flies the sample mission at a moment: keys in, the last frame out.
pub fn fly(moment: Moment, size: (u16, u16), keys: &str) -> Flown<Recording> {
    let recording = sample(moment);
    let now = recording.mission().updated;
    fly_on(recording, now, size, inputs(keys))
}

/// Flies any source with any input, with an editor that adds a word.
pub fn fly_on<S: Source>(source: S, now: Timestamp, size: (u16, u16), inputs: Vec<Event>) -> Flown<S> {
    fly_with(source, Still { now, editor: |text| format!("{text} (edited)") }, size, inputs)
}

/// Flies any source with any input on any machine.
pub fn fly_with<S: Source>(source: S, host: Still, size: (u16, u16), inputs: Vec<Event>) -> Flown<S> {
    fly_from(blank(size, host.now), source, host, inputs)
}

/// Flies a console that has been set up by a test.
pub fn fly_from<S: Source>(app: App, source: S, host: impl Host + 'static, inputs: Vec<Event>) -> Flown<S> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let source = Arc::new(source);
        let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
        let mut console = Console::new(app, Arc::clone(&source), Arc::new(host));
        let mut told = Asides::default();
        let script = Script::of(inputs, console.calls());
        let exit = console.run(&mut terminal, script, &mut told).await.unwrap();
        let frame = text_of(terminal.backend().buffer());
        let stands = terminal.backend().cursor_visible().then(|| terminal.backend().cursor_position());
        let cursor = stands.map(|cursor| (cursor.x, cursor.y));
        Flown { frame, cursor, told, exit, source }
    })
}

/// How many frames reach the terminal of a console that stands already, while these inputs come.
pub fn frames_after(moment: Moment, size: (u16, u16), later: Vec<Event>) -> usize {
    let recording = sample(moment);
    let now = recording.mission().updated;
    let host = Still { now, editor: str::to_owned };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        let mut console = Console::new(blank(size, now), Arc::new(recording), Arc::new(host));
        let mut told = Asides::default();
        for inputs in [Vec::new(), later] {
            told.frames = 0;
            let script = Script::of(inputs, console.calls());
            console.run(&mut terminal, script, &mut told).await.unwrap();
        }
        told.frames
    })
}

/// A frame as a person sees it, without the blanks at the ends of lines.
pub fn text_of(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// Keys in words: `tab 2 ctrl+s`, and text to type in quotes: `'hello there'`.
pub fn inputs(keys: &str) -> Vec<Event> {
    super::studio::keys::inputs(keys).unwrap()
}
