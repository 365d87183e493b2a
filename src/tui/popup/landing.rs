//! Landing: the mission's branch is merged, once the mission's commands pass on the merged tree.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::around;
use super::{Popup, PopupResult};
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::centred;
use crate::tui::source::SourceError;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{span, wrap};

/// How far the landing is.
#[derive(Debug, Default)]
pub struct LandScreen {
    state: LandingState,
}

#[derive(Debug, Default)]
enum LandingState {
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
    fn land(&mut self, app: &App) -> PopupResult {
        if obstacle(&app.mission).is_some()
            || matches!(self.state, LandingState::Landing(_) | LandingState::Landed(_))
        {
            return PopupResult::stay();
        }
        self.state = LandingState::Landing(app.clock);
        PopupResult::ask(Call::Land)
    }

    fn sentence(&self, app: &App) -> (StyleRole, String) {
        let target = app.mission.founding.as_ref().map_or_else(String::new, |f| f.target.to_string());
        match &self.state {
            LandingState::Landing(since) => (
                StyleRole::Accent,
                format!(
                    "Merging, and running the mission's commands on the merged tree … {}",
                    span(app.clock.since(*since))
                ),
            ),
            LandingState::Refused(sentence) => (StyleRole::Bad, sentence.clone()),
            LandingState::Landed(sentence) => (StyleRole::Good, sentence.clone()),
            LandingState::Asking => match obstacle(&app.mission) {
                Some(sentence) => (StyleRole::Warn, sentence),
                None => (
                    StyleRole::Text,
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
        let ready = obstacle(&app.mission).is_none()
            && matches!(self.state, LandingState::Asking | LandingState::Refused(_));
        if ready { vec![Action::Merge, Action::Diff, Action::Back] } else { vec![Action::Back] }
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::Merge => self.land(app),
            Action::Open | Action::Land => PopupResult::stay(),
            _ => PopupResult::pass(),
        }
    }

    fn answered(&mut self, _app: &App, _call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        match result {
            Ok(Reply::Landed { branch, commit }) => {
                self.state = LandingState::Landed(format!("It landed on {branch} as {}.", commit.short()));
            }
            Ok(_) => {}
            Err(error) => self.state = LandingState::Refused(error.to_string()),
        }
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(StyleRole::Strong, "Land the mission"));
        let (style, sentence) = self.sentence(app);
        let mut rows: Vec<Row> =
            wrap(&sentence, usize::from(inner.width)).iter().map(|line| Row::of(style, line)).collect();
        if matches!(self.state, LandingState::Landing(_)) {
            rows.push(Row::new());
            rows.push(Row::of(
                StyleRole::Dim,
                "You may leave this screen; the landing goes on, and its end is told.",
            ));
        }
        app.painter().rows(frame.buffer_mut(), inner, &rows);
    }
}
