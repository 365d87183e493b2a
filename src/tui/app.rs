//! Everything the console knows. It is a projection of the mission, and what the person does to the screen.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use crate::domain::activity::Activity;
use crate::domain::gate::GateId;
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::mission::{Mission, MissionCard};
use crate::view::header;

use super::drafts::Drafts;
use super::focus::Pane;
use super::keymap::{Context, Keymap};
use super::layout::{Areas, LayoutInput, areas};
use super::list::List;
use super::picture::{Canvas, Pictures};
use super::popup::{Place, Popup, RefreshRate};
use super::scroll::ScrollState;
use super::styles::Styles;
use super::theme::Depth;
use super::ticket::{ScreenId, Tickets};
use super::transcript_buffer::TranscriptBuffer;
use super::widget::painter::Painter;
use crate::view::contract;
use crate::view::glyph::Charset;
use crate::view::plan::{self, Toggled};

/// The console's state. It is drawn by shared reference; only `update` changes it.
#[derive(Debug, Default)]
pub struct App {
    pub mission: Mission,
    /// The mission as it is, while `mission` shows how it was.
    pub present: Option<Box<Mission>>,
    pub link: Link,
    /// What runs now, as the engine last reported.
    pub live: Vec<Activity>,
    pub transcripts: BTreeMap<AttemptId, TranscriptBuffer>,
    /// The transcript as it was at the time that is shown, while the past is shown.
    pub then: Option<(AttemptId, TranscriptBuffer)>,
    /// The page that was asked for last to show the past, so that it is asked for once.
    pub asked_past: Option<(AttemptId, u64)>,
    /// The time that is shown: the clock's, or that of the past that is shown.
    pub now: Timestamp,
    pub clock: Timestamp,
    pub size: Size,
    pub focus: Pane,
    /// Whether the pane with the keys is alone on the screen.
    pub zoomed: bool,
    /// Where one is in each pane, by its number; the worker pane scrolls instead.
    pub lists: [List; Pane::ALL.len()],
    pub toggled: Toggled,
    /// The attempt that the worker pane is held at; `None` follows the newest.
    pub held: Option<AttemptId>,
    pub scroll: ScrollState,
    /// The screens over the main one; the last is uppermost.
    pub screens: Vec<Screen>,
    /// What was asked and not answered yet.
    pub tickets: Tickets,
    pub toast: Option<Toast>,
    pub look: Look,
    /// How the terminal takes pictures, and those that are ready.
    pub canvas: Canvas,
    pub pictures: Pictures,
    /// The styles of the theme that the settings name.
    pub configured: Styles,
    pub keymap: Keymap,
    /// Whether the person looks at another window.
    pub looks_elsewhere: bool,
    pub missions: Vec<MissionCard>,
    /// Texts that were begun and left, by what they are about.
    pub drafts: Drafts,
    /// The contract from the editor, left before everything in it was sent.
    pub stash: Option<Screen>,
    /// Gates that were decided here and are still open as far as is known, with the words of the decision.
    pub pending_decisions: BTreeMap<GateId, String>,
    /// What the engine warned of, oldest first; the attention screen shows it again.
    pub warnings: Vec<Warning>,
    /// What the person was last notified of, so that nothing is said twice.
    pub notified: Vec<String>,
}

/// A screen on the stack.
#[derive(Debug)]
pub struct Screen {
    pub id: ScreenId,
    pub popup: Box<dyn Popup>,
    pub at: Place,
}

impl Screen {
    /// A screen at its beginning.
    pub fn new(id: ScreenId, popup: Box<dyn Popup>) -> Self {
        Self { id, popup, at: Place::default() }
    }
}

/// How it looks.
#[derive(Debug, Clone, Default)]
pub struct Look {
    pub theme: String,
    pub styles: Styles,
    pub depth: Depth,
    pub charset: Charset,
}

/// Whether the mission is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Link {
    /// Nothing has come from the source yet.
    #[default]
    Attaching,
    Attached,
    /// It was reached once; the source tries again.
    Lost {
        sentence: String,
    },
    /// A mission that is over is looked at from its record.
    Recorded,
}

/// A sentence at the foot of the screen, until a key is pressed or it is old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub sentence: String,
    pub tone: Tone,
    pub until: Timestamp,
}

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Done,
    Trouble,
    /// The engine said it of its own accord: a key that is pressed for something else does not wipe it away.
    Warning,
}

/// A sentence of the engine about itself or about a file that it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub at: Timestamp,
    pub sentence: String,
}

impl App {
    /// A console to which nothing has come yet.
    pub fn new(size: Size, now: Timestamp, look: Look, keymap: Keymap) -> Self {
        Self { now, clock: now, size, configured: look.styles, look, keymap, ..Self::default() }
    }

    /// What is selected in a pane, and the first row that is seen of it.
    pub fn list(&self, pane: Pane) -> List {
        self.lists[pane.index()]
    }

    /// Puts a screen on the stack before anything has happened.
    pub fn push(&mut self, popup: Box<dyn Popup>) {
        self.screens.push(Screen::new(self.tickets.screen(), popup));
    }

    /// Wipes the sentence at the foot, when it was only for the moment.
    pub fn wipe_toast(&mut self) {
        self.toast = self.toast.take().filter(|toast| toast.tone == Tone::Warning);
    }

    /// Where everything stands.
    pub fn areas(&self) -> Areas {
        let input = LayoutInput {
            focus: self.focus,
            zoomed: self.zoomed,
            call: self.present.is_none() && header::call(&self.mission, self.now).is_some(),
            plan: plan::targets(&self.mission, &self.toggled).len(),
            contract: contract::targets(&self.mission).len(),
        };
        areas(self.size, input)
    }

    /// Draws on a frame in the theme.
    pub fn painter<'a>(&'a self, buf: &'a mut Buffer) -> Painter<'a> {
        let (styles, charset) = (&self.look.styles, self.look.charset);
        Painter { styles, charset, buf, cursor: None, pictures: Vec::new() }
    }

    /// The places whose keys hold now, nearest first.
    pub fn places(&self) -> Vec<Context> {
        let context =
            self.screens.last().map_or(Context::Main, |screen| screen.popup.info(self, &screen.at).context);
        if context.is_typed_in() { vec![context] } else { vec![context, Context::Move, Context::Global] }
    }

    /// Whether keys of that place are about a mission that is over, in which nothing can be changed any more.
    pub fn is_over_in(&self, context: Context) -> bool {
        self.mission.end.is_some() && context.is_of_the_mission()
    }

    /// The attempt that the worker pane shows: the one held, else the newest that runs, else the last that ran.
    pub fn watched(&self) -> Option<AttemptId> {
        let held = self.held.filter(|id| self.mission.attempts.contains_key(id));
        let working = || self.mission.live_attempts().map(|a| a.id).last();
        held.or_else(working).or_else(|| self.mission.attempts.keys().next_back().copied())
    }

    /// The transcript of an attempt.
    pub fn transcript(&self, attempt: AttemptId) -> Option<&TranscriptBuffer> {
        self.transcripts.get(&attempt)
    }

    /// The transcript that the worker pane shows of an attempt: what is here, or what had been said by the time shown.
    pub fn shown_transcript(&self, attempt: AttemptId) -> Option<&TranscriptBuffer> {
        match (&self.present, &self.then) {
            (None, _) => self.transcript(attempt),
            (Some(_), Some((known, transcript))) if *known == attempt => Some(transcript),
            (Some(_), _) => None,
        }
    }

    /// How often the screens want to be refreshed.
    pub fn pace(&self) -> RefreshRate {
        self.screens.iter().map(|screen| screen.popup.pace()).max().unwrap_or_default()
    }

    /// What the engine said last about an attempt; nothing of it is known of the past.
    pub fn activity(&self, attempt: AttemptId) -> Option<&Activity> {
        let live = if self.present.is_some() { &[][..] } else { &self.live };
        live.iter().find(|activity| activity.attempt == Some(attempt))
    }
}
