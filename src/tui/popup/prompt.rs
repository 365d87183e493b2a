//! Asks for a sentence before something is done: a note, a reason, an answer, a directive.

use super::confirm::Confirm;
use super::prelude::*;
use super::writing::{Draft, Sending, consequences};
use crate::domain::attempt::Role;
use crate::domain::consequence::ContractChange;
use crate::domain::finding::{Ruling, TriageDecision, Until};
use crate::domain::gate::{Decision, GateId};
use crate::domain::id::{AssertionId, FindingId, QuestionId};
use crate::domain::plan::FeatureSpec;
use crate::domain::text::{Line, Prose, TextError, Title};
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::work::gate_name;

/// What the sentence is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    NoGo(GateId),
    Waive(AssertionId),
    Retire(AssertionId),
    Dismiss(FindingId),
    Defer(FindingId, Until),
    /// What was found, and the feature that mends it; its description is what is written.
    Mend(FindingId, Box<FeatureSpec>),
    Answer(QuestionId),
    Model(Role),
    Broadcast,
    Abandon,
}

fn decision(finding: FindingId, ruling: Ruling) -> Command {
    Command::DecideFinding { decision: Box::new(TriageDecision { finding, ruling }) }
}

/// The question, and what has been written so far.
#[derive(Debug)]
pub struct Prompt {
    purpose: Purpose,
    draft: Draft,
    sending: Sending,
}

impl Prompt {
    /// Asks for a sentence; a draft that was left is there again.
    pub fn new(app: &App, purpose: Purpose) -> Self {
        let draft = Draft::new(app, format!("{purpose:?}"), "note.md");
        Self { purpose, draft, sending: Sending::default() }
    }

    /// Asks for a sentence, with one to begin from.
    pub fn from(app: &App, purpose: Purpose, text: &str) -> Self {
        let mut prompt = Self::new(app, purpose);
        prompt.draft.text = TextBox::new(Height::Many, text);
        prompt
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
            Purpose::Dismiss(id) => (format!("Dismiss {id}"), "Why is nothing done about it?"),
            Purpose::Defer(id, until) => {
                let when = match until {
                    Until::NextRound => {
                        "Why can it wait? It stays open, and is decided on anew after the next round."
                    }
                    Until::Milestone => {
                        "Why can it wait? It stays open, and you are asked at its milestone's gate."
                    }
                    Until::Final => {
                        "Why can it wait? It stays open, and you are asked again at the final gate."
                    }
                };
                (format!("Put {id} off"), when)
            }
            Purpose::Mend(id, _) => {
                (format!("Mend {id}"), "What is to be done? A worker builds it before anything else.")
            }
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

    fn command(&self) -> Result<Command, TextError> {
        let text = self.draft.text();
        let line = || Line::new(&text);
        Ok(match &self.purpose {
            Purpose::NoGo(gate) => {
                Command::DecideGate { gate: *gate, decision: Decision::NoGo { note: line()? } }
            }
            Purpose::Waive(id) => Command::Waive { assertion: id.clone(), reason: line()? },
            Purpose::Retire(id) => Command::RetireAssertion { assertion: id.clone(), reason: line()? },
            Purpose::Dismiss(id) => decision(*id, Ruling::Dismiss { reason: line()? }),
            Purpose::Defer(id, until) => decision(*id, Ruling::Defer { until: *until, reason: line()? }),
            Purpose::Mend(id, spec) => {
                let spec = FeatureSpec { description: Prose::new(&text)?, ..(**spec).clone() };
                decision(*id, Ruling::Feature { spec, fulfills: Vec::new() })
            }
            Purpose::Answer(id) => Command::Answer { question: *id, text: Prose::new(&text)? },
            Purpose::Model(role) => Command::ChooseModel { role: *role, model: Title::new(&text)? },
            Purpose::Broadcast => Command::Broadcast { text: Prose::new(&text)? },
            Purpose::Abandon => Command::Abandon { reason: line()? },
        })
    }

    /// The words that confirm it.
    fn done(&self) -> String {
        match &self.purpose {
            Purpose::NoGo(gate) => format!("NO-GO at {}", gate_name(*gate)),
            Purpose::Waive(id) => format!("{id} is waived"),
            Purpose::Retire(id) => format!("{id} is retired"),
            Purpose::Dismiss(id) => format!("{id} is dismissed"),
            Purpose::Defer(id, _) => format!("{id} stays open, put off"),
            Purpose::Mend(id, _) => format!("{id} becomes a feature"),
            Purpose::Answer(id) => format!("{id} is answered"),
            Purpose::Model(role) => format!("the next {role} uses {}", self.draft.text().trim()),
            Purpose::Broadcast => "every agent is told".to_owned(),
            Purpose::Abandon => "the mission is abandoned".to_owned(),
        }
    }

    fn send(&mut self) -> PopupResult {
        match self.command() {
            // What cannot be taken back is asked twice; a No leaves the reason as a draft.
            Ok(command) if self.purpose == Purpose::Abandon => {
                let question = "Abandon the mission for good? Running agents are stopped, and nothing starts it \
                                again; its branch and its record stay.";
                let (name, draft) = self.draft.draft();
                PopupResult::stay()
                    .and_then(StackAction::Swap(Box::new(Confirm::new(question, command, self.done()))))
                    .with_draft(name, draft)
            }
            Ok(command) => {
                self.sending.below = Some((StyleRole::Dim, "…".to_owned()));
                self.sending.order(command, self.done())
            }
            Err(error) => self.sending.refused(&error),
        }
    }
}

impl Popup for Prompt {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Prompt, self.question().0)
            .hints([Action::Save, Action::NewLine, Action::Editor, Action::Back])
            .calling(Action::Save, "send")
            .boxed(74, 11)
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        Some(&mut self.draft)
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        let Purpose::Retire(id) = &self.purpose else { return PopupResult::stay() };
        let Ok(reason) = Line::new("to be said") else { return PopupResult::stay() };
        let change = Box::new(ContractChange::Retire { assertion: id.clone(), reason });
        PopupResult::ask(Call::Consequences { change })
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        if action == Action::Save && !self.sending.sent { self.send() } else { PopupResult::pass() }
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        match (call, result) {
            (Call::Command { .. }, Ok(_)) => PopupResult::close().with_draft(self.draft.name.clone(), None),
            (Call::Command { .. }, Err(error)) => self.sending.refused(error),
            _ => {
                self.sending.below = consequences(result);
                PopupResult::stay()
            }
        }
    }

    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        super::base::draw(self, app, at, painter, info);
        let inner = inside(info.area);
        let question = paragraph(StyleRole::Dim, self.question().1, usize::from(inner.width));
        painter.rows(inner, &question);
        let rest = below(inner, u16::try_from(question.len()).unwrap_or(0) + 1);
        let foot = 2.min(rest.height.saturating_sub(1));
        let text = Rect { height: rest.height - foot, ..rest };
        self.draft.text.draw(painter, text, Active::Yes);
        self.sending.draw(painter, below(rest, text.height));
    }
}
