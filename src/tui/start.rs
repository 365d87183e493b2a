//! Starting a console on the terminal of this process.

use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::EventStream;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc::Sender;

use super::app::{App, Look, Start};
use super::event_loop::Deck;
use super::keymap::Keymap;
use super::msg::Msg;
use super::options::{ConsoleExit, ConsoleOptions, Launcher, ThemeChoice, TuiError};
use super::popup::Popup;
use super::popup::launcher::LauncherScreen;
use super::recording::Recording;
use super::source::Source;
use super::terminal::{Guard, Tty};
use super::theme::{Depth, Theme};

/// How often a theme's file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Room for a frame that is drawn whole, with all its colours.
const FRAME_BYTES: usize = 32 * 1024;

/// Runs the console on the terminal of this process until the person leaves.
///
/// # Errors
/// When there is no terminal, or the theme or the keys cannot be read.
pub async fn run(source: impl Source, options: ConsoleOptions) -> Result<ConsoleExit, TuiError> {
    on_this_terminal(source, options, Vec::new()).await
}

/// Shows the launcher: a box for the goal, and what a mission would start with.
///
/// # Errors
/// As [`run`].
pub async fn launch(launcher: Launcher, options: ConsoleOptions) -> Result<ConsoleExit, TuiError> {
    on_this_terminal(Recording::default(), options, vec![Box::new(LauncherScreen::new(launcher))]).await
}

async fn on_this_terminal(
    source: impl Source,
    options: ConsoleOptions,
    screens: Vec<Box<dyn Popup>>,
) -> Result<ConsoleExit, TuiError> {
    let look = look(&options)?;
    let keymap = Keymap::with(&options.keys)?;
    let guard = Guard::take(options.mouse)?;
    // A frame leaves as one write; standard output alone would send it a kilobyte at a time.
    let out = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
    let mut terminal = Terminal::new(CrosstermBackend::new(out))?;
    let size = terminal.size()?;
    let (mouse, notifications) = (options.mouse, options.notifications);
    let mut app = App::new(Start { size, now: options.host.now(), look, keymap, mouse, notifications });
    app.screens = screens;
    let mut deck = Deck::new(app, Arc::new(source), options.host);
    if let ThemeChoice::File(path) = options.theme {
        watch_theme(deck.sender(), path, options.depth);
    }
    deck.fly(&mut terminal, EventStream::new(), Tty::new(guard)).await
}

fn look(options: &ConsoleOptions) -> Result<Look, TuiError> {
    let (name, theme) = match &options.theme {
        ThemeChoice::BuiltIn(name) => (name.clone(), Theme::built_in(name)?),
        ThemeChoice::File(path) => {
            let theme = Theme::parse(&std::fs::read_to_string(path)?)?;
            (theme.name.clone(), theme)
        }
    };
    Ok(Look { theme: name, styles: theme.styles(options.depth)?, charset: options.charset })
}

/// Reads a theme's file again whenever it has changed.
fn watch_theme(sender: Sender<Msg>, path: PathBuf, depth: Depth) {
    tokio::spawn(async move {
        let mut known = tokio::fs::read_to_string(&path).await.unwrap_or_default();
        loop {
            tokio::time::sleep(LOOK).await;
            let Ok(text) = tokio::fs::read_to_string(&path).await else { continue };
            if text == known {
                continue;
            }
            let styles = Theme::parse(&text).and_then(|theme| theme.styles(depth));
            let read = styles.map(Box::new).map_err(|error| format!("{}: {error}", path.display()));
            known = text;
            if sender.send(Msg::ThemeRead(read)).await.is_err() {
                return;
            }
        }
    });
}
