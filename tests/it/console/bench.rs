//! A console between whose keys things happen to the mission.

use flightdeck::domain::command::Command;
use flightdeck::domain::contract::Wording;
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::id::AssertionId;
use flightdeck::link::protocol::{Call, Notice};
use flightdeck::tui::app::App;
use flightdeck::tui::drafts::{Drafts, Kept};
use flightdeck::tui::effect::Effect;
use flightdeck::tui::msg::Msg;
use flightdeck::tui::options::ConsoleExit;
use flightdeck::tui::pane::draw;
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::{Source, SourceEvent};
use flightdeck::tui::update::{start, update};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::harness::{blank, inputs, text_of};

/// A console that is attached to the sample, on which events can happen between keys.
pub struct Bench {
    pub app: App,
    record: Recording,
    pub exit: Option<ConsoleExit>,
    pub sent: Vec<Command>,
    pub kept: Kept,
}

impl Bench {
    pub fn at(moment: Moment, size: (u16, u16)) -> Self {
        Self::with(moment, size, Drafts::default())
    }

    pub fn with(moment: Moment, size: (u16, u16), drafts: Drafts) -> Self {
        Self::new(sample(moment), size, drafts)
    }

    /// A console on a record.
    pub fn of(record: Recording, size: (u16, u16)) -> Self {
        Self::new(record, size, Drafts::default())
    }

    fn new(record: Recording, size: (u16, u16), drafts: Drafts) -> Self {
        let mut app = blank(size, record.mission().updated);
        app.drafts = drafts;
        let effects = start(&mut app);
        let mut bench = Self { app, record, exit: None, sent: Vec::new(), kept: Kept::default() };
        bench.carry_out(effects);
        bench
    }

    pub fn carry_out(&mut self, mut left: Vec<Effect>) {
        while !left.is_empty() {
            match left.remove(0) {
                Effect::Exit(exit) => self.exit = Some(exit),
                Effect::KeepDrafts(changes) => {
                    assert!(self.exit.is_none(), "what was begun is kept before the console ends");
                    self.kept.apply(changes);
                }
                Effect::Ask { ticket, call } => {
                    if let Call::Command { command } = &call {
                        self.sent.push((**command).clone());
                    }
                    let result = Box::new(futures::executor::block_on(self.record.call(call)));
                    left.extend(update(&mut self.app, Msg::Answer { ticket, result }));
                }
                _ => {}
            }
        }
    }

    pub fn press(&mut self, keys: &str) -> &mut Self {
        for input in inputs(keys) {
            let effects = update(&mut self.app, Msg::Input(input));
            self.carry_out(effects);
        }
        self
    }

    /// The terminal gets another size.
    pub fn resize(&mut self, (width, height): (u16, u16)) -> &mut Self {
        let effects = update(&mut self.app, Msg::Input(crossterm::event::Event::Resize(width, height)));
        self.carry_out(effects);
        self
    }

    /// Something happens to the mission.
    pub fn happens(&mut self, actor: Actor, event: Event) -> &mut Self {
        let (seq, at) = (self.app.mission.seq + 1, self.app.mission.updated);
        let stamped = Stamped { seq, at, actor, event };
        let notice = SourceEvent::Notice(Box::new(Notice::Event(Box::new(stamped))));
        let effects = update(&mut self.app, Msg::SourceEvent(notice));
        self.carry_out(effects);
        self
    }

    /// Somebody else changes an assertion.
    pub fn reword(&mut self, id: &str, change: impl Fn(&mut Wording)) -> &mut Self {
        let id: AssertionId = id.parse().unwrap();
        let assertion = &self.app.mission.contract[&id];
        let (mut wording, revision) = (Box::new(assertion.wording.clone()), assertion.revision.next());
        change(&mut wording);
        self.happens(Actor::Person, Event::AssertionEdited { assertion: id, revision, wording })
    }

    pub fn frame(&self) -> String {
        let mut terminal =
            Terminal::new(TestBackend::new(self.app.size.width, self.app.size.height)).unwrap();
        terminal.draw(|frame| draw(&self.app, frame)).unwrap();
        text_of(terminal.backend().buffer())
    }

    pub fn line(&self, text: &str) -> String {
        let frame = self.frame();
        frame.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}\n{frame}")).to_owned()
    }
}
