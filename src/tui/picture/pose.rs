//! The console, posed: a scene of the sample mission, a size, and the keys that lead to the screen that is wanted.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use futures::Stream;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use crate::domain::attempt::Role;
use crate::domain::budget::Budget;
use crate::domain::id::Timestamp;
use crate::domain::mission::MissionCard;
use crate::tui::app::{App, Look, Start};
use crate::tui::event_loop::Console;
use crate::tui::host::{Host, Told};
use crate::tui::key::{Chord, ChordError};
use crate::tui::keymap::Keymap;
use crate::tui::options::{Launcher, Mouse, Notifications, TuiError};
use crate::tui::popup::launcher::LauncherScreen;
use crate::tui::recording::Recording;
use crate::tui::sample::{Moment, sample};
use crate::tui::terminal::Outside;

/// How often the loop goes round between two keys once every call is answered, so that the answers are taken in.
const ROUNDS: u32 = 12;

/// Where the console is when the keys begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// No mission yet: the box for a goal.
    Launcher,
    PlanGate,
    Flying,
    MilestoneGate,
}

/// Everything a picture depends on.
#[derive(Debug)]
pub struct Screenshot {
    pub scene: Scene,
    pub size: Size,
    pub look: Look,
    pub keys: Vec<Input>,
}

/// Keys and typed text: each is given when everything that the one before asked for is answered.
#[derive(Debug)]
pub struct Script {
    inputs: std::vec::IntoIter<Input>,
    calls: Weak<()>,
    rounds: u32,
}

impl Script {
    /// Inputs as they would come from a terminal, for a deck whose [`Console::calls`] these are.
    pub fn of(inputs: Vec<Input>, calls: Weak<()>) -> Self {
        Self { inputs: inputs.into_iter(), calls, rounds: 0 }
    }
}

/// Keys in words, and text to type in quotes: `3 e 'hello there' ctrl+s`.
///
/// # Errors
/// The first word that is not a key.
pub fn inputs(keys: &str) -> Result<Vec<Input>, ChordError> {
    let mut inputs = Vec::new();
    for (index, part) in keys.split('\'').enumerate() {
        if index % 2 == 1 {
            let typed = part.chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            inputs.extend(typed.map(Input::Key));
        } else {
            for word in part.split_whitespace() {
                inputs.push(Input::Key(word.parse::<Chord>()?.event()));
            }
        }
    }
    Ok(inputs)
}

impl Stream for Script {
    type Item = io::Result<Input>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let answered = self.calls.strong_count() <= 1;
        if !answered || self.rounds < ROUNDS {
            self.rounds = if answered { self.rounds + 1 } else { 0 };
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.rounds = 0;
        Poll::Ready(self.inputs.next().map(Ok))
    }
}

/// Draws the last frame of a pose.
///
/// # Errors
/// When the console fails, which a pose gives it no reason for.
pub async fn photograph(pose: Screenshot) -> Result<Buffer, TuiError> {
    let (recording, launcher) = match pose.scene {
        Scene::Launcher => (Recording::default(), Some(desk())),
        Scene::PlanGate => (sample(Moment::PlanGate), None),
        Scene::Flying => (sample(Moment::Flying), None),
        Scene::MilestoneGate => (sample(Moment::MilestoneGate), None),
    };
    let now = recording.mission().updated;
    let mut app = App::new(Start {
        size: pose.size,
        now,
        look: pose.look,
        keymap: Keymap::default(),
        mouse: Mouse::LeftAlone,
        notifications: Notifications::Off,
    });
    if let Some(launcher) = launcher {
        let launcher = Box::new(LauncherScreen::new(&app, launcher));
        app.push(launcher);
    }
    let mut terminal =
        Terminal::new(TestBackend::new(pose.size.width, pose.size.height)).map_err(io::Error::other)?;
    let mut deck = Console::new(app, Arc::new(recording), Arc::new(Studio { now }));
    let script = Script::of(pose.keys, deck.calls());
    deck.fly(&mut terminal, script, Nowhere).await?;
    Ok(terminal.backend().buffer().clone())
}

/// The launcher of a repository that somebody might have.
fn desk() -> Launcher {
    let origin = "ANTHROPIC_API_KEY is set";
    let models = [
        (Role::Orchestrator, "anthropic/claude-opus"),
        (Role::Worker, "anthropic/claude-sonnet"),
        (Role::Scrutiny, "anthropic/claude-opus"),
        (Role::UserTesting, "anthropic/claude-sonnet"),
    ];
    Launcher {
        repository: "/home/ada/src/guestbook".to_owned(),
        branch: "main".to_owned(),
        models: models.map(|(role, model)| (role, model.to_owned(), origin.to_owned())).into_iter().collect(),
        budget: Budget::default(),
        alive: Vec::new(),
        obstacle: None,
    }
}

/// A machine where the clock stands still and nothing else happens.
struct Studio {
    now: Timestamp,
}

#[async_trait::async_trait]
impl Host for Studio {
    fn now(&self) -> Timestamp {
        self.now
    }

    async fn edit(&self, text: String, _name: String) -> Result<String, String> {
        Ok(text)
    }

    async fn open(&self, _name: String, _content: Vec<u8>) -> Result<(), String> {
        Err("nothing is opened for a picture".to_owned())
    }

    async fn notify(&self, _sentence: String) -> Told {
        Told::ByCommand
    }

    async fn missions(&self) -> Vec<MissionCard> {
        let mission = sample(Moment::Flying).mission();
        let card = MissionCard::of(&mission).map(|card| MissionCard {
            repository: "/home/ada/src/guestbook".to_owned(),
            waits_for: "Q2 asks".to_owned(),
            ..card
        });
        card.into_iter().collect()
    }
}

/// A terminal that is told nothing beside its frames.
struct Nowhere;

impl Outside for Nowhere {
    fn begin_frame(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn end_frame(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }
    fn announce(&mut self, _title: &str, _percent: u8) -> io::Result<()> {
        Ok(())
    }
    fn notify(&mut self, _sentence: &str) -> io::Result<()> {
        Ok(())
    }
    fn hand_over(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn take_back(&mut self) -> io::Result<()> {
        Ok(())
    }
}
