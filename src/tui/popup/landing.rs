//! Landing: the mission's branch is merged, once the mission's commands pass on the merged tree.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::around;
use super::{Popup, Turn};
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Errand;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::centred;
use crate::tui::present::row::Row;
use crate::tui::source::SourceError;
use crate::tui::text::{span, wrap};

/// How far the landing is.
#[derive(Debug, Default)]
pub struct LandScreen {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Asking,
    /// Since when the engine merges and tests.
    Landing(Timestamp),
    Refused(String),
    Landed(String),
}

/// Why a mission cannot land now, when it cannot.
pub fn obstacle(mission: &Mission) -> Option<String> {
    if let Some(commit) = &mission.landed {
        return Some(format!("It has landed already, as {}.", commit.short()));
    }
    (!mission.is_go(GateId::Final)).then(|| {
        format!(
            "It cannot land yet: it is {}. GO at the final gate (g) completes it, then it can.",
            mission.status().word()
        )
    })
}

impl LandScreen {
    fn land(&mut self, app: &App) -> Turn {
        if obstacle(&app.mission).is_some() || matches!(self.state, State::Landing(_) | State::Landed(_)) {
            return Turn::stay();
        }
        self.state = State::Landing(app.clock);
        Turn::ask(Call::Land, Errand::Land)
    }

    fn sentence(&self, app: &App) -> (Ink, String) {
        let target = app.mission.founding.as_ref().map_or_else(String::new, |f| f.target.to_string());
        match &self.state {
            State::Landing(since) => (
                Ink::Accent,
                format!(
                    "Merging, and running the mission's commands on the merged tree … {}",
                    span(app.clock.since(*since))
                ),
            ),
            State::Refused(sentence) => (Ink::Bad, sentence.clone()),
            State::Landed(sentence) => (Ink::Good, sentence.clone()),
            State::Asking => match obstacle(&app.mission) {
                Some(sentence) => (Ink::Warn, sentence),
                None => (
                    Ink::Text,
                    format!(
                        "Merge the mission's branch into {target}? The mission's commands run on the merged tree first; \
                         if one fails, or git finds a conflict, nothing is changed."
                    ),
                ),
            },
        }
    }
}

impl Popup for LandScreen {
    fn context(&self) -> Context {
        Context::Landing
    }

    fn area(&self, app: &App) -> Rect {
        centred(app.areas().body, 76, 10)
    }

    fn hints(&self, app: &App) -> Vec<Action> {
        let ready =
            obstacle(&app.mission).is_none() && matches!(self.state, State::Asking | State::Refused(_));
        if ready { vec![Action::Merge, Action::Diff, Action::Back] } else { vec![Action::Back] }
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        match action {
            Action::Merge => self.land(app),
            Action::Open | Action::Land => Turn::stay(),
            _ => Turn::pass(),
        }
    }

    fn answered(&mut self, _app: &App, errand: &Errand, result: &Result<Reply, SourceError>) -> Turn {
        if *errand == Errand::Land {
            match result {
                Ok(Reply::Landed { branch, commit }) => {
                    self.state = State::Landed(format!("It landed on {branch} as {}.", commit.short()));
                }
                Ok(_) => {}
                Err(error) => self.state = State::Refused(error.to_string()),
            }
        }
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(Ink::Strong, "Land the mission"));
        let (ink, sentence) = self.sentence(app);
        let mut rows: Vec<Row> =
            wrap(&sentence, usize::from(inner.width)).iter().map(|line| Row::of(ink, line)).collect();
        if matches!(self.state, State::Landing(_)) {
            rows.push(Row::new());
            rows.push(Row::of(
                Ink::Dim,
                "You may leave this screen; the landing goes on, and its end is told.",
            ));
        }
        app.painter().rows(frame.buffer_mut(), inner, &rows);
    }
}
