//! The whole contract in the person's editor: what was saved becomes changes, each told with its consequences, then
//! sent one after another.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, scrolled};
use super::prompt::told;
use super::{Popup, PopupResult, StackAction, Typing};
use crate::domain::command::Command;
use crate::domain::consequence::ContractChange;
use crate::domain::document::{contract_changes, write_contract};
use crate::domain::mission::Mission;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::{centred, inside};
use crate::tui::list::{List, SelectionStep};
use crate::tui::source::SourceError;
use crate::tui::ticket::Request;
use crate::view::edit::{Edit, Fate, rows};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{plural, wrap};

/// What became of the document.
#[derive(Debug)]
pub struct ContractScreen {
    /// The mission when the editor opened: what others changed meanwhile is not taken for the person's change.
    base: Box<Mission>,
    text: String,
    state: EditorState,
    top: usize,
    /// Whether the next change is sent when one was answered.
    sends_on: bool,
}

#[derive(Debug)]
enum EditorState {
    /// The editor has not given anything back.
    Away,
    Unreadable(String),
    Unchanged,
    Changes(Vec<Edit>),
}

impl ContractScreen {
    /// Opens the contract as it is.
    pub fn new(app: &App) -> Self {
        let base = Box::new(app.mission.clone());
        Self { text: write_contract(&base), base, state: EditorState::Away, top: 0, sends_on: false }
    }

    fn edit(&self) -> PopupResult {
        PopupResult::effect(Effect::Edit { text: self.text.clone(), name: "contract.md".to_owned() })
    }

    fn edits(&mut self) -> &mut [Edit] {
        match &mut self.state {
            EditorState::Changes(edits) => edits,
            EditorState::Away | EditorState::Unreadable(_) | EditorState::Unchanged => &mut [],
        }
    }

    fn is_sending(&self) -> bool {
        matches!(&self.state, EditorState::Changes(edits) if edits.iter().any(|edit| edit.fate == Fate::Sent))
    }

    fn is_unsent(&self) -> bool {
        matches!(self.state, EditorState::Unreadable(_)) || self.waiting() > 0
    }

    /// How many changes have not been sent.
    fn waiting(&self) -> usize {
        match &self.state {
            EditorState::Changes(edits) => edits.iter().filter(|edit| edit.fate == Fate::Waiting).count(),
            EditorState::Away | EditorState::Unreadable(_) | EditorState::Unchanged => 0,
        }
    }

    /// Asks what each change would do; the answers come in any order.
    fn consider(&mut self) -> PopupResult {
        let mut turn = PopupResult::stay();
        for edit in self.edits().iter() {
            let Some(change) = change_of(&edit.command) else { continue };
            turn.requests.push(Request::read(Call::Consequences { change: Box::new(change) }));
        }
        turn
    }

    /// Sends the next change that waits; the one after it follows its answer.
    fn send_next(&mut self) -> PopupResult {
        let Some(edit) = self.edits().iter_mut().find(|edit| edit.fate == Fate::Waiting) else {
            return PopupResult::stay();
        };
        edit.fate = Fate::Sent;
        PopupResult::order(edit.command.clone(), edit.words())
    }

    fn settle(&mut self, command: &Command, result: &Result<Reply, SourceError>) -> PopupResult {
        let sent = self.edits().iter_mut().find(|edit| edit.fate == Fate::Sent && edit.command == *command);
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
        let sentence = |style: StyleRole, text: &str| -> Vec<Row> {
            wrap(text, width).iter().map(|line| Row::of(style, line)).collect()
        };
        match &self.state {
            EditorState::Away => {
                sentence(StyleRole::Dim, "The contract is in your editor. Save and leave it to come back.")
            }
            EditorState::Unreadable(error) => {
                let mut page = sentence(StyleRole::Bad, error);
                page.push(Row::new());
                page.extend(sentence(
                    StyleRole::Dim,
                    "E opens what you wrote again; Esc leaves it for later.",
                ));
                page
            }
            EditorState::Unchanged => sentence(StyleRole::Dim, "Nothing was changed."),
            EditorState::Changes(edits) => {
                let mut page = rows(edits, width);
                if self.waiting() > 0 && !self.is_sending() {
                    page.push(Row::new());
                    page.extend(sentence(
                        StyleRole::Dim,
                        "Enter sends what is not sent yet, E goes on writing, Esc leaves it for later.",
                    ));
                }
                page
            }
        }
    }

    fn title(&self) -> Row {
        let row = Row::of(StyleRole::Strong, "The contract from your editor");
        match &self.state {
            EditorState::Changes(edits) => row.end(StyleRole::Dim, plural(edits.len(), "change")),
            EditorState::Away | EditorState::Unreadable(_) | EditorState::Unchanged => row,
        }
    }
}

fn change_of(command: &Command) -> Option<ContractChange> {
    Some(match command.clone() {
        Command::EditAssertion { assertion, base, edit } => ContractChange::Edit { assertion, base, edit },
        Command::AddAssertion { draft, feature } => ContractChange::Add { draft, feature },
        Command::RetireAssertion { assertion, reason } => ContractChange::Retire { assertion, reason },
        _ => return None,
    })
}

impl Popup for ContractScreen {
    fn context(&self) -> Context {
        Context::Document
    }

    fn area(&self, app: &App) -> Rect {
        centred(app.areas().body, 100, 26)
    }

    /// Letters of other screens mean nothing while changes wait to be sent.
    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        if self.waiting() > 0 && !self.is_sending() {
            vec![Action::Save, Action::Editor, Action::Back]
        } else {
            vec![Action::Editor, Action::Back]
        }
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        self.edit()
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::Save if !self.is_sending() => {
                self.sends_on = true;
                return self.send_next();
            }
            Action::Editor if !self.is_sending() => {
                let settled = matches!(self.state, EditorState::Changes(_)) && self.waiting() == 0;
                if settled || matches!(self.state, EditorState::Unchanged) {
                    *self = Self::new(app);
                }
                return self.edit();
            }
            // What has not been sent is somebody's work: E brings it back.
            Action::Back if self.is_unsent() => {
                self.sends_on = false;
                return PopupResult::say("kept: E goes on with what you wrote").and_then(StackAction::Stash);
            }
            Action::Back => return PopupResult::close(),
            _ => {}
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::stay() };
        let inner = inside(self.area(app));
        let mut list = List { selected: self.top, top: self.top };
        let len = self.page(usize::from(inner.width)).len().saturating_sub(usize::from(inner.height)) + 1;
        list.step(step, len, usize::from(inner.height).max(1));
        self.top = list.selected;
        PopupResult::stay()
    }

    fn edited(&mut self, _app: &App, text: &str) -> PopupResult {
        text.clone_into(&mut self.text);
        self.top = 0;
        self.state = match contract_changes(&self.base, text) {
            Err(error) => EditorState::Unreadable(error.to_string()),
            Ok(commands) if commands.is_empty() => EditorState::Unchanged,
            Ok(commands) => EditorState::Changes(commands.into_iter().map(Edit::new).collect()),
        };
        self.consider()
    }

    fn answered(&mut self, _app: &App, call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        match call {
            Call::Consequences { change } => {
                let asked = |edit: &&mut Edit| change_of(&edit.command).as_ref() == Some(change.as_ref());
                if let Some(edit) = self.edits().iter_mut().find(asked) {
                    edit.told = match result {
                        Ok(Reply::Consequences { consequences }) => Some(told(consequences)),
                        Ok(_) => None,
                        Err(error) => Some((StyleRole::Bad, error.to_string())),
                    };
                }
                PopupResult::stay()
            }
            Call::Command { command } => self.settle(command, result),
            _ => PopupResult::stay(),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &self.title());
        scrolled(app, frame, inner, self.top, &self.page(usize::from(inner.width)));
    }
}
