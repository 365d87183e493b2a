//! When the console draws and when it looks at the clock: a key at once, talk a few times a second, and nothing at all
//! while nothing on the screen changes.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::app::App;
use super::msg::Msg;
use super::popup::RefreshRate;
use super::source::SourceEvent;
use crate::link::protocol::Notice;

/// The shortest time between two frames that show what happened.
const FRAME: Duration = Duration::from_millis(16);
/// The shortest time between two frames that only show more of what an agent says.
const TALK_FRAME: Duration = Duration::from_millis(33);
/// How often clocks that show seconds go on.
const SECOND: Duration = Duration::from_secs(1);
/// How often ages go on, which are shown in minutes at the finest.
const MINUTE: Duration = Duration::from_mins(1);
/// How often while something moves, such as a replay.
const BRISK: Duration = Duration::from_millis(100);

/// When the next frame and the next look at the clock are due.
#[derive(Debug)]
pub struct Pacing {
    /// The last frame, and the last that showed talk: the first word after a silence waits for no other frame.
    last: Option<Instant>,
    last_talk: Option<Instant>,
    due: Option<Instant>,
    /// Whether the next frame shows more of what an agent says.
    talks: bool,
    ticked: Instant,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { last: None, last_talk: None, due: None, talks: false, ticked: Instant::now() }
    }
}

impl Pacing {
    /// Something happened that may have to be shown.
    pub fn heard(&mut self, msg: &Msg) {
        let now = Instant::now();
        if matches!(msg, Msg::Tick(_)) {
            self.ticked = now;
        }
        let after = |last: Option<Instant>, apart| last.map_or(now, |last| last + apart);
        let due = match msg {
            // What the person did or asked for is seen at once.
            Msg::Input(_) | Msg::Answer { .. } | Msg::Painted { .. } => now,
            _ if is_talk(msg) => {
                self.talks = true;
                after(self.last_talk, TALK_FRAME)
            }
            _ => after(self.last, FRAME),
        };
        self.due = Some(self.due.map_or(due, |known| known.min(due)));
    }

    /// A frame was drawn, or looked the same.
    pub fn drawn(&mut self) {
        let now = Instant::now();
        if self.talks {
            self.last_talk = Some(now);
        }
        (self.last, self.due, self.talks) = (Some(now), None, false);
    }

    /// Waits until a frame is due; for ever, while nothing has happened since the last one.
    pub async fn frame(&self) {
        match self.due {
            Some(due) => sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    /// Waits until the screen would no longer be true although nothing happened.
    pub async fn tick(&self, app: &App) {
        let tick = self.ticked + pace(app);
        let toast = app.toast.as_ref().map(|toast| Duration::from_millis(toast.until.since(app.clock)));
        sleep_until(toast.map_or(tick, |left| tick.min(Instant::now() + left))).await;
    }
}

/// What comes by the hundred in a second, and may be seen a moment later.
fn is_talk(msg: &Msg) -> bool {
    let Msg::SourceEvent(SourceEvent::Notice(notice)) = msg else { return false };
    matches!(**notice, Notice::Output { .. } | Notice::Activity { .. })
}

/// How often clocks on the screen go on.
fn pace(app: &App) -> Duration {
    match app.pace() {
        RefreshRate::Brisk => BRISK,
        RefreshRate::Calm if app.present.is_none() && app.mission.live_attempts().next().is_some() => SECOND,
        RefreshRate::Calm => MINUTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Timestamp;
    use crate::tui::app::Look;
    use crate::tui::keymap::Keymap;
    use crate::tui::sample::{Moment, sample};
    use crate::tui::theme::{Depth, Theme};
    use crate::view::glyph::Charset;

    fn app(moment: Moment) -> App {
        let styles = Theme::built_in("dark").unwrap().styles(Depth::Full).unwrap();
        let look = Look { theme: "dark".to_owned(), styles, depth: Depth::Full, charset: Charset::Unicode };
        let size = ratatui::layout::Size::new(120, 40);
        let mut app = App::new(size, Timestamp(0), look, Keymap::default());
        app.mission = sample(moment).mission();
        app
    }

    #[test]
    fn the_clock_is_only_looked_at_for_what_is_seen_of_it() {
        assert_eq!(pace(&app(Moment::Flying)), SECOND);
        assert_eq!(pace(&app(Moment::PlanGate)), MINUTE);
        let mut past = app(Moment::Flying);
        past.present = Some(Box::new(past.mission.clone()));
        assert_eq!(pace(&past), MINUTE);
    }

    #[test]
    fn no_frame_is_due_until_something_happens() {
        let mut pacing = Pacing::default();
        assert!(pacing.due.is_none());
        pacing.heard(&Msg::Tick(Timestamp(0)));
        assert!(pacing.due.is_some());
        pacing.drawn();
        assert!(pacing.due.is_none());
    }
}
