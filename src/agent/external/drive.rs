//! One session that an agent plays: how it begins, what it hears after each turn, and how it ends.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use agent_client_protocol::v1::schema::StopReason;
use agent_client_protocol::{Error, ErrorCode};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::calls::Calls;
use super::link::{Begun, Heard, Introduced, Link, Opening, connect, silent};
use super::record::Record;
use super::server::{MissionCall, MissionServer, Reached, own_name};
use super::spec::{AgentSpec, SystemWay};
use super::spending::Spending;
use super::turn::{Say, TurnEnd};
use super::words;
use crate::agent::hook::SessionHooks;
use crate::agent::model::ToolSpec;
use crate::agent::model::provider::spent;
use crate::agent::session::{Deadline, Ended, Inbox, Observer, Over, Permit, Session, TakenUp, Tools};
use crate::agent::tool::ToolEnv;
use crate::agent::turn::{Closing, Fault, Outcome, not_closed, said_nothing};
use crate::workspace::process::Dialogue;

/// The longest text that may be a notice of the agent's own and no work of its model, in bytes.
const LONGEST_NOTICE: usize = 300;
/// Turns without the closing tool that are forgiven in a whole session; in a row it is one.
const FORGIVEN: u32 = 3;

/// Plays a session with an agent, to its end. Dropping the future kills the agent.
pub async fn run(agent: Arc<AgentSpec>, session: Session, deadline: Deadline, over: Over) -> Ended {
    let mut drive = Drive::new(agent, session, deadline);
    let outcome = over.or(drive.run()).await;
    drive.end(outcome)
}

/// A session that is under way.
pub(super) struct Drive {
    pub agent: Arc<AgentSpec>,
    pub place: Arc<ToolEnv>,
    pub permit: Arc<dyn Permit>,
    pub observer: Arc<dyn Observer>,
    pub inbox: Inbox,
    pub deadline: Deadline,
    pub calls: Calls,
    pub record: Record,
    pub spending: Spending,
    /// How the session ended, while the agent has a moment left to stop.
    pub ending: Option<Outcome>,
    hooks: Option<Arc<SessionHooks>>,
    /// Why it was refused what it asked for in this turn.
    pub refusals: Vec<String>,
    system: String,
    brief: String,
    taken_up: Option<TakenUp>,
    closing: Closing,
    tools: Vec<ToolSpec>,
    /// Whether it asked for them.
    asked: Arc<AtomicBool>,
    stop: CancellationToken,
    /// Turns that broke since the last one that did not.
    pub broken_in_a_row: u32,
    begun: bool,
    turns: u32,
    silent: u32,
    silent_in_a_row: u32,
}

/// Where it is heard: what it says, and what it calls.
pub(super) struct Ears {
    pub heard: mpsc::Receiver<Heard>,
    pub called: mpsc::Receiver<MissionCall>,
}

impl Drive {
    fn new(agent: Arc<AgentSpec>, session: Session, deadline: Deadline) -> Self {
        let Session { place, observer, tools, .. } = session;
        let stop = session.cancel.child_token();
        let specs = tools.iter().map(|tool| tool.spec.clone()).collect();
        let tools: Tools = tools.into_iter().map(|tool| (tool.spec.name.clone(), tool)).collect();
        Self {
            calls: Calls::new(tools, &observer, &stop, session.limits.tool_output_bytes),
            record: Record::new(&observer, place.confinement.root()),
            spending: Spending::new(&observer),
            agent,
            place,
            permit: session.permit,
            observer,
            inbox: Inbox::of(session.inbox),
            deadline,
            ending: None,
            hooks: session.hooks,
            refusals: Vec::new(),
            system: session.system,
            brief: session.brief,
            taken_up: session.taken_up,
            closing: session.closing,
            tools: specs,
            asked: Arc::default(),
            stop,
            broken_in_a_row: 0,
            begun: false,
            turns: 0,
            silent: 0,
            silent_in_a_row: 0,
        }
    }

    async fn run(&mut self) -> Outcome {
        // In a sandbox the folder for temporary files is there under its own name, and short.
        let place = self.place.jail.temporary().map_or(self.place.scratch.as_path(), Path::new);
        let listening = MissionServer::listen(place, self.agent.tools_over, &self.tools).await;
        let offered = listening.and_then(|offered| {
            if let Reached::Http(address) = &offered.0.at {
                self.place.jail.loopback().lend(address.port)?;
            }
            Ok(offered)
        });
        let (server, called) = match offered {
            Ok(served) => served,
            Err(error) => {
                let reason = format!("the mission's tools could not be offered: {error}");
                return Outcome::Failed { reason, fault: Fault::Tool };
            }
        };
        self.asked = Arc::clone(&server.asked);
        let setup = self.agent.setup(self.place.access);
        let env = self.agent.env.clone().into_iter().chain(setup.env.clone());
        let program = self.place.agent(&self.agent.words(&setup), env);
        let (mut dialogue, talk) = match program.spawn_dialogue(&self.place.scratch.join(own_name("log"))) {
            Ok(started) => started,
            Err(error) => return unusable(format!("{error}{}", advice(&self.agent.install))),
        };
        let talked = connect(talk, self.agent.patience, async |introduced, heard| {
            let ears = Ears { heard, called };
            self.converse(introduced, ears, &server.at).await
        });
        let outcome = match talked.await {
            Ok(outcome) => outcome,
            Err(error) => self.lost(&mut dialogue, &error).await,
        };
        dialogue.kill().await;
        outcome
    }

    /// It is not there any more, or does not speak the protocol.
    async fn lost(&mut self, dialogue: &mut Dialogue, error: &Error) -> Outcome {
        self.record.end_turn();
        let exit = dialogue.end().await;
        let name = &self.agent.title;
        let words = dialogue.last_words().await;
        let words = if words.is_empty() { said(error) } else { words };
        if self.begun {
            let reason = format!("{name} ended in the middle of its work ({exit}): {words}");
            return Outcome::Failed { reason, fault: Fault::Agent };
        }
        unusable(format!("{name} did not start ({exit}): {words}{}", advice(&self.agent.sign_in)))
    }

    async fn converse(
        &mut self,
        introduced: Introduced,
        mut ears: Ears,
        tools: &Reached,
    ) -> Result<Outcome, Error> {
        let (link, begun) = match self.begin(introduced, &mut ears, tools).await {
            Ok(begun) => begun,
            Err(outcome) => return Ok(outcome),
        };
        self.begun = true;
        self.observer.session(&link.name());
        let mut say = self.opening(begun);
        loop {
            self.turns += 1;
            say = match self.turn(&link, &mut ears, say).await? {
                TurnEnd::Over(outcome) => return Ok(outcome),
                TurnEnd::Next(next) => next,
                TurnEnd::Ended { stop, acted } => match self.ended(stop, acted).await {
                    Ok(next) => next,
                    Err(outcome) => return Ok(outcome),
                },
            };
        }
    }

    async fn begin(
        &mut self,
        introduced: Introduced,
        ears: &mut Ears,
        tools: &Reached,
    ) -> Result<(Link, Begun), Outcome> {
        let (agent, setup) = (Arc::clone(&self.agent), self.agent.setup(self.place.access));
        let system = (agent.system == SystemWay::Session).then(|| self.about());
        let dir = self.place.confinement.root().to_owned();
        let earlier = self.taken_up.as_ref().and_then(|earlier| earlier.session.clone());
        let opening = Opening { dir: &dir, tools, system, earlier: earlier.as_deref() };
        let answer = {
            let mut asked = pin!(timeout(agent.patience, introduced.begin(&agent, &setup, opening)));
            loop {
                tokio::select! {
                    answer = &mut asked => break answer,
                    Some(heard) = ears.heard.recv() => self.hear_again(heard, earlier.is_some()),
                }
            }
        };
        while let Ok(heard) = ears.heard.try_recv() {
            self.hear_again(heard, earlier.is_some());
        }
        let name = &self.agent.title;
        match answer {
            Ok(Ok(begun)) => Ok(begun),
            Ok(Err(error)) if error.code == ErrorCode::AUTH_REQUIRED => {
                Err(unusable(format!("{name} is not signed in{}", advice(&self.agent.sign_in))))
            }
            Ok(Err(error)) => {
                let advice = advice(&self.agent.sign_in);
                Err(unusable(format!("{name} began no session: {}{advice}", said(&error))))
            }
            Err(_) => {
                let reason = format!("{name}: {}", silent("session/new", agent.patience));
                Err(Outcome::Failed { reason, fault: Fault::Provider })
            }
        }
    }

    /// Who the agent is in this session.
    fn about(&self) -> String {
        let tools: Vec<&str> = self.tools.iter().map(|tool| tool.name.as_str()).collect();
        let dir = self.place.confinement.root().display().to_string();
        format!("{}\n\n{}", self.system, words::standing(&dir, &tools, &self.closing))
    }

    /// Takes what is heard before a session has begun: one that is taken up may be told once more, and stands in the
    /// transcript already.
    fn hear_again(&mut self, heard: Heard, is_told_again: bool) {
        if !(is_told_again && matches!(heard, Heard::Update(_))) {
            self.hear(heard);
        }
    }

    /// What it hears first.
    fn opening(&mut self, begun: Begun) -> Say {
        let earlier = self.taken_up.take();
        let brief = match (earlier, begun) {
            (Some(earlier), Begun::TakenUp) => return Say::all(vec![earlier.brief]),
            (Some(earlier), Begun::Afresh) => format!("{}\n\n{}", self.brief, earlier.recap),
            (None, _) => self.brief.clone(),
        };
        let text = match self.agent.system {
            SystemWay::Session => brief.clone(),
            SystemWay::Prompt => format!("{}\n\n# Your brief\n{brief}", self.about()),
        };
        Say::hidden(text, brief)
    }

    /// What it hears after a turn that ended by itself, or how the session ends.
    async fn ended(&mut self, stop: StopReason, acted: bool) -> Result<Say, Outcome> {
        let mail = self.inbox.take();
        let refusals = std::mem::take(&mut self.refusals);
        if !mail.is_empty() {
            return Ok(Say::all(mail));
        }
        let text = std::mem::take(&mut self.record.said);
        let text = text.trim();
        if !acted
            && text.len() < LONGEST_NOTICE
            && let Some(fault) = spent(text, &Value::Null)
        {
            // Some say that their limit is reached as if the model had said it.
            self.deadline.wait_out(self.permit.as_ref(), &fault).await?;
            return Ok(Say::all(vec![words::go_on(text)]));
        }
        if stop == StopReason::Refusal {
            let reason = format!("it refuses to go on: {}", crate::agent::context::clipped(text, 200));
            return Err(Outcome::Failed { reason, fault: Fault::Agent });
        }
        if self.closing == Closing::Text && !text.is_empty() && stop == StopReason::EndTurn {
            let go_on = match &self.hooks {
                Some(hooks) => hooks.ends().await,
                None => None,
            };
            return go_on
                .map_or_else(|| Err(Outcome::Said(text.to_owned())), |words| Ok(Say::all(vec![words])));
        }
        if acted {
            self.silent_in_a_row = 0;
        }
        self.silent_in_a_row += 1;
        self.silent += 1;
        let is_deaf = matches!(self.closing, Closing::Tools(_)) && !self.asked.load(Ordering::Relaxed);
        if is_deaf && self.silent_in_a_row > 1 {
            return Err(unusable(words::deaf(&self.agent)));
        }
        if self.silent_in_a_row > 1 || self.silent > FORGIVEN {
            return Err(Outcome::Failed { reason: self.closing.not_reached(text), fault: Fault::Agent });
        }
        let notice = if text.is_empty() { said_nothing(&self.closing) } else { not_closed(&self.closing) };
        Ok(Say::all(vec![words::refused(&refusals) + &notice]))
    }

    fn end(mut self, outcome: Outcome) -> Ended {
        self.stop.cancel();
        self.record.end_turn();
        Ended {
            outcome: self.ending.take().unwrap_or(outcome),
            usage: self.spending.total,
            turns: self.turns,
            tool_calls: self.calls.made.saturating_add(self.record.own_calls),
            unread: self.inbox.take(),
        }
    }
}

/// What to do about it, where that is known.
fn advice(known: &str) -> String {
    if known.is_empty() { String::new() } else { format!("; {known}") }
}

fn unusable(reason: String) -> Outcome {
    Outcome::Failed { reason, fault: Fault::Configuration }
}

/// What an agent says went wrong: often only its details say it.
pub(super) fn said(error: &Error) -> String {
    let details = error.data.as_ref().and_then(|data| {
        let details = data.get("details").or_else(|| data.get("message")).unwrap_or(data);
        details.as_str().map(str::to_owned)
    });
    match details {
        Some(details) if !details.is_empty() && details != error.message => {
            format!("{} ({details})", error.message)
        }
        _ => error.message.clone(),
    }
}
