//! The console on a scene of the sample mission: a size, and the keys that lead to the screen that is wanted.

use std::io;
use std::sync::Arc;

use clap::ValueEnum;
use crossterm::event::Event as Input;
use flightdeck::domain::attempt::Role;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::mission::MissionCard;
use flightdeck::tui::app::{App, Look};
use flightdeck::tui::event_loop::Console;
use flightdeck::tui::host::Host;
use flightdeck::tui::keymap::Keymap;
use flightdeck::tui::options::{Launcher, TuiError};
use flightdeck::tui::popup::launcher::{LauncherScreen, Under};
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::terminal::Outside;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::Modifier;

use super::keys::Script;

/// Where the console is when the keys begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scene {
    /// No mission yet: the box for a goal.
    Launcher,
    #[value(name = "plan")]
    PlanGate,
    Flying,
    #[value(name = "gate")]
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

/// Draws the last frame of a screen.
///
/// # Errors
/// When the console fails, which a recording gives it no reason for.
pub async fn photograph(shot: Screenshot) -> Result<Buffer, TuiError> {
    let (recording, start) = match shot.scene {
        Scene::Launcher => (Recording::default(), Some(launcher())),
        Scene::PlanGate => (sample(Moment::PlanGate), None),
        Scene::Flying => (sample(Moment::Flying), None),
        Scene::MilestoneGate => (sample(Moment::MilestoneGate), None),
    };
    let now = recording.mission().updated;
    let mut app = App::new(shot.size, now, shot.look, Keymap::default());
    if let Some(start) = start {
        let start = Box::new(LauncherScreen::new(&app, start, Under::Nothing));
        app.push(start);
    }
    let mut terminal =
        Terminal::new(TestBackend::new(shot.size.width, shot.size.height)).map_err(io::Error::other)?;
    let mut console = Console::new(app, Arc::new(recording), Arc::new(Studio { now }));
    let script = Script::of(shot.keys, console.calls());
    console.run(&mut terminal, script, Nowhere).await?;
    let mut frame = terminal.backend().buffer().clone();
    // A terminal draws its cursor over the frame.
    let cursor = terminal.backend().cursor_visible().then(|| terminal.backend().cursor_position());
    if let Some(cell) = cursor.and_then(|cursor| frame.cell_mut(cursor)) {
        cell.modifier.insert(Modifier::REVERSED);
    }
    Ok(frame)
}

/// The launcher of a repository that somebody might have.
fn launcher() -> Launcher {
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
        unlanded: Vec::new(),
        obstacle: None,
        no_mind: None,
        unpriced: None,
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

    async fn notify(&self, _sentence: String) -> bool {
        true
    }

    async fn missions(&self) -> Vec<MissionCard> {
        let mission = sample(Moment::Flying).mission();
        let card = MissionCard::of(&mission).map(|card| MissionCard {
            repository: "/home/ada/src/guestbook".to_owned(),
            waits_for: "Q3 asks".to_owned(),
            ..card
        });
        card.into_iter().collect()
    }
}

/// A terminal that shows nothing but frames.
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
