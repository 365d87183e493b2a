//! How the app is set up, built, tested and run, in the person's editor: what was saved is shown beside what stands, then
//! sent.

use super::prelude::*;
use crate::domain::environment::Environment;
use crate::tui::drafts::{Draft, DraftChange, Subject};
use crate::view::environment::{changes, read, written};

/// The environment as TOML, and what became of it.
#[derive(Debug)]
pub struct EnvironmentScreen {
    /// What stood there when the editor opened: what others changed meanwhile is not overwritten unseen.
    base: Option<Environment>,
    before: String,
    text: String,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The editor has not given anything back.
    Away,
    /// It cannot be edited, or read as one.
    Unusable(String),
    Written(Box<Environment>),
    Sent(Box<Environment>),
    /// Why the mission did not take it.
    Refused(Box<Environment>, String),
}

impl EnvironmentScreen {
    /// Opens it as it was left, on what it was when it was opened first; else as it is.
    pub fn new(app: &App) -> Self {
        let present = app.mission.environment.clone();
        let draft = app.drafts.get(&Subject::Environment);
        let base = draft.and_then(|draft| read(&draft.base).ok()).or(present);
        let text = base.as_ref().map_or_else(
            || Err("There is no environment yet: the planner proposes one.".to_owned()),
            written,
        );
        let (before, state) = match text {
            Ok(text) => (text, State::Away),
            Err(why) => (String::new(), State::Unusable(why)),
        };
        let text = draft.map_or_else(|| before.clone(), |draft| draft.text.clone());
        Self { base, before, text, state }
    }

    fn edit(&self) -> PopupResult {
        if self.base.is_none() {
            return PopupResult::stay();
        }
        PopupResult::effect(Effect::Edit { text: self.text.clone(), name: "environment.toml".to_owned() })
    }

    fn is_changed(&self) -> bool {
        self.text.trim_end() != self.before.trim_end()
    }

    /// Sends what was written. After a refusal it is sent over what stands by then, which the person was told of.
    fn send(&mut self, app: &App) -> PopupResult {
        let (wanted, base) = match &self.state {
            State::Written(wanted) => (wanted.clone(), self.base.clone()),
            State::Refused(wanted, _) => (wanted.clone(), app.mission.environment.clone()),
            State::Away | State::Unusable(_) | State::Sent(_) => return PopupResult::stay(),
        };
        let Some(base) = base else { return PopupResult::stay() };
        self.state = State::Sent(wanted.clone());
        let command = Command::EditEnvironment { base: Box::new(base), environment: wanted };
        PopupResult::order(command, "the environment is edited; agents keep to it")
    }

    fn page(&self, width: usize) -> Vec<Row> {
        let dim = |text: &str| paragraph(StyleRole::Dim, text, width);
        let (told, below) = match &self.state {
            State::Away => return dim("The environment is in your editor. Save and leave it to come back."),
            State::Unusable(why) if self.base.is_none() => return dim(why),
            State::Unusable(why) => (
                paragraph(StyleRole::Bad, why, width),
                "E opens what you wrote again; Esc leaves it for later.",
            ),
            State::Written(_) if !self.is_changed() => return dim("Nothing was changed."),
            State::Written(_) => (
                Vec::new(),
                "Enter sends it, E goes on writing, Esc leaves it for later. Agents keep to it from then on.",
            ),
            State::Sent(_) => (dim("sent …"), ""),
            State::Refused(_, why) => (
                paragraph(StyleRole::Bad, why, width),
                "Enter sends it over what stands now, E goes on writing, Esc leaves it for later.",
            ),
        };
        let mut page = changes(&self.before, &self.text, width);
        for more in [told, dim(below)] {
            page.push(Row::new());
            page.extend(more);
        }
        page
    }
}

impl Popup for EnvironmentScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let send = matches!(self.state, State::Written(_) | State::Refused(..)) && self.is_changed();
        ScreenInfo::named(app, Context::Document, "The environment from your editor")
            .hints(send.then_some(Action::Save).into_iter().chain([Action::Editor]))
            .drafted(app, &Subject::Environment)
            .hints([Action::Back])
            .boxed(100, 26)
    }

    fn unsent(&mut self) -> Option<DraftChange> {
        if !self.is_changed() {
            return Some(DraftChange::Discard(Subject::Environment));
        }
        let draft = Draft { text: self.text.clone(), base: self.before.clone(), ..Draft::default() };
        Some(DraftChange::Keep(Subject::Environment, draft))
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.edit()
    }

    fn act(&mut self, app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Save if self.is_changed() => self.send(app),
            Action::Editor if !matches!(self.state, State::Sent(_)) => self.edit(),
            Action::Back if self.is_changed() => {
                PopupResult::say("kept: the same key goes on with what you wrote")
                    .and_then(StackAction::Close)
                    .with_draft(self.unsent())
            }
            Action::Back => PopupResult::close().with_draft(self.unsent()),
            Action::Discard => PopupResult::say("what you wrote is thrown away")
                .and_then(StackAction::Close)
                .with_draft(DraftChange::Discard(Subject::Environment)),
            other if SelectionStep::of(other).is_some() => PopupResult::pass(),
            _ => PopupResult::stay(),
        }
    }

    fn edited(&mut self, _app: &App, at: &mut Place, text: &str) -> Option<PopupResult> {
        text.clone_into(&mut self.text);
        at.top = 0;
        self.state = match read(text) {
            Ok(environment) => State::Written(Box::new(environment)),
            Err(why) => State::Unusable(format!("What you wrote {why}")),
        };
        Some(PopupResult::stay())
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        let (Call::Command { .. }, State::Sent(wanted)) = (call, &self.state) else {
            return PopupResult::stay();
        };
        match result {
            Ok(_) => PopupResult::close().with_draft(DraftChange::Discard(Subject::Environment)),
            Err(error) => {
                self.state = State::Refused(wanted.clone(), error.to_string());
                PopupResult::stay()
            }
        }
    }

    fn detail(&self, _app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.page(width).into()]
    }
}
