//! One attempt, live or past: its whole transcript, its handoff, what it used.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::diff::DiffScreen;
use super::frame::{around, scrolled};
use super::prompt::Confirm;
use super::{Popup, PopupResult, Typing};
use crate::domain::command::Command;
use crate::domain::diff::DiffScope;
use crate::domain::id::AttemptId;
use crate::link::protocol::{Before, Call};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::scroll::ScrollState;
use crate::tui::transcript_buffer::TranscriptBuffer;
use crate::tui::widget::painter::Highlight;
use crate::view::attempt;
use crate::view::glyph::Glyph;
use crate::view::row::{Row, plain};
use crate::view::style_role::StyleRole;
use crate::view::text::plural;
use crate::view::transcript::{Block, BlockBody};
use crate::view::work::{asks, attempt_sign, subject};

/// What is looked at of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Transcript,
    Handoff,
    Usage,
}

/// What is looked for, and whether it is still being typed.
#[derive(Debug, Default)]
struct Search {
    text: String,
    /// Which of how many places is shown, once there is one.
    count: String,
    typing: Typing,
}

/// The screen of an attempt.
#[derive(Debug)]
pub struct AttemptScreen {
    id: AttemptId,
    tab: Tab,
    scroll: ScrollState,
    top: usize,
    search: Search,
    /// The block that was found last.
    found: Option<usize>,
}

impl AttemptScreen {
    /// The screen of an attempt.
    pub fn new(id: AttemptId) -> Self {
        Self {
            id,
            tab: Tab::Transcript,
            scroll: ScrollState::default(),
            top: 0,
            search: Search::default(),
            found: None,
        }
    }

    fn room(&self, app: &App) -> (usize, usize) {
        let inner = inside(self.area(app));
        (usize::from(inner.width), usize::from(inner.height).saturating_sub(2))
    }

    fn page(&self, before: Before) -> PopupResult {
        PopupResult::ask(Call::Transcript { attempt: self.id, before, limit: crate::tui::update::PAGE })
    }

    fn turn_tab(&mut self, back: bool) {
        self.top = 0;
        self.tab = match (self.tab, back) {
            (Tab::Transcript, false) | (Tab::Usage, true) => Tab::Handoff,
            (Tab::Handoff, false) | (Tab::Transcript, true) => Tab::Usage,
            (Tab::Usage, false) | (Tab::Handoff, true) => Tab::Transcript,
        };
    }

    fn step(&mut self, app: &App, step: SelectionStep) -> PopupResult {
        let (width, height) = self.room(app);
        if self.tab != Tab::Transcript {
            let len = self.side_rows(app, width).len().saturating_sub(height) + 1;
            let mut list = List { selected: self.top, top: self.top };
            list.step(step, len, height.max(1));
            self.top = list.selected;
            return PopupResult::stay();
        }
        let Some(transcript) = app.transcript(self.id) else { return PopupResult::stay() };
        let page = isize::try_from(height.saturating_sub(2).max(1)).unwrap_or(1);
        let lines = match step {
            SelectionStep::By(n) => n,
            SelectionStep::PageUp => -page,
            SelectionStep::PageDown => page,
            SelectionStep::First => isize::MIN,
            SelectionStep::Last => {
                self.scroll.follow();
                return PopupResult::stay();
            }
        };
        self.scroll.scroll(transcript, lines, width, height);
        match transcript.first_number() {
            Some(first) if transcript.older > 0 && self.scroll.at_start(transcript, width, height) => {
                self.page(Before::Item(first))
            }
            _ => PopupResult::stay(),
        }
    }

    fn side_rows(&self, app: &App, width: usize) -> Vec<Row> {
        let Some(known) = app.mission.attempts.get(&self.id) else { return Vec::new() };
        match self.tab {
            Tab::Usage => attempt::usage(&app.mission, known, app.now),
            Tab::Handoff | Tab::Transcript => attempt::handoff(&app.mission, known, width),
        }
    }

    /// Goes to the next block, before or after, that has what is looked for.
    fn find(&mut self, app: &App, backwards: bool) -> PopupResult {
        let Some(transcript) = app.transcript(self.id).filter(|transcript| !transcript.is_empty()) else {
            return PopupResult::stay();
        };
        let wanted = self.search.text.to_lowercase();
        if wanted.is_empty() {
            return PopupResult::stay();
        }
        let has = |place: &usize| {
            transcript.get(*place).is_some_and(|block| text_of(block).to_lowercase().contains(&wanted))
        };
        let hits: Vec<usize> = (0..transcript.len()).filter(has).collect();
        let next = match (self.found, backwards) {
            (Some(now), true) => hits.iter().rposition(|hit| *hit < now),
            (Some(now), false) => hits.iter().position(|hit| *hit > now),
            (None, _) => None,
        };
        let next = next.unwrap_or(if backwards { hits.len().saturating_sub(1) } else { 0 });
        let Some(place) = hits.get(next).copied() else {
            return PopupResult::say(format!("“{}” is not in what is loaded", self.search.text));
        };
        self.found = Some(place);
        self.search.count = format!("   {} of {}", next + 1, hits.len());
        let room = self.room(app);
        self.scroll.go_to(transcript, place, room);
        PopupResult::stay()
    }
}

/// What a search looks through.
fn text_of(block: &Block) -> String {
    match &block.body {
        BlockBody::Brief(text) | BlockBody::Said(text) | BlockBody::Thought(text) | BlockBody::Note(text) => {
            text.clone()
        }
        BlockBody::Message { text, .. } => text.clone(),
        BlockBody::Call(call) => format!("{} {} {}", call.tool, call.arguments, call.output),
    }
}

impl Popup for AttemptScreen {
    fn context(&self) -> Context {
        if self.search.typing == Typing::Yes { Context::Palette } else { Context::Attempt }
    }

    fn typing(&self) -> Typing {
        self.search.typing
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::NextTab => "handoff, usage",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        if self.search.typing == Typing::Yes {
            return vec![Action::Open, Action::Back];
        }
        vec![
            Action::NextTab,
            Action::Follow,
            Action::Search,
            Action::Fold,
            Action::Diff,
            Action::Copy,
            Action::Stop,
            Action::Help,
            Action::Back,
        ]
    }

    fn opened(&mut self, app: &App) -> PopupResult {
        if app.transcript(self.id).is_some_and(|transcript| transcript.asked) {
            PopupResult::stay()
        } else {
            self.page(Before::End)
        }
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::Open | Action::Back if self.search.typing == Typing::Yes => {
                self.search.typing = Typing::No;
                return if action == Action::Open { self.find(app, false) } else { PopupResult::stay() };
            }
            Action::NextTab | Action::Right => self.turn_tab(false),
            Action::PreviousTab | Action::Left => self.turn_tab(true),
            Action::Fold => self.scroll.toggle_fold(),
            Action::Follow => {
                let (width, _) = self.room(app);
                if let Some(transcript) = app.transcript(self.id) {
                    self.scroll.toggle_follow(transcript, width);
                }
            }
            Action::Search => {
                self.tab = Tab::Transcript;
                self.search = Search { typing: Typing::Yes, ..Search::default() };
                self.found = None;
            }
            Action::NextMatch => return self.find(app, false),
            Action::PreviousMatch => return self.find(app, true),
            Action::Diff => return PopupResult::open(DiffScreen::new(DiffScope::Attempt(self.id))),
            Action::Stop => return stop(app, self.id),
            Action::Copy => return self.copy(app),
            Action::Open => {}
            _ => match SelectionStep::of(action) {
                Some(step) => return self.step(app, step),
                None => return PopupResult::pass(),
            },
        }
        PopupResult::stay()
    }

    fn typed(&mut self, _app: &App, key: KeyEvent) -> PopupResult {
        match key.code {
            _ if self.search.typing == Typing::No => {}
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                self.search.text.push(c);
            }
            KeyCode::Backspace => {
                self.search.text.pop();
            }
            _ => {}
        }
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let Some(known) = app.mission.attempts.get(&self.id) else { return };
        let asked = asks(&app.mission, self.id);
        let (sign, style) =
            if asked.is_some() { (Glyph::Needs, StyleRole::Warn) } else { attempt_sign(known) };
        let waits =
            asked.map_or_else(String::new, |question| format!("waits for your answer to {question}  "));
        let title = Row::new()
            .sign(style, sign)
            .then(StyleRole::Strong, format!("{} {}", known.role, self.id))
            .then(StyleRole::Text, format!(" · {}", subject(&app.mission, known.work)))
            .end(StyleRole::Warn, waits)
            .end(StyleRole::Dim, known.model.as_str());
        let inner = around(app, frame, area, &title);
        app.painter().row(
            frame.buffer_mut(),
            Rect { height: 1.min(inner.height), ..inner },
            &self.tabs(app),
            Highlight::No,
        );
        let body = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
        let (width, height) = (usize::from(body.width), usize::from(body.height));
        if self.tab != Tab::Transcript {
            scrolled(app, frame, body, self.top, &self.side_rows(app, width));
            return;
        }
        let rows = match app.transcript(self.id).filter(|transcript| !transcript.is_empty()) {
            Some(transcript) => self.scroll.visible(transcript, width, height),
            None => vec![Row::of(StyleRole::Dim, "Nothing has been said yet.")],
        };
        app.painter().rows(frame.buffer_mut(), body, &rows);
    }
}

impl AttemptScreen {
    fn tabs(&self, app: &App) -> Row {
        let tab = |row: Row, tab: Tab, word: &str| {
            row.then(if tab == self.tab { StyleRole::Focus } else { StyleRole::Dim }, word)
                .then(StyleRole::Text, "   ")
        };
        let row = tab(Row::new(), Tab::Transcript, "transcript");
        let row = tab(tab(row, Tab::Handoff, "handoff"), Tab::Usage, "usage");
        if self.search.typing == Typing::Yes || !self.search.text.is_empty() {
            let cursor = if self.search.typing == Typing::Yes { "▌" } else { "" };
            let row =
                row.end(StyleRole::Key, "/ ").end(StyleRole::Text, format!("{}{cursor}", self.search.text));
            return row.end(StyleRole::Dim, &self.search.count);
        }
        match app.transcript(self.id) {
            Some(transcript) if !self.scroll.follows() => {
                row.end(StyleRole::Warn, below(&self.scroll, transcript))
            }
            Some(transcript) => row.end(StyleRole::Dim, position(transcript)),
            None => row,
        }
    }

    fn copy(&self, app: &App) -> PopupResult {
        let (width, height) = self.room(app);
        let rows = match (self.tab, app.transcript(self.id)) {
            (Tab::Transcript, Some(transcript)) => self.scroll.visible(transcript, width, height),
            (Tab::Transcript, None) => Vec::new(),
            _ => self.side_rows(app, width),
        };
        PopupResult::effect(Effect::Copy(plain(&rows))).with_words("copied what is seen")
    }
}

fn below(scroll: &ScrollState, transcript: &TranscriptBuffer) -> String {
    match scroll.news(transcript) {
        0 => "not following".to_owned(),
        news => format!("↓ {} below", plural(usize::try_from(news).unwrap_or(usize::MAX), "new item")),
    }
}

fn position(transcript: &TranscriptBuffer) -> String {
    if transcript.older > 0 {
        format!("{} · {} older", plural(transcript.len(), "item"), transcript.older)
    } else {
        plural(transcript.len(), "item")
    }
}

/// Asks before an attempt is stopped.
pub fn stop(app: &App, id: AttemptId) -> PopupResult {
    match app.mission.attempts.get(&id) {
        Some(attempt) if attempt.is_live() => PopupResult::open(Confirm::new(
            format!(
                "Stop {id}, which works at {}? The mission pauses, so that it does not begin again by itself.",
                subject(&app.mission, attempt.work)
            ),
            Command::StopAttempt { attempt: id },
            format!("{id} is stopped"),
        )),
        _ => PopupResult::say(format!("{id} does not run")),
    }
}
