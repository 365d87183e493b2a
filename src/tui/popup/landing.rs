//! Landing: the mission's branch is merged, once the mission's commands pass on the merged tree.

use super::prelude::*;
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::view::text::span;

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
    /// Whether the branch can be merged now.
    fn is_ready(&self, app: &App) -> bool {
        let waits = matches!(self.state, LandingState::Asking | LandingState::Refused(_));
        waits && obstacle(&app.mission).is_none()
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

impl LandScreen {
    fn words(&self, app: &App, width: usize) -> Vec<Row> {
        let (style, sentence) = self.sentence(app);
        let mut rows = paragraph(style, &sentence, width);
        if matches!(self.state, LandingState::Landing(_)) {
            let leave = "You may leave this screen; the landing goes on, and its end is told.";
            rows.push(Row::new());
            rows.extend(paragraph(StyleRole::Dim, leave, width));
        }
        rows
    }
}

impl Popup for LandScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let merge = [Action::Merge, Action::Diff].into_iter().filter(|_| self.is_ready(app));
        ScreenInfo::named(app, Context::Landing, "Land the mission")
            .hints(merge.chain([Action::Back]))
            .fitting(76, self.words(app, usize::from(inside(app.areas().body).width.min(74))).len() + 1)
    }

    fn act(&mut self, app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Merge if self.is_ready(app) => {
                self.state = LandingState::Landing(app.clock);
                PopupResult::ask(Call::Land)
            }
            Action::Merge | Action::Open | Action::Land => PopupResult::stay(),
            _ => PopupResult::pass(),
        }
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, _call: &Call, result: &Answer) -> PopupResult {
        match result {
            Ok(Reply::Landed { branch, commit, notes }) => {
                let landed = format!("It landed on {branch} as {}.", commit.short());
                let lines: Vec<&str> = std::iter::once(&landed).chain(notes).map(String::as_str).collect();
                self.state = LandingState::Landed(lines.join("\n"));
            }
            Ok(_) => {}
            Err(error) => self.state = LandingState::Refused(error.to_string()),
        }
        PopupResult::stay()
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.words(app, width).into()]
    }
}
