//! The whole contract in the person's editor: what was saved becomes changes, each told with its consequences, then
//! sent one after another.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, scrolled};
use super::prompt::told;
use super::turn::order;
use super::{Popup, Then, Turn, Typing};
use crate::domain::command::Command;
use crate::domain::consequence::ContractChange;
use crate::domain::document::{contract_changes, write_contract};
use crate::domain::mission::Mission;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::{Effect, Errand};
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::{centred, inside};
use crate::tui::list::{List, Step};
use crate::tui::present::edit::{Edit, Fate, rows};
use crate::tui::present::row::Row;
use crate::tui::source::SourceError;
use crate::tui::text::{plural, wrap};

/// What became of the document.
#[derive(Debug)]
pub struct ContractScreen {
    /// The mission when the editor opened: what others changed meanwhile is not taken for the person's change.
    base: Box<Mission>,
    text: String,
    state: State,
    top: usize,
}

#[derive(Debug)]
enum State {
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
        Self { text: write_contract(&base), base, state: State::Away, top: 0 }
    }

    fn edit(&self) -> Turn {
        Turn::effect(Effect::Edit { text: self.text.clone(), name: "contract.md".to_owned() })
    }

    fn edits(&mut self) -> &mut [Edit] {
        match &mut self.state {
            State::Changes(edits) => edits,
            State::Away | State::Unreadable(_) | State::Unchanged => &mut [],
        }
    }

    fn is_sending(&self) -> bool {
        matches!(&self.state, State::Changes(edits) if edits.iter().any(|edit| edit.fate == Fate::Sent))
    }

    fn is_unsent(&self) -> bool {
        matches!(self.state, State::Unreadable(_)) || self.waiting() > 0
    }

    /// How many changes have not been sent.
    fn waiting(&self) -> usize {
        match &self.state {
            State::Changes(edits) => edits.iter().filter(|edit| edit.fate == Fate::Waiting).count(),
            State::Away | State::Unreadable(_) | State::Unchanged => 0,
        }
    }

    /// Asks what each change would do; the answers come in any order.
    fn consider(&mut self) -> Turn {
        let mut turn = Turn::stay();
        for (index, edit) in self.edits().iter().enumerate() {
            let Some(change) = change_of(&edit.command) else { continue };
            let errand = Errand::Consequences { serial: serial(index) };
            turn.effects.push(Effect::Ask { call: Call::Consequences { change: Box::new(change) }, errand });
        }
        turn
    }

    /// Sends the next change that waits; the one after it follows its answer.
    fn send_next(&mut self) -> Turn {
        let Some(edit) = self.edits().iter_mut().find(|edit| edit.fate == Fate::Waiting) else {
            return Turn::stay();
        };
        edit.fate = Fate::Sent;
        Turn::effect(order(edit.command.clone(), edit.words()))
    }

    fn settle(&mut self, words: &str, result: &Result<Reply, SourceError>) -> Turn {
        let sent = self.edits().iter_mut().find(|edit| edit.fate == Fate::Sent && edit.words() == words);
        let Some(edit) = sent else { return Turn::stay() };
        edit.fate = match result {
            Ok(_) => Fate::Done,
            // An engine that cannot be reached has not refused: the change waits for another Enter.
            Err(error @ SourceError::Lost(_)) => {
                edit.told = Some((Ink::Warn, format!("not sent: {error}")));
                edit.fate = Fate::Waiting;
                return Turn::stay();
            }
            Err(error) => Fate::Refused(error.to_string()),
        };
        self.send_next()
    }

    fn page(&self, width: usize) -> Vec<Row> {
        let sentence = |ink: Ink, text: &str| -> Vec<Row> {
            wrap(text, width).iter().map(|line| Row::of(ink, line)).collect()
        };
        match &self.state {
            State::Away => {
                sentence(Ink::Dim, "The contract is in your editor. Save and leave it to come back.")
            }
            State::Unreadable(error) => {
                let mut page = sentence(Ink::Bad, error);
                page.push(Row::new());
                page.extend(sentence(Ink::Dim, "E opens what you wrote again; Esc leaves it for later."));
                page
            }
            State::Unchanged => sentence(Ink::Dim, "Nothing was changed."),
            State::Changes(edits) => {
                let mut page = rows(edits, width);
                if self.waiting() > 0 && !self.is_sending() {
                    page.push(Row::new());
                    page.extend(sentence(
                        Ink::Dim,
                        "Enter sends what is not sent yet, E goes on writing, Esc leaves it for later.",
                    ));
                }
                page
            }
        }
    }

    fn title(&self) -> Row {
        let row = Row::of(Ink::Strong, "The contract from your editor");
        match &self.state {
            State::Changes(edits) => row.end(Ink::Dim, plural(edits.len(), "change")),
            State::Away | State::Unreadable(_) | State::Unchanged => row,
        }
    }
}

/// Numbers of its own, so that no other screen takes the answer for its own.
fn serial(index: usize) -> u64 {
    u64::MAX - index as u64
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

    fn opened(&mut self, _app: &App) -> Turn {
        self.edit()
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        match action {
            Action::Save if !self.is_sending() => return self.send_next(),
            Action::Editor if !self.is_sending() => {
                let settled = matches!(self.state, State::Changes(_)) && self.waiting() == 0;
                if settled || matches!(self.state, State::Unchanged) {
                    *self = Self::new(app);
                }
                return self.edit();
            }
            // What has not been sent is somebody's work: E brings it back.
            Action::Back if self.is_unsent() => {
                return Turn::say("kept: E goes on with what you wrote").and_then(Then::Shelve);
            }
            Action::Back => return Turn::close(),
            _ => {}
        }
        let Some(step) = Step::of(action) else { return Turn::stay() };
        let inner = inside(self.area(app));
        let mut list = List { selected: self.top, top: self.top };
        let len = self.page(usize::from(inner.width)).len().saturating_sub(usize::from(inner.height)) + 1;
        list.step(step, len, usize::from(inner.height).max(1));
        self.top = list.selected;
        Turn::stay()
    }

    fn edited(&mut self, _app: &App, text: &str) -> Turn {
        text.clone_into(&mut self.text);
        self.top = 0;
        self.state = match contract_changes(&self.base, text) {
            Err(error) => State::Unreadable(error.to_string()),
            Ok(commands) if commands.is_empty() => State::Unchanged,
            Ok(commands) => State::Changes(commands.into_iter().map(Edit::new).collect()),
        };
        self.consider()
    }

    fn answered(&mut self, _app: &App, errand: &Errand, result: &Result<Reply, SourceError>) -> Turn {
        match errand {
            Errand::Consequences { serial: number } => {
                let edits = self.edits().iter_mut().enumerate();
                let mine = edits.filter(|(index, _)| serial(*index) == *number).map(|(_, edit)| edit).next();
                if let Some(edit) = mine {
                    edit.told = match result {
                        Ok(Reply::Consequences { consequences }) => Some(told(consequences)),
                        Ok(_) => None,
                        Err(error) => Some((Ink::Bad, error.to_string())),
                    };
                }
                Turn::stay()
            }
            Errand::Order(words) => self.settle(words, result),
            _ => Turn::stay(),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &self.title());
        scrolled(app, frame, inner, self.top, &self.page(usize::from(inner.width)));
    }
}
