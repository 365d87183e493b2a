//! Plays a recording of a terminal.

use crate::domain::id::Timestamp;
use crate::tui::action::Action;
use crate::tui::app::{App, Link};
use crate::tui::popup::Section;
use crate::view::evidence::{Playback, Shown};
use crate::view::row::Row;

/// How many times faster than it was.
const SPEEDS: [u64; 5] = [1, 2, 4, 8, 16];
/// Milliseconds that a page goes back or on.
const LEAP: i64 = 5_000;
/// Milliseconds between two looks at the clock while it plays; where the clock stands they are what goes by.
const LOOK: u64 = 100;

/// A recording, at its last screen until somebody plays it.
#[derive(Debug)]
pub struct Player {
    playback: Playback,
    speed: usize,
    /// The clock when it was last looked at, while it plays.
    playing: Option<Timestamp>,
}

impl Player {
    /// A recording, at its last screen.
    ///
    /// # Errors
    /// Why it is none.
    pub fn of(content: &str) -> Result<Self, String> {
        Ok(Self { playback: Playback::of(content)?, speed: 0, playing: None })
    }

    /// Whether it plays.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// Plays as far as the time that went by allows.
    pub fn go_on(&mut self, app: &App) {
        let Some(since) = self.playing else { return };
        let passed = match app.clock.since(since) {
            0 if app.link == Link::Recorded => LOOK,
            passed => passed,
        };
        let speed = SPEEDS.get(self.speed).copied().unwrap_or(1);
        self.playback.play(passed.saturating_mul(speed));
        self.playing = Some(app.clock).filter(|_| !self.playback.is_over());
    }

    /// Does an action; whether it is one of a player.
    pub fn act(&mut self, app: &App, action: Action) -> bool {
        match action {
            Action::Play if self.playing.take().is_some() => {}
            Action::Play => {
                if self.playback.is_over() || self.playback.is_at_opening() {
                    self.playback.seek(0);
                }
                self.playing = Some(app.clock);
            }
            Action::Faster => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            Action::Slower => self.speed = self.speed.saturating_sub(1),
            _ => return self.moved(action),
        }
        true
    }

    /// Goes somewhere else; it stands still there.
    fn moved(&mut self, action: Action) -> bool {
        match action {
            Action::Left => self.playback.step(false),
            Action::Right => self.playback.step(true),
            Action::PageUp => self.playback.jump(-LEAP),
            Action::PageDown => self.playback.jump(LEAP),
            Action::Top => self.playback.seek(0),
            Action::Bottom => self.playback.seek(u64::MAX),
            _ => return false,
        }
        self.playing = None;
        true
    }

    /// How far it is, and the screen as it was then.
    pub fn sections(&self, width: usize) -> Vec<Section> {
        let speed = SPEEDS.get(self.speed).copied().unwrap_or(1);
        let state = match self.playing {
            Some(_) => format!("▶ ×{speed}"),
            None if self.playback.is_over() => "■ end".to_owned(),
            None if self.playback.is_at_opening() => "■ last screen".to_owned(),
            None => "‖ paused".to_owned(),
        };
        let head = vec![self.playback.progress(&state, width), Row::new()];
        let rest: Vec<Row> = self.playback.rest().into_iter().collect();
        vec![head.into(), Shown::Screen(self.playback.lines()).into(), rest.into()]
    }
}
