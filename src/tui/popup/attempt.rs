//! One attempt, live or past: its whole transcript, its handoff, what it used.

use super::confirm::Confirm;
use super::diff::DiffScreen;
use super::prelude::*;
use super::talk::Talk;
use super::writing::Query;
use crate::domain::diff::DiffScope;
use crate::domain::id::AttemptId;
use crate::link::protocol::Before;
use crate::tui::scroll::ScrollState;
use crate::tui::transcript_buffer::TranscriptBuffer;
use crate::view::attempt;
use crate::view::block::{Block, BlockBody};
use crate::view::row::plain;
use crate::view::text::plural;
use crate::view::work::{attempt_state, subject};

/// What is looked at of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Transcript,
    Handoff,
    Usage,
}

/// What is looked for, and how far that is.
#[derive(Debug, Default)]
struct Search {
    query: Query,
    /// Which of how many places is shown, once there is one.
    count: String,
    /// The block that was found last.
    found: Option<usize>,
}

/// The screen of an attempt.
#[derive(Debug)]
pub struct AttemptScreen {
    id: AttemptId,
    tab: Tab,
    scroll: ScrollState,
    search: Search,
    /// Whether what is looked for is still being typed.
    searching: bool,
}

/// The tabs, in their order.
const TABS: [(Tab, &str); 3] =
    [(Tab::Transcript, "transcript"), (Tab::Handoff, "handoff"), (Tab::Usage, "usage")];

impl AttemptScreen {
    /// The screen of an attempt.
    pub fn new(id: AttemptId) -> Self {
        let (scroll, search) = (ScrollState::default(), Search::default());
        Self { id, tab: Tab::Transcript, scroll, search, searching: false }
    }

    fn title(&self, app: &App) -> Row {
        let Some(known) = app.mission.attempts.get(&self.id) else { return Row::new() };
        let ((sign, style), waits) = attempt_state(&app.mission, known);
        let waits = waits.map_or_else(String::new, |waits| format!("{waits}  "));
        Row::new()
            .sign(style, sign)
            .then(StyleRole::Strong, format!("{} {}", known.role, self.id))
            .then(StyleRole::Text, format!(" · {}", subject(&app.mission, known.work)))
            .end(StyleRole::Warn, waits)
            .end(StyleRole::Dim, known.model.as_str())
    }

    /// Cells and lines that the transcript has.
    fn room(&self, app: &App) -> (usize, usize) {
        let inner = self.parts(app, inside(app.areas().body)).detail;
        (usize::from(inner.width), usize::from(inner.height))
    }

    fn page(&self, before: Before) -> PopupResult {
        PopupResult::ask(Call::Transcript { attempt: self.id, before, limit: crate::tui::update::PAGE })
    }

    fn turn_tab(&mut self, at: &mut Place, by: usize) {
        let now = TABS.iter().position(|(tab, _)| *tab == self.tab).unwrap_or(0);
        (self.tab, at.top) = (TABS.get((now + by) % TABS.len()).map_or(self.tab, |(tab, _)| *tab), 0);
    }

    /// Moves in the transcript, and asks for older pages when its beginning comes into sight.
    fn step(&mut self, app: &App, step: SelectionStep) -> PopupResult {
        let room = self.room(app);
        let older = app.transcript(self.id).and_then(|transcript| self.scroll.step(transcript, step, room));
        older.map_or_else(PopupResult::stay, |before| self.page(before))
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
        let wanted = self.search.query.text().to_lowercase();
        if wanted.is_empty() {
            return PopupResult::stay();
        }
        let has = |place: &usize| {
            transcript.get(*place).is_some_and(|block| text_of(block).to_lowercase().contains(&wanted))
        };
        let hits: Vec<usize> = (0..transcript.len()).filter(has).collect();
        let next = match (self.search.found, backwards) {
            (Some(now), true) => hits.iter().rposition(|hit| *hit < now),
            (Some(now), false) => hits.iter().position(|hit| *hit > now),
            (None, _) => None,
        };
        let next = next.unwrap_or(if backwards { hits.len().saturating_sub(1) } else { 0 });
        let Some(place) = hits.get(next).copied() else {
            return PopupResult::say(format!("“{}” is not in what is loaded", self.search.query.text()));
        };
        self.search.found = Some(place);
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
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        if self.searching {
            let info = ScreenInfo::new(app, Context::Palette, self.title(app));
            return info.hints([Action::Open, Action::Back]);
        }
        ScreenInfo::new(app, Context::Attempt, self.title(app))
            .hints([Action::NextTab, Action::Follow, Action::Search, Action::Fold, Action::Diff])
            .hints([Action::Copy, Action::Stop, Action::Help, Action::Back])
            .calling(Action::NextTab, "handoff, usage")
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        self.searching.then_some(&mut self.search.query)
    }

    fn opened(&mut self, app: &App, _at: &mut Place) -> PopupResult {
        if app.transcript(self.id).is_some_and(|transcript| transcript.asked) {
            PopupResult::stay()
        } else {
            self.page(Before::End)
        }
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Open | Action::Back if self.searching => {
                self.searching = false;
                return if action == Action::Open { self.find(app, false) } else { PopupResult::stay() };
            }
            Action::NextTab | Action::Right => self.turn_tab(at, 1),
            Action::PreviousTab | Action::Left => self.turn_tab(at, TABS.len() - 1),
            Action::Fold => self.scroll.toggle_fold(),
            Action::Follow => {
                let (width, _) = self.room(app);
                if let Some(transcript) = app.transcript(self.id) {
                    self.scroll.toggle_follow(transcript, width);
                }
            }
            Action::Search => {
                self.tab = Tab::Transcript;
                (self.search, self.searching) = (Search::default(), true);
            }
            Action::NextMatch => return self.find(app, false),
            Action::PreviousMatch => return self.find(app, true),
            Action::Diff => return PopupResult::open(DiffScreen::new(DiffScope::Attempt(self.id))),
            Action::Stop => return stop(app, self.id),
            Action::Talk if Talk::hears(app, self.id) => {
                return PopupResult::open(Talk::to_attempt(app, self.id));
            }
            Action::Copy => return self.copy(app),
            Action::Open => {}
            _ => match SelectionStep::of(action) {
                Some(step) if self.tab == Tab::Transcript => return self.step(app, step),
                _ => return PopupResult::pass(),
            },
        }
        PopupResult::stay()
    }

    fn head(&self, app: &App) -> Vec<Row> {
        vec![if self.searching { Row::new() } else { self.tabs(app) }]
    }

    /// While one types what to look for, that stands where the tabs are.
    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        super::base::draw(self, app, at, painter, info);
        if self.searching {
            let head = self.parts(app, inside(info.area)).head;
            self.search.query.draw(painter, Rect { height: 1.min(head.height), ..head }, "/ ");
        }
    }

    /// Of the transcript only the lines that are seen.
    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let transcript = app.transcript(self.id).filter(|transcript| !transcript.is_empty());
        let rows = match (self.tab, transcript) {
            (Tab::Handoff | Tab::Usage, _) => self.side_rows(app, width),
            (Tab::Transcript, Some(transcript)) => self.scroll.visible(transcript, width, self.room(app).1),
            (Tab::Transcript, None) => vec![Row::of(StyleRole::Dim, "Nothing has been said yet.")],
        };
        vec![rows.into()]
    }
}

impl AttemptScreen {
    fn tabs(&self, app: &App) -> Row {
        let row = TABS.into_iter().fold(Row::new(), |row, (tab, word)| {
            let style = if tab == self.tab { StyleRole::Focus } else { StyleRole::Dim };
            row.then(style, word).then(StyleRole::Text, "   ")
        });
        let query = self.search.query.text();
        if !query.is_empty() {
            let row = row.end(StyleRole::Key, "/ ").end(StyleRole::Text, query);
            return row.end(StyleRole::Dim, &self.search.count);
        }
        let Some(transcript) = app.transcript(self.id) else { return row };
        match self.scroll.news(transcript) {
            Some(news) => row.end(StyleRole::Warn, news),
            None => row.end(StyleRole::Dim, position(transcript)),
        }
    }

    fn copy(&self, app: &App) -> PopupResult {
        let (width, height) = self.room(app);
        let rows = match (self.tab, app.transcript(self.id)) {
            (Tab::Transcript, Some(transcript)) => self.scroll.visible(transcript, width, height),
            (Tab::Transcript, None) => Vec::new(),
            _ => self.side_rows(app, width),
        };
        PopupResult { effects: vec![Effect::Copy(plain(&rows))], ..PopupResult::say("copied what is seen") }
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
        Some(attempt) if attempt.is_live() => PopupResult::open(
            Confirm::asking(
                format!("Stop {id}?"),
                format!(
                    "It works at {}. The mission pauses, so that it does not begin again by itself.",
                    subject(&app.mission, attempt.work)
                ),
                "stop it",
            )
            .sends(Command::StopAttempt { attempt: id }, format!("{id} is stopped")),
        ),
        _ => PopupResult::say(format!("{id} does not run")),
    }
}
