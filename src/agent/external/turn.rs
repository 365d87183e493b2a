//! One turn of an agent: from what it is told to the moment that it waits to be told more.

use std::pin::pin;
use std::time::Duration;

use agent_client_protocol::v1::schema::{PromptResponse, RequestPermissionOutcome, RequestPermissionResponse, SessionUpdate, StopReason};
use agent_client_protocol::{Error, ErrorCode, is_incoming_transport_closed};
use futures::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use super::drive::{Drive, Ears, said};
use super::link::{Heard, Link};
use super::permission::{Answer, answer, choose};
use super::words;
use crate::agent::model::{Item, ModelError, ResultStatus};
use crate::agent::turn::{NOT_RUN_CLOSED, Outcome};

/// How long an agent has to stop what it does: the last of what it used is told then.
const STOP: Duration = Duration::from_secs(3);
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

/// How far a turn is that is to end before the agent would end it.
#[derive(Default)]
struct Stopping {
    outcome: Option<Outcome>,
    interrupted: bool,
    until: Option<Instant>,
}

impl Stopping {
    fn now(&mut self, link: &Link, patience: Duration) {
        link.cancel();
        self.until = Some(Instant::now() + patience);
    }

    fn finish(&mut self, link: &Link, outcome: Outcome) {
        if self.outcome.is_none() {
            self.outcome = Some(outcome);
            self.now(link, STOP);
        }
    }

    /// Ends when it has had its time.
    async fn passed(until: Option<Instant>) {
        match until {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
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
        for text in say.items {
            self.observer.item(&Item::User { text });
        }
        let (sent, said, made) = (say.text.len(), self.record.bytes, self.made());
        let mut stopping = Stopping::default();
        let mut checked: Option<BoxFuture<'static, Result<(), String>>> = None;
        let response = {
            let mut asked = pin!(link.prompt(say.text));
            loop {
                tokio::select! {
                    biased;
                    Some(heard) = ears.heard.recv() => self.heard(heard, &stopping, &mut checked),
                    Some(call) = ears.called.recv() => {
                        if stopping.outcome.is_none() {
                            self.record.flush();
                            self.record.said.clear();
                            self.calls.take(call);
                        } else if call.answer.send((NOT_RUN_CLOSED.to_owned(), ResultStatus::Failed)).is_err() {
                            tracing::debug!("an agent did not wait for the answer to a call");
                        }
                    }
                    made = self.calls.next() => {
                        let mail = self.inbox.take();
                        if let Some(outcome) = self.calls.answer(made, &mail) {
                            stopping.finish(link, outcome);
                        }
                    }
                    Err(reason) = next_check(&mut checked) => stopping.finish(link, Outcome::Denied { reason }),
                    () = self.inbox.interrupt(), if !stopping.interrupted && stopping.outcome.is_none() => {
                        stopping.interrupted = true;
                        stopping.now(link, INTERRUPT);
                    }
                    response = &mut asked => break Some(response),
                    () = Stopping::passed(stopping.until) => break None,
                }
            }
        };
        while let Ok(heard) = ears.heard.try_recv() {
            self.heard(heard, &stopping, &mut checked);
        }
        self.record.end_turn();
        let acted = self.made() > made;
        self.spending.turn(response.as_ref().and_then(|response| response.as_ref().ok()), sent, self.record.bytes - said);
        self.over(response, stopping, acted).await
    }

    /// What a turn has come to.
    async fn over(
        &mut self,
        response: Option<Result<PromptResponse, Error>>,
        stopping: Stopping,
        acted: bool,
    ) -> Result<TurnEnd, Error> {
        if let Some(outcome) = stopping.outcome {
            self.permit.after_reply().await;
            return Ok(TurnEnd::Over(outcome));
        }
        match response {
            Some(Ok(response)) => {
                self.permit.after_reply().await;
                Ok(TurnEnd::Ended { stop: response.stop_reason, acted })
            }
            // Some agents answer a turn that was cancelled with an error.
            Some(Err(error)) if stopping.interrupted && !is_incoming_transport_closed(&error) => {
                self.permit.after_reply().await;
                Ok(TurnEnd::Ended { stop: StopReason::Cancelled, acted })
            }
            Some(Err(error)) if is_incoming_transport_closed(&error) => Err(error),
            Some(Err(error)) => self.broken(&error).await,
            None => {
                let reason = format!("{} did not stop when it was interrupted", self.agent.title);
                let fault = crate::agent::turn::Fault::Agent;
                Ok(TurnEnd::Over(Outcome::Failed { reason, fault }))
            }
        }
    }

    /// The agent is there, and could not do its turn: what is behind it is out of reach, or wants something of the person.
    async fn broken(&mut self, error: &Error) -> Result<TurnEnd, Error> {
        let message = format!("{}: {}", self.agent.title, said(error));
        let fault = match error.code {
            ErrorCode::AUTH_REQUIRED => ModelError::Key(format!("{message}; {}", self.agent.sign_in)),
            ErrorCode::INVALID_PARAMS | ErrorCode::METHOD_NOT_FOUND => ModelError::Refused(message),
            _ => ModelError::Passing { message, retry_after: None },
        };
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
        self.heard(heard, &Stopping::default(), &mut None);
    }

    fn heard(
        &mut self,
        heard: Heard,
        stopping: &Stopping,
        checked: &mut Option<BoxFuture<'static, Result<(), String>>>,
    ) {
        match heard {
            Heard::Update(SessionUpdate::UsageUpdate(update)) => {
                self.spending.update(&update);
                if checked.is_none() {
                    // It has asked its model, and will ask again: the budget is looked at in between, as for any other.
                    let (permit, tokens) = (std::sync::Arc::clone(&self.permit), self.spending.estimate(""));
                    *checked = Some(Box::pin(async move {
                        permit.after_reply().await;
                        permit.before_model_call(tokens).await
                    }));
                }
            }
            Heard::Update(update) => self.record.take(update),
            Heard::Asked(asked, responder) => {
                let outcome = if stopping.until.is_some() {
                    RequestPermissionOutcome::Cancelled
                } else {
                    let root = self.place.confinement.root();
                    let answer = answer(&asked, self.place.access, &[root, &self.place.scratch]);
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

/// The next look at the budget that went wrong; none is for ever to come.
async fn next_check(checked: &mut Option<BoxFuture<'static, Result<(), String>>>) -> Result<(), String> {
    match checked {
        Some(check) => {
            let seen = check.await;
            *checked = None;
            seen
        }
        None => std::future::pending().await,
    }
}
