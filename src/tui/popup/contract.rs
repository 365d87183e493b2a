//! The whole contract in the person's editor: what was saved becomes changes, each shown with its consequences, then
//! sent one after another.

use super::prelude::*;
use super::writing::consequences;
use crate::domain::document::{contract_changes, write_contract};
use crate::domain::mission::Mission;
use crate::tui::drafts::{Draft, DraftChange, Subject};
use crate::tui::source::SourceError;
use crate::tui::ticket::Request;
use crate::view::edit::{Edit, Fate, rows};
use crate::view::text::plural;

/// The document, and the changes that were read from it.
#[derive(Debug)]
pub struct ContractScreen {
    /// The mission when the editor opened: what others changed meanwhile is not taken for the person's change.
    base: Box<Mission>,
    text: String,
    state: EditorState,
    /// Whether the next change is sent when one was answered.
    sends_on: bool,
}

#[derive(Debug)]
enum EditorState {
    /// The editor has not given anything back.
    Away,
    Unreadable(String),
    Changes(Vec<Edit>),
}

impl ContractScreen {
    /// Opens the contract as it is.
    pub fn new(app: &App) -> Self {
        let base = Box::new(app.mission.clone());
        Self { text: write_contract(&base), base, state: EditorState::Away, sends_on: false }
    }

    /// Opens the contract as it was left, on what it was when it was opened first; else as it is.
    pub fn resumed(app: &App) -> Self {
        let Some(draft) = app.drafts.get(&Subject::Contract) else { return Self::new(app) };
        let base = serde_json::from_str(&draft.base).unwrap_or_else(|_| Box::new(app.mission.clone()));
        Self { text: draft.text.clone(), base, state: EditorState::Away, sends_on: false }
    }

    /// As much of the mission as tells later what the person changed.
    fn base(&self) -> String {
        let Mission { contract, features, .. } = self.base.as_ref();
        let base = Mission { contract: contract.clone(), features: features.clone(), ..Mission::default() };
        serde_json::to_string(&base).unwrap_or_default()
    }

    fn edit(&self) -> PopupResult {
        PopupResult::effect(Effect::Edit { text: self.text.clone(), name: "contract.md".to_owned() })
    }

    fn edits(&self) -> &[Edit] {
        if let EditorState::Changes(edits) = &self.state { edits } else { &[] }
    }

    fn edits_mut(&mut self) -> &mut [Edit] {
        if let EditorState::Changes(edits) = &mut self.state { edits } else { &mut [] }
    }

    fn count(&self, fate: &Fate) -> usize {
        self.edits().iter().filter(|edit| edit.fate == *fate).count()
    }

    fn is_sending(&self) -> bool {
        self.count(&Fate::Sent) > 0
    }

    fn is_unsent(&self) -> bool {
        matches!(self.state, EditorState::Unreadable(_)) || self.count(&Fate::Waiting) > 0
    }

    /// Whether Enter sends something now.
    fn can_send(&self) -> bool {
        self.count(&Fate::Waiting) > 0 && !self.is_sending()
    }

    /// Asks what each change would do; the answers come in any order.
    fn consider(&self) -> PopupResult {
        let changes = self.edits().iter().map(|edit| Box::new(edit.change.clone()));
        let calls = changes.map(|change| Call::Consequences { change });
        PopupResult { requests: calls.map(Request::read).collect(), ..PopupResult::stay() }
    }

    /// Sends the next change that waits; the one after it follows its answer.
    fn send_next(&mut self) -> PopupResult {
        let Some(edit) = self.edits_mut().iter_mut().find(|edit| edit.fate == Fate::Waiting) else {
            return PopupResult::stay();
        };
        edit.fate = Fate::Sent;
        PopupResult::order(edit.change.clone().into(), edit.words())
    }

    fn settle(&mut self, command: &Command, result: &Answer) -> PopupResult {
        let sent = self
            .edits_mut()
            .iter_mut()
            .find(|edit| edit.fate == Fate::Sent && Command::from(edit.change.clone()) == *command);
        let Some(edit) = sent else { return PopupResult::stay() };
        edit.fate = match result {
            Ok(_) => Fate::Done,
            // An engine that cannot be reached has not refused: the change waits for another Enter.
            Err(error @ SourceError::Lost(_)) => {
                edit.told = Some((StyleRole::Warn, format!("not sent: {error}")));
                edit.fate = Fate::Waiting;
                return PopupResult::stay();
            }
            Err(error) => Fate::Refused(error.to_string()),
        };
        if self.sends_on { self.send_next() } else { PopupResult::stay() }
    }

    fn page(&self, width: usize) -> Vec<Row> {
        let dim = |text: &str| paragraph(StyleRole::Dim, text, width);
        let (mut page, below) = match &self.state {
            EditorState::Away => {
                return dim("The contract is in your editor. Save and leave it to come back.");
            }
            EditorState::Changes(edits) if edits.is_empty() => return dim("Nothing was changed."),
            EditorState::Unreadable(error) => {
                let leave = "E opens what you wrote again; Esc leaves it for later.";
                (paragraph(StyleRole::Bad, error, width), leave)
            }
            EditorState::Changes(edits) if !self.can_send() => return rows(edits, width),
            EditorState::Changes(edits) => {
                let leave = "Enter sends what is not sent yet, E goes on writing, Esc leaves it for later.";
                (rows(edits, width), leave)
            }
        };
        page.push(Row::new());
        page.extend(dim(below));
        page
    }
}

impl Popup for ContractScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let changes = self.edits().len();
        let send = self.can_send().then_some(Action::Save);
        ScreenInfo::named(app, Context::Document, "The contract from your editor")
            .note(if changes == 0 { String::new() } else { plural(changes, "change") })
            .hints(send.into_iter().chain([Action::Editor]))
            .drafted(app, &Subject::Contract)
            .hints([Action::Back])
            .boxed(100, 26)
    }

    fn unsent(&mut self) -> Option<DraftChange> {
        if !self.is_unsent() {
            return Some(DraftChange::Discard(Subject::Contract));
        }
        let draft = Draft { text: self.text.clone(), base: self.base(), ..Draft::default() };
        Some(DraftChange::Keep(Subject::Contract, draft))
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.edit()
    }

    fn act(&mut self, app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Save if !self.is_sending() => {
                self.sends_on = true;
                self.send_next()
            }
            Action::Editor if !self.is_sending() => {
                if !self.is_unsent() && !matches!(self.state, EditorState::Away) {
                    *self = Self::new(app);
                }
                self.edit()
            }
            // What has not been sent is kept: E brings it back.
            Action::Back if self.is_unsent() => {
                self.sends_on = false;
                PopupResult::say("kept: E goes on with what you wrote")
                    .and_then(StackAction::Stash)
                    .with_draft(self.unsent())
            }
            Action::Back => PopupResult::close().with_draft(self.unsent()),
            Action::Discard => PopupResult::say("what you wrote is thrown away")
                .and_then(StackAction::Close)
                .with_draft(DraftChange::Discard(Subject::Contract)),
            other if SelectionStep::of(other).is_some() => PopupResult::pass(),
            _ => PopupResult::stay(),
        }
    }

    fn edited(&mut self, _app: &App, at: &mut Place, text: &str) -> Option<PopupResult> {
        text.clone_into(&mut self.text);
        at.top = 0;
        self.state = match contract_changes(&self.base, text) {
            Err(error) => EditorState::Unreadable(error.to_string()),
            Ok(changes) => EditorState::Changes(changes.into_iter().map(Edit::new).collect()),
        };
        Some(self.consider())
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        match call {
            Call::Command { command } => return self.settle(command, result),
            Call::Consequences { change } => {
                if let Some(edit) = self.edits_mut().iter_mut().find(|edit| edit.change == **change) {
                    edit.told = consequences(result);
                }
            }
            _ => {}
        }
        PopupResult::stay()
    }

    fn detail(&self, _app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.page(width).into()]
    }
}
