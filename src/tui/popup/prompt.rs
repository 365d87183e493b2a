//! Asks for a sentence before something is done: a note, a reason, an answer, a directive.

use super::confirm::Confirm;
use super::prelude::*;
use super::writing::{OneText, Sending, consequences};
use crate::domain::attempt::Role;
use crate::domain::budget::Budget;
use crate::domain::consequence::ContractChange;
use crate::domain::finding::{Ruling, TriageDecision, Until};
use crate::domain::gate::{Decision, GateId};
use crate::domain::id::{AssertionId, FindingId, IdError, RequirementId};
use crate::domain::plan::FeatureSpec;
use crate::domain::requirement::SetAside;
use crate::domain::text::{Line, Prose, Title};
use crate::tui::drafts::Subject;
use crate::tui::ticket::Request;
use crate::tui::widget::text_box::Active;
use crate::view::requirement::list;
use crate::view::work::gate_name;

/// What the sentence is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    NoGo(GateId),
    Waive(AssertionId),
    /// Which requirements it shows.
    Map(AssertionId),
    SetAside(RequirementId),
    Retire(AssertionId),
    Dismiss(FindingId),
    Defer(FindingId, Until),
    /// What was found, and the feature that mends it; its description is what is written.
    Mend(FindingId, Box<FeatureSpec>),
    Model(Role),
    Broadcast,
    Budget,
    Abandon,
}

impl Purpose {
    /// What a draft for it is about.
    fn subject(&self) -> Subject {
        match self {
            Self::NoGo(gate) => Subject::NoGo(*gate),
            Self::Waive(id) => Subject::Waive(id.clone()),
            Self::Map(id) => Subject::Map(id.clone()),
            Self::SetAside(id) => Subject::SetAside(*id),
            Self::Retire(id) => Subject::Retire(id.clone()),
            Self::Dismiss(id) => Subject::Dismiss(*id),
            Self::Defer(id, _) => Subject::Defer(*id),
            Self::Mend(id, _) => Subject::Mend(*id),
            Self::Model(role) => Subject::Model(*role),
            Self::Broadcast => Subject::Directive,
            Self::Budget => Subject::Budget,
            Self::Abandon => Subject::Abandon,
        }
    }

    /// The wording that a reason is about; nothing where it is about none.
    fn revision(&self, app: &App) -> String {
        let (Self::Waive(id) | Self::Retire(id)) = self else { return String::new() };
        let assertion = app.mission.assertion(id);
        assertion.map_or_else(String::new, |assertion| format!("revision {}", assertion.revision.0))
    }
}

/// The question, and what has been written so far.
#[derive(Debug)]
pub struct Prompt {
    purpose: Purpose,
    draft: OneText,
    /// That a draft was begun for an older wording.
    older: Option<String>,
    sending: Sending,
}

impl Prompt {
    /// Asks for a sentence; a draft that was left is there again.
    pub fn new(app: &App, purpose: Purpose) -> Self {
        let (subject, revision) = (purpose.subject(), purpose.revision(app));
        let older = app.drafts.get(&subject).filter(|draft| draft.base != revision);
        let older =
            older.map(|draft| format!("It was at {} when you began; it is at {revision} now.", draft.base));
        let blank = match &purpose {
            Purpose::Model(role) => {
                app.mission.models.get(role).map_or_else(String::new, ToString::to_string)
            }
            Purpose::Mend(_, spec) => spec.description.to_string(),
            Purpose::Map(id) => {
                app.mission.assertion(id).map_or_else(String::new, |found| list(&found.shows))
            }
            _ => String::new(),
        };
        let draft = OneText::from(app, subject, "note.md", &blank).resting_on(revision);
        Self { purpose, draft, older, sending: Sending::default() }
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
            Purpose::Map(id) => (
                format!("What {id} shows"),
                "Its requirements, such as REQ-1, REQ-3; nothing is none. Its verdicts stay as they are.",
            ),
            Purpose::SetAside(id) => (format!("Set {id} aside"), "Why does it ask for nothing?"),
            Purpose::Retire(id) => (format!("Retire {id}"), "Why is it no longer wanted?"),
            Purpose::Dismiss(id) => (format!("Dismiss {id}"), "Why is nothing done about it?"),
            Purpose::Defer(id, until) => (format!("Put {id} off"), why_it_waits(*until)),
            Purpose::Mend(id, _) => {
                (format!("Mend {id}"), "What is to be done? A worker builds it before anything else.")
            }
            Purpose::Model(role) => {
                (format!("Model of the {role}"), "provider/model; it is used from the next attempt on.")
            }
            Purpose::Broadcast => ("A directive".to_owned(), "Every agent is told this from now on."),
            Purpose::Budget => (
                "A higher budget".to_owned(),
                "For the whole mission: dollars such as 25, `2000000 tokens`, or `8 hours`. It goes on at once.",
            ),
            Purpose::Abandon => {
                ("Abandon the mission".to_owned(), "Why? Running agents are stopped; the branch stays.")
            }
        }
    }

    fn command(&self, app: &App) -> Result<Command, String> {
        let text = self.draft.text();
        let line = || Line::new(&text).map_err(|error| error.to_string());
        let prose = || Prose::new(&text).map_err(|error| error.to_string());
        Ok(match &self.purpose {
            Purpose::NoGo(gate) => {
                Command::DecideGate { gate: *gate, decision: Decision::NoGo { note: line()? } }
            }
            Purpose::Waive(id) => Command::Waive { assertion: id.clone(), reason: line()? },
            Purpose::Map(id) => Command::MapAssertion { assertion: id.clone(), shows: requirements(&text)? },
            Purpose::SetAside(id) => {
                Command::SetAsideRequirements { aside: vec![SetAside { requirement: *id, because: line()? }] }
            }
            Purpose::Retire(id) => Command::RetireAssertion { assertion: id.clone(), reason: line()? },
            Purpose::Dismiss(id) => decision(*id, Ruling::Dismiss { reason: line()? }),
            Purpose::Defer(id, until) => decision(*id, Ruling::Defer { until: *until, reason: line()? }),
            Purpose::Mend(id, spec) => {
                let spec = FeatureSpec { description: prose()?, ..(**spec).clone() };
                decision(*id, Ruling::Feature { spec, fulfills: Vec::new() })
            }
            Purpose::Model(role) => Command::ChooseModel {
                role: *role,
                model: Title::new(&text).map_err(|error| error.to_string())?,
            },
            Purpose::Broadcast => Command::Broadcast { text: prose()? },
            Purpose::Budget => Command::SetBudget { budget: budget(app.mission.budget, &text)? },
            Purpose::Abandon => Command::Abandon { reason: line()? },
        })
    }

    /// The words that confirm it.
    fn done(&self) -> String {
        match &self.purpose {
            Purpose::NoGo(gate) => format!("NO-GO at {}", gate_name(*gate)),
            Purpose::Waive(id) => format!("{id} is waived"),
            Purpose::Map(id) => format!("{id} shows what you said"),
            Purpose::SetAside(id) => format!("{id} asks for nothing"),
            Purpose::Retire(id) => format!("{id} is retired"),
            Purpose::Dismiss(id) => format!("{id} is dismissed"),
            Purpose::Defer(id, _) => format!("{id} stays open, put off"),
            Purpose::Mend(id, _) => format!("{id} becomes a feature"),
            Purpose::Model(role) => format!("the next {role} uses {}", self.draft.text().trim()),
            Purpose::Broadcast => "every agent is told".to_owned(),
            Purpose::Budget => "the mission goes on with a higher budget".to_owned(),
            Purpose::Abandon => "the mission is abandoned".to_owned(),
        }
    }

    fn send(&mut self, app: &App) -> PopupResult {
        match self.command(app) {
            // What cannot be taken back is asked twice; a No leaves the reason as a draft.
            Ok(command) if self.purpose == Purpose::Abandon => {
                let question = "Running agents are stopped, and nothing starts it again; its branch and its record stay.";
                let asked = Confirm::asking("Abandon the mission for good?", question, "abandon it");
                let asked = asked.sends(command, self.done());
                PopupResult::stay()
                    .and_then(StackAction::Swap(Box::new(asked)))
                    .with_draft(self.draft.draft())
            }
            Ok(command) => {
                self.sending.below = Some((StyleRole::Dim, "…".to_owned()));
                let mut sent = self.sending.order(command, self.done());
                if self.purpose == Purpose::Budget {
                    sent.requests.push(Request::order(Command::Resume, self.done()));
                }
                sent
            }
            Err(error) => self.sending.refused(&error),
        }
    }
}

fn requirements(text: &str) -> Result<Vec<RequirementId>, String> {
    let words = text.split([',', ' ', '\n']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|error: IdError| error.to_string())).collect()
}

fn decision(finding: FindingId, ruling: Ruling) -> Command {
    Command::DecideFinding { decision: Box::new(TriageDecision { finding, ruling }) }
}

fn why_it_waits(until: Until) -> &'static str {
    match until {
        Until::NextRound => "Why can it wait? It stays open, and is decided on anew after the next round.",
        Until::Milestone => "Why can it wait? It stays open, and you are asked at its milestone's gate.",
        Until::Final => "Why can it wait? It stays open, and you are asked again at the final gate.",
    }
}

impl Popup for Prompt {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Prompt, self.question().0)
            .hints([Action::Save, Action::NewLine, Action::Editor, Action::Back])
            .calling(Action::Save, "send")
            .drafted(app, &self.draft.subject)
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

    fn act(&mut self, app: &App, _at: &mut Place, action: Action) -> PopupResult {
        if action == Action::Save && !self.sending.sent { self.send(app) } else { PopupResult::pass() }
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        match (call, result) {
            (Call::Command { .. }, Ok(_)) => PopupResult::close().with_draft(self.draft.sent()),
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
        let mut question = paragraph(StyleRole::Dim, self.question().1, usize::from(inner.width));
        let older =
            self.older.iter().flat_map(|told| paragraph(StyleRole::Warn, told, usize::from(inner.width)));
        question.extend(older);
        painter.rows(inner, &question);
        let rest = below(inner, u16::try_from(question.len()).unwrap_or(0) + 1);
        let foot = 2.min(rest.height.saturating_sub(1));
        let text = Rect { height: rest.height - foot, ..rest };
        self.draft.text.draw(painter, text, Active::Yes);
        self.sending.draw(painter, below(rest, text.height));
    }
}

/// The budget with what was written raised: dollars, tokens or hours.
fn budget(now: Budget, text: &str) -> Result<Budget, String> {
    let wrong = || format!("\"{}\" is no budget: write 25, 2000000 tokens, or 8 hours", text.trim());
    let mut words = text.split_whitespace();
    let (number, unit) = (words.next().unwrap_or_default(), words.next().unwrap_or("dollars"));
    let number = number.trim_start_matches('$').replace(['_', ','], "");
    // In millionths, so that cents are exact.
    let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
    let millionths = format!("{whole}{part:0<6}").parse::<u64>().ok().filter(|_| part.len() <= 6);
    let amount = millionths.filter(|amount| *amount > 0 && words.next().is_none()).ok_or_else(wrong)?;
    match unit {
        "dollar" | "dollars" => Ok(Budget { micro_dollars: Some(amount), ..now }),
        "token" | "tokens" => Ok(Budget { tokens: Some(amount / 1_000_000), ..now }),
        "hour" | "hours" | "h" => Ok(Budget { agent_ms: Some(amount.saturating_mul(18) / 5), ..now }),
        _ => Err(wrong()),
    }
}
