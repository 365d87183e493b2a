//! One turn of an agent: from what it is told to the moment that it waits to be told more.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use agent_client_protocol::v1::schema::{
    PromptResponse, RequestPermissionOutcome, RequestPermissionResponse, SessionUpdate, StopReason,
};
use agent_client_protocol::{Error, ErrorCode, is_incoming_transport_closed};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::drive::{Drive, Ears, said};
use super::link::{Heard, Link, Question};
use super::permission::{Answer, answer, choose};
use super::server::MissionCall;
use super::words;
use crate::agent::model::provider::spent;
use crate::agent::model::{Item, ModelError, ResultStatus};
use crate::agent::turn::{Fault, NOT_RUN_CLOSED, Outcome};

/// How long an agent has to stop what it does: the last of what it used is told then.
const STOP: Duration = Duration::from_secs(3);
/// How long a look at the budget takes that waits for nothing.
const PAUSED: Duration = Duration::from_secs(1);
/// Turns in a row that may break before the session is given up.
const BROKEN: u32 = 5;
/// How long it has where a message interrupts it; one that does not stop is given up.
const INTERRUPT: Duration = Duration::from_secs(20);

/// What an agent is told.
pub(super) struct Say {
    text: String,
    /// What the transcript has of it.
    items: Vec<String>,
}

impl Say {
    /// Texts that the transcript has as they are.
    pub fn all(items: Vec<String>) -> Self {
        Self { text: items.join("\n\n"), items }
    }

    /// A text of which the transcript has only what is not the same in every session.
    pub fn hidden(text: String, item: String) -> Self {
        Self { text, items: vec![item] }
    }
}

/// How a turn ended.
pub(super) enum TurnEnd {
    /// The session is over with it.
    Over(Outcome),
    /// It goes on with this.
    Next(Say),
    /// The agent waits to be told more; whether it used a tool meanwhile.
    Ended { stop: StopReason, acted: bool },
}

/// A look at the budget that is under way.
type Check = BoxFuture<'static, Result<(), String>>;

/// How far a turn is.
#[derive(Default)]
struct Turn {
    /// A message interrupted it.
    interrupted: bool,
    /// When it is given up; nothing while the agent may go on.
    until: Option<Instant>,
    check: Option<Check>,
    /// From when on the look at the budget takes so long that the mission must be paused.
    waits_from: Option<Instant>,
    paused: bool,
}

impl Turn {
    fn stop(&mut self, link: &Link, patience: Duration) {
        link.cancel();
        self.until = Some(Instant::now() + patience);
    }
}

impl Drive {
    /// Tells the agent something and follows what it does about it.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn turn(&mut self, link: &Link, ears: &mut Ears, say: Say) -> Result<TurnEnd, Error> {
        if let Err(reason) = self.permit.before_model_call(self.spending.estimate(&say.text)).await {
            return Ok(TurnEnd::Over(Outcome::Denied { reason }));
        }
        // What some say while their session is set up is no answer to what they hear now.
        self.record.flush();
        self.record.said.clear();
        for text in say.items {
            self.observer.item(&Item::User { text });
        }
        let (sent, said, made) = (say.text.len(), self.record.bytes, self.made());
        let mut turn = Turn::default();
        let response = self.follow(link, ears, say.text, &mut turn).await;
        while let Ok(heard) = ears.heard.try_recv() {
            self.heard(heard, &mut turn);
        }
        self.record.end_turn();
        let acted = self.made() > made;
        let said = self.record.bytes - said;
        match &response {
            Some(Ok(response)) => self.spending.turn(response, sent, said),
            Some(Err(_)) | None => self.spending.broken_turn(sent, said),
        }
        self.over(response, turn, acted).await
    }

    /// Follows what it does about a prompt, to its end or for as long as it has; nothing where it did not end.
    async fn follow(
        &mut self,
        link: &Link,
        ears: &mut Ears,
        text: String,
        turn: &mut Turn,
    ) -> Option<Result<PromptResponse, Error>> {
        let mut asked = pin!(link.prompt(text));
        loop {
            tokio::select! {
                biased;
                Some(heard) = ears.heard.recv() => self.heard(heard, turn),
                Some(call) = ears.called.recv() => self.called(call),
                made = self.calls.next() => {
                    let mail = self.inbox.take();
                    if let Some(outcome) = self.calls.answer(made, &mail) {
                        self.finish(outcome, link, turn);
                    }
                }
                seen = next_check(&mut turn.check) => {
                    if let Err(reason) = seen {
                        self.finish(Outcome::Denied { reason }, link, turn);
                    }
                }
                () = self.inbox.interrupt(), if !turn.interrupted && self.ending.is_none() => {
                    turn.interrupted = true;
                    turn.stop(link, INTERRUPT);
                }
                response = &mut asked => return Some(response),
                () = passed(turn.waits_from), if turn.check.is_some() && !turn.paused => {
                    // Its next prompt waits until the mission goes on.
                    turn.paused = true;
                    turn.stop(link, INTERRUPT);
                }
                () = passed(turn.until) => return None,
            }
        }
    }

    fn called(&mut self, call: MissionCall) {
        if self.ending.is_none() {
            self.record.flush();
            self.record.said.clear();
            self.calls.take(call);
        } else if call.answer.send((NOT_RUN_CLOSED.to_owned(), ResultStatus::Failed)).is_err() {
            tracing::debug!("an agent did not wait for the answer to a call");
        }
    }

    /// The session is over; the agent has a moment to stop.
    fn finish(&mut self, outcome: Outcome, link: &Link, turn: &mut Turn) {
        if self.ending.is_none() {
            self.ending = Some(outcome);
            turn.stop(link, STOP);
        }
    }

    /// What a turn has come to.
    async fn over(
        &mut self,
        response: Option<Result<PromptResponse, Error>>,
        turn: Turn,
        acted: bool,
    ) -> Result<TurnEnd, Error> {
        if let Some(outcome) = self.ending.clone() {
            self.permit.after_reply().await;
            return Ok(TurnEnd::Over(outcome));
        }
        match response {
            Some(answer) if turn.paused && !answer.as_ref().is_err_and(is_incoming_transport_closed) => {
                self.permit.after_reply().await;
                Ok(TurnEnd::Next(Say::all(vec![words::PAUSED.to_owned()])))
            }
            Some(Ok(response)) => {
                self.broken_in_a_row = 0;
                self.permit.after_reply().await;
                Ok(TurnEnd::Ended { stop: response.stop_reason, acted })
            }
            // Some agents answer a turn that was cancelled with an error.
            Some(Err(error)) if turn.interrupted && !is_incoming_transport_closed(&error) => {
                self.permit.after_reply().await;
                Ok(TurnEnd::Ended { stop: StopReason::Cancelled, acted })
            }
            Some(Err(error)) if is_incoming_transport_closed(&error) => Err(error),
            Some(Err(error)) => self.broken(&error).await,
            None => {
                let reason = format!("{} did not stop when it was interrupted", self.agent.title);
                Ok(TurnEnd::Over(Outcome::Failed { reason, fault: Fault::Agent }))
            }
        }
    }

    /// The agent is there, and could not do its turn: what is behind it is out of reach, or wants something of the person.
    async fn broken(&mut self, error: &Error) -> Result<TurnEnd, Error> {
        let message = format!("{}: {}", self.agent.title, said(error));
        let fault = match error.code {
            ErrorCode::AUTH_REQUIRED => ModelError::Key(format!("{message}; {}", self.agent.sign_in)),
            ErrorCode::INVALID_PARAMS | ErrorCode::METHOD_NOT_FOUND => ModelError::Refused(message),
            _ => spent(&message, error.data.as_ref().unwrap_or(&Value::Null)).unwrap_or_else(|| {
                self.broken_in_a_row += 1;
                ModelError::Passing { message, retry_after: None }
            }),
        };
        if self.broken_in_a_row > BROKEN {
            // What stays so is the session's own: another may begin.
            let outcome = Outcome::Failed { reason: fault.to_string(), fault: Fault::Agent };
            return Ok(TurnEnd::Over(outcome));
        }
        Ok(match self.deadline.wait_out(self.permit.as_ref(), &fault).await {
            Ok(()) => TurnEnd::Next(Say::all(vec![words::go_on(&said(error))])),
            Err(outcome) => TurnEnd::Over(outcome),
        })
    }

    fn made(&self) -> u32 {
        self.calls.made.saturating_add(self.record.own_calls)
    }

    /// Takes what is heard outside of a turn.
    pub fn hear(&mut self, heard: Heard) {
        self.heard(heard, &mut Turn::default());
    }

    fn heard(&mut self, heard: Heard, turn: &mut Turn) {
        match heard {
            Heard::Update(update) => {
                let SessionUpdate::UsageUpdate(update) = *update else { return self.record.take(*update) };
                self.spending.update(&update);
                if turn.check.is_none() {
                    // It has asked its model, and will ask again: the budget is looked at in between, as for any other.
                    let (permit, tokens) = (Arc::clone(&self.permit), self.spending.estimate(""));
                    turn.waits_from = Some(Instant::now() + PAUSED);
                    turn.check = Some(Box::pin(async move {
                        permit.after_reply().await;
                        permit.before_model_call(tokens).await
                    }));
                }
            }
            Heard::Asked(question) => {
                let Question { asked, responder } = *question;
                let outcome = if turn.until.is_some() {
                    RequestPermissionOutcome::Cancelled
                } else {
                    let root = self.place.confinement.root();
                    let answer = if self.record.is_of_mission(&asked.tool_call.tool_call_id.to_string()) {
                        Answer::Allowed
                    } else {
                        answer(&asked, self.place.access, &[root, &self.place.scratch])
                    };
                    if let Answer::Rejected(reason) = &answer {
                        self.refusals.push(reason.clone());
                    }
                    choose(&asked.options, &answer)
                };
                if let Err(error) = responder.respond(RequestPermissionResponse::new(outcome)) {
                    tracing::debug!(%error, "an agent did not wait for the answer to a question");
                }
            }
        }
    }
}

/// What came of the look at the budget that is under way; none is for ever to come.
async fn next_check(check: &mut Option<Check>) -> Result<(), String> {
    let Some(under_way) = check else { return std::future::pending().await };
    let seen = under_way.await;
    *check = None;
    seen
}

/// Ends when a turn has had its time.
async fn passed(until: Option<Instant>) {
    match until {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
