//! Asks for a sentence before something is done: a note, a reason, an answer, a directive.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::around;
use super::{Popup, PopupResult, StackAction, Typing};
use crate::domain::attempt::Role;
use crate::domain::command::Command;
use crate::domain::consequence::{Consequences, ContractChange};
use crate::domain::gate::{Decision, GateId};
use crate::domain::id::{AssertionId, QuestionId};
use crate::domain::text::{Line, Prose, TextError, Title};
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::centred;
use crate::tui::source::SourceError;
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::wrap;
use crate::view::work::gate_name;

/// What the sentence is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    NoGo(GateId),
    Waive(AssertionId),
    Retire(AssertionId),
    Answer(QuestionId),
    Model(Role),
    Broadcast,
    Abandon,
}

/// The question, and what has been written so far.
#[derive(Debug)]
pub struct Prompt {
    purpose: Purpose,
    text: TextBox,
    /// Why it was not sent, or what it will do.
    below: Option<(StyleRole, String)>,
    /// Whether it was sent and not answered yet.
    sent: bool,
}

impl Prompt {
    /// Asks for a sentence; a draft that was left is there again.
    pub fn new(app: &App, purpose: Purpose) -> Self {
        let draft = app.drafts.get(&draft_name(&purpose)).cloned().unwrap_or_default();
        Self { text: TextBox::new(Height::Many, &draft), purpose, below: None, sent: false }
    }

    /// Asks for a sentence, with one to begin from.
    pub fn from(purpose: Purpose, text: &str) -> Self {
        Self { text: TextBox::new(Height::Many, text), purpose, below: None, sent: false }
    }

    fn question(&self) -> (String, &'static str) {
        match &self.purpose {
            Purpose::NoGo(gate) => (
                format!("NO-GO at {}", gate_name(*gate)),
                "What must be different? Your note becomes a directive, and the orchestrator plans from it.",
            ),
            Purpose::Waive(id) => {
                (format!("Waive {id}"), "Why may it stay as it is? It counts as settled at this revision.")
            }
            Purpose::Retire(id) => (format!("Retire {id}"), "Why is it no longer wanted?"),
            Purpose::Answer(id) => (format!("Answer {id}"), "Your answer goes to the one who asked."),
            Purpose::Model(role) => {
                (format!("Model of the {role}"), "provider/model; it is used from the next attempt on.")
            }
            Purpose::Broadcast => ("A directive".to_owned(), "Every agent is told this from now on."),
            Purpose::Abandon => {
                ("Abandon the mission".to_owned(), "Why? Running agents are stopped; the branch stays.")
            }
        }
    }

    fn command(&self) -> Result<(Command, String), TextError> {
        let text = self.text.text();
        let line = || Line::new(&text);
        Ok(match &self.purpose {
            Purpose::NoGo(gate) => {
                let decision = Decision::NoGo { note: line()? };
                (Command::DecideGate { gate: *gate, decision }, format!("NO-GO at {}", gate_name(*gate)))
            }
            Purpose::Waive(id) => {
                (Command::Waive { assertion: id.clone(), reason: line()? }, format!("{id} is waived"))
            }
            Purpose::Retire(id) => (
                Command::RetireAssertion { assertion: id.clone(), reason: line()? },
                format!("{id} is retired"),
            ),
            Purpose::Answer(id) => {
                (Command::Answer { question: *id, text: Prose::new(&text)? }, format!("{id} is answered"))
            }
            Purpose::Model(role) => (
                Command::ChooseModel { role: *role, model: Title::new(&text)? },
                format!("the next {role} uses {}", text.trim()),
            ),
            Purpose::Broadcast => {
                (Command::Broadcast { text: Prose::new(&text)? }, "every agent is told".to_owned())
            }
            Purpose::Abandon => (Command::Abandon { reason: line()? }, "the mission is abandoned".to_owned()),
        })
    }

    fn send(&mut self) -> PopupResult {
        match self.command() {
            // What cannot be taken back is asked twice; a No leaves the reason as a draft.
            Ok((command, words)) if self.purpose == Purpose::Abandon => {
                let question = "Abandon the mission for good? Running agents are stopped, and nothing starts it \
                                again; its branch and its record stay.";
                let draft = Some(self.text.text());
                PopupResult::stay()
                    .and_then(StackAction::Swap(Box::new(Confirm::new(question, command, words))))
                    .with_draft(draft_name(&self.purpose), draft)
            }
            Ok((command, words)) => {
                self.sent = true;
                self.below = Some((StyleRole::Dim, "…".to_owned()));
                PopupResult::order(command, words)
            }
            Err(error) => {
                self.below = Some((StyleRole::Bad, error.to_string()));
                PopupResult::stay()
            }
        }
    }
}

fn draft_name(purpose: &Purpose) -> String {
    format!("{purpose:?}")
}

impl Popup for Prompt {
    fn context(&self) -> Context {
        Context::Prompt
    }

    fn area(&self, app: &App) -> Rect {
        centred(app.areas().body, 74, 11)
    }

    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn word(&self, action: Action) -> &'static str {
        if action == Action::Save { "send" } else { action.hint() }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Save, Action::NewLine, Action::Editor, Action::Back]
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        let Purpose::Retire(id) = &self.purpose else { return PopupResult::stay() };
        let Ok(reason) = Line::new("to be said") else { return PopupResult::stay() };
        let change = Box::new(ContractChange::Retire { assertion: id.clone(), reason });
        PopupResult::ask(Call::Consequences { change })
    }

    fn act(&mut self, _app: &App, action: Action) -> PopupResult {
        match action {
            Action::Save if !self.sent => self.send(),
            Action::NewLine => {
                self.text.new_line();
                PopupResult::stay()
            }
            Action::Editor => {
                PopupResult::effect(Effect::Edit { text: self.text.text(), name: "note.md".to_owned() })
            }
            Action::Back => {
                let draft = (!self.text.is_blank()).then(|| self.text.text());
                PopupResult::close().with_draft(draft_name(&self.purpose), draft)
            }
            _ => PopupResult::stay(),
        }
    }

    fn typed(&mut self, _app: &App, key: KeyEvent) -> PopupResult {
        self.text.key(key);
        PopupResult::stay()
    }

    fn pasted(&mut self, _app: &App, text: &str) -> PopupResult {
        self.text.paste(text);
        PopupResult::stay()
    }

    fn edited(&mut self, _app: &App, text: &str) -> PopupResult {
        self.text = TextBox::new(Height::Many, text.trim_end());
        PopupResult::stay()
    }

    fn answered(&mut self, _app: &App, call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        match (call, result) {
            (Call::Command { .. }, Ok(_)) => PopupResult::close().with_draft(draft_name(&self.purpose), None),
            (Call::Command { .. }, Err(error)) => {
                self.sent = false;
                self.below = Some((StyleRole::Bad, error.to_string()));
                PopupResult::stay()
            }
            (Call::Consequences { .. }, Ok(Reply::Consequences { consequences })) => {
                self.below = Some(told(consequences));
                PopupResult::stay()
            }
            _ => PopupResult::stay(),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let (title, question) = self.question();
        let inner = around(app, frame, area, &Row::of(StyleRole::Strong, title));
        let question: Vec<Row> = wrap(question, usize::from(inner.width))
            .iter()
            .map(|line| Row::of(StyleRole::Dim, line))
            .collect();
        app.painter().rows(frame.buffer_mut(), inner, &question);
        let used = u16::try_from(question.len()).unwrap_or(0) + 1;
        let foot = 2.min(inner.height.saturating_sub(used + 1));
        let text = Rect {
            y: inner.y.saturating_add(used),
            height: inner.height.saturating_sub(used + foot),
            ..inner
        };
        self.text.draw(app, frame, text.intersection(inner), Active::Yes);
        if let Some((style, sentence)) = &self.below {
            let rows: Vec<Row> =
                wrap(sentence, usize::from(inner.width)).iter().map(|line| Row::of(*style, line)).collect();
            let at = Rect { y: inner.bottom().saturating_sub(foot), height: foot, ..inner };
            app.painter().rows(frame.buffer_mut(), at, &rows);
        }
    }
}

/// What a change would do, in its style.
pub fn told(consequences: &Consequences) -> (StyleRole, String) {
    let style = match &consequences.refusal {
        Some(_) => StyleRole::Bad,
        None if consequences.stale_verdicts > 0 || !consequences.running.is_empty() => StyleRole::Warn,
        None => StyleRole::Dim,
    };
    (style, consequences.sentence())
}

/// A yes or no before something that cannot be taken back.
#[derive(Debug)]
pub struct Confirm {
    question: String,
    command: Command,
    words: String,
}

impl Confirm {
    /// Asks whether a command is meant.
    pub fn new(question: impl Into<String>, command: Command, words: impl Into<String>) -> Self {
        Self { question: question.into(), command, words: words.into() }
    }
}

impl Popup for Confirm {
    fn context(&self) -> Context {
        Context::Prompt
    }

    fn area(&self, app: &App) -> Rect {
        centred(app.areas().body, 66, 6)
    }

    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Save, Action::Back]
    }

    fn act(&mut self, _app: &App, action: Action) -> PopupResult {
        match action {
            Action::Save => {
                PopupResult::order(self.command.clone(), self.words.clone()).and_then(StackAction::Close)
            }
            Action::Back => PopupResult::close(),
            _ => PopupResult::stay(),
        }
    }

    fn typed(&mut self, app: &App, key: KeyEvent) -> PopupResult {
        match key.code {
            crossterm::event::KeyCode::Char('y' | 'Y') => self.act(app, Action::Save),
            crossterm::event::KeyCode::Char('n' | 'N') => PopupResult::close(),
            _ => PopupResult::stay(),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(StyleRole::Strong, "Are you sure?"));
        let mut rows: Vec<Row> = wrap(&self.question, usize::from(inner.width))
            .iter()
            .map(|line| Row::of(StyleRole::Text, line))
            .collect();
        rows.push(Row::new());
        rows.push(
            Row::of(StyleRole::Key, "y")
                .then(StyleRole::Dim, " yes    ")
                .then(StyleRole::Key, "n")
                .then(StyleRole::Dim, " no"),
        );
        let skip = rows.len().saturating_sub(usize::from(inner.height));
        app.painter().rows(frame.buffer_mut(), inner, rows.get(skip..).unwrap_or_default());
    }
}
