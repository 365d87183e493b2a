//! Starting a console on the terminal of this process.

use std::sync::Arc;

use crossterm::event::EventStream;
use ratatui::Terminal;

use super::app::{App, Link, Look, Tone};
use super::appearance::watch;
use super::drafts::Keeping;
use super::event_loop::Console;
use super::options::{ConsoleExit, ConsoleOptions, Launcher, SessionKind, TuiError};
use super::popup::Popup;
use super::popup::choice::Choice;
use super::popup::launcher::{Under, doorstep};
use super::popup::setup::SetupScreen;
use super::recording::Recording;
use super::source::Source;
use super::terminal::Tty;
use super::update::say;

/// Runs the console on the terminal of this process until the person leaves.
///
/// # Errors
/// When there is no terminal, or the theme or the keys cannot be read.
pub async fn run(source: impl Source, options: ConsoleOptions) -> Result<ConsoleExit, TuiError> {
    on_this_terminal(source, options, None).await
}

/// Shows the launcher: a box for the goal, and what a mission would start with; before it the missions that are not
/// over here, when there are several.
///
/// # Errors
/// As [`run`].
pub async fn launch(launcher: Launcher, options: ConsoleOptions) -> Result<ConsoleExit, TuiError> {
    let first = move |app: &App| first_screen(app, launcher);
    on_this_terminal(Recording::default(), options, Some(Box::new(first))).await
}

/// Shows what there is to fly with, and leaves when one was kept or the person has seen it.
///
/// # Errors
/// As [`run`].
pub async fn set_up(options: ConsoleOptions) -> Result<ConsoleExit, TuiError> {
    let first = |_: &App| -> Box<dyn Popup> { Box::new(SetupScreen::alone()) };
    on_this_terminal(Recording::default(), options, Some(Box::new(first))).await
}

/// The first screen when no mission was named.
pub fn first_screen(app: &App, launcher: Launcher) -> Box<dyn Popup> {
    if launcher.alive.len() > 1 {
        Box::new(Choice::new(launcher))
    } else {
        doorstep(app, launcher, Under::Nothing)
    }
}

/// The screen that a console begins with.
type FirstScreen = Box<dyn FnOnce(&App) -> Box<dyn Popup> + Send>;

async fn on_this_terminal(
    source: impl Source,
    options: ConsoleOptions,
    first: Option<FirstScreen>,
) -> Result<ConsoleExit, TuiError> {
    let appearance = options.appearance;
    let (theme, styles, keymap) = (appearance.theme.clone(), appearance.styles, appearance.keymap.clone());
    let look = Look { theme, styles, depth: options.depth, charset: options.charset };
    let tty = Tty::take(options.canvas)?;
    let mut terminal = Terminal::new(tty.backend())?;
    let size = terminal.size()?;
    let mut app = App::new(size, options.host.now(), look, keymap);
    app.drafts = options.drafts;
    app.canvas = options.canvas;
    if let Keeping::Failed(why) = &app.drafts.keeping {
        let sentence = format!("what you began is not kept: {why}");
        say(&mut app, Tone::Trouble, sentence);
    }
    if let Some(first) = first {
        app.push(first(&app));
    }
    if options.session == SessionKind::Recorded {
        app.link = Link::Recorded;
    }
    let mut console = Console::new(app, Arc::new(source), options.host);
    watch(console.sender(), options.appearance_source, appearance);
    console.run(&mut terminal, EventStream::new(), tty).await
}
