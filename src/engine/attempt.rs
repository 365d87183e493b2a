//! One attempt from its start to its end: logged before it begins, closed whatever happens.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::activity::Running;
use super::deck::{Deck, blocking};
use super::dispatcher::Refused;
use super::error::EngineError;
use super::mission_tools::{Bench, equip};
use super::observer::FlightObserver;
use super::permit::FlightPermit;
use super::role::{After, Researchers, Station, prepare, prompt_name};
use crate::agent::model::Model;
use crate::agent::model::catalogue::ModelFacts;
use crate::agent::prompt::Prompt;
use crate::agent::session::{Observer, Session};
use crate::agent::skill::Shelf;
use crate::agent::tool::{Tool, Toolbox};
use crate::agent::turn::Limits;
use crate::domain::attempt::{Ending, Role, Work};
use crate::domain::brief::brief;
use crate::domain::command::Command;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::{AttemptId, MessageId};
use crate::domain::message::{Message, MessageState, Party};
use crate::domain::text::{Line, Title};

/// Flies one piece of work that an agent does.
///
/// # Errors
/// When the machine stands in the way; the attempt is closed by then.
pub async fn fly(
    deck: &Arc<Deck>,
    work: Work,
    role: Role,
    cancel: CancellationToken,
) -> Result<(), EngineError> {
    let running = deck.activities.begin(work);
    let prompt = deck.prompt(prompt_name(work))?;
    let model_role: Role = prompt.model_role.parse().unwrap_or(role);
    let model = deck.shared.with(|mission| mission.models.get(&model_role).cloned()).unwrap_or_default();
    let started = deck.commander.record(Command::StartAttempt { work, model: model.clone() }).await;
    let attempt = match started {
        Ok(events) => started_attempt(&events)?,
        // The mission moved on between the schedule and this: what is due is worked out anew.
        Err(Refused::Rejected(rejection)) => {
            tracing::debug!(%work, %rejection, "not started");
            return Ok(());
        }
        Err(Refused::Fault(sentence)) => return Err(EngineError::Unfit(sentence)),
    };
    running.attempt(attempt);
    let flight = Flight { deck: Arc::clone(deck), work, role, attempt, prompt, cancel };
    let outcome = flight.run(model, running).await;
    if let Err(error) = &outcome {
        flight.end(Ending::Interrupted).await;
        tracing::warn!(%work, %error, "an attempt could not be flown");
    }
    outcome
}

fn started_attempt(events: &[Stamped]) -> Result<AttemptId, EngineError> {
    let id = events.iter().find_map(|stamped| match &stamped.event {
        Event::AttemptStarted { attempt, .. } => Some(*attempt),
        _ => None,
    });
    id.ok_or_else(|| EngineError::Unfit("an attempt was started without a number".to_owned()))
}

/// One attempt that has been logged.
pub(super) struct Flight {
    pub(super) deck: Arc<Deck>,
    pub(super) work: Work,
    pub(super) role: Role,
    pub(super) attempt: AttemptId,
    prompt: Prompt,
    cancel: CancellationToken,
}

impl Flight {
    async fn run(&self, model: Title, running: Running) -> Result<(), EngineError> {
        let mind = match self.deck.backends.model(model.as_str()) {
            Ok(mind) => mind,
            Err(sentence) => {
                self.end(Ending::Unusable { reason: Line::clipped(sentence) }).await;
                return Ok(());
            }
        };
        running.doing("preparing its checkout");
        let station = prepare(&self.deck, self.work).await?;
        running.doing("waiting for the model");
        let mail = self.waiting_mail();
        let facts = self.deck.backends.facts(model.as_str());
        let observer = Arc::new(FlightObserver::new(&self.deck, self.attempt, facts, running));
        let session = self.session(mind, facts, &station, &observer)?;
        let ended = session.run().await;
        self.deck.inboxes.close(self.attempt);
        if let Some(instruments) = &station.instruments {
            instruments.app.stop().await;
        }
        self.close(ended, &observer, mail).await;
        self.put_back(station.after, &observer).await
    }

    fn session(
        &self,
        model: Arc<dyn Model>,
        facts: ModelFacts,
        station: &Station,
        observer: &Arc<FlightObserver>,
    ) -> Result<Session, EngineError> {
        let brief = self.deck.shared.with(|mission| brief(mission, self.work));
        let mut labels = brief.labels;
        labels.insert("attempt".to_owned(), self.attempt.to_string());
        let permit = FlightPermit {
            role: self.role,
            shared: Arc::clone(&self.deck.shared),
            commander: self.deck.commander.clone(),
        };
        let watcher: Arc<dyn Observer> = observer.clone();
        Ok(Session {
            tools: self.tools(&model, facts, station, observer)?,
            model,
            system: self.deck.system_prompt(&self.prompt, &station.dir)?,
            brief: brief.text + &station.note,
            closing: self.prompt.closes.clone(),
            limits: Limits {
                max_turns: self.prompt.max_turns,
                max_time: self.prompt.max_time,
                window_tokens: facts.window,
                max_output_tokens: facts.max_output,
                ..Limits::default()
            },
            labels,
            permit: Arc::new(permit),
            observer: watcher,
            inbox: self.deck.inboxes.open(self.attempt),
            cancel: self.cancel.clone(),
        })
    }

    /// The tools that the prompt names; one that cannot be given is noted in the transcript.
    fn tools(
        &self,
        model: &Arc<dyn Model>,
        facts: ModelFacts,
        station: &Station,
        observer: &Arc<FlightObserver>,
    ) -> Result<Vec<Arc<dyn Tool>>, EngineError> {
        let place = self.deck.workplace(&station.dir, station.access)?;
        let bench = Arc::new(Bench {
            attempt: self.attempt,
            commander: self.deck.commander.clone(),
            shared: Arc::clone(&self.deck.shared),
            store: Arc::clone(&self.deck.store),
            place: station.place.clone(),
        });
        let researchers = Researchers {
            deck: Arc::clone(&self.deck),
            attempt: self.attempt,
            model: Arc::clone(model),
            facts,
            dir: station.dir.clone(),
            permit_role: self.role,
            cancel: self.cancel.clone(),
        };
        let skills = Shelf::find(&self.deck.skill_dirs(&station.dir));
        let toolbox = equip(Toolbox::new(place), &bench)
            .with_researchers(Arc::new(researchers))
            .with_skills(Arc::new(skills));
        let toolbox = match &station.instruments {
            Some(instruments) => toolbox.with_instruments(instruments.clone()),
            None => toolbox,
        };
        let picked = toolbox.pick(self.prompt.tools.iter().map(String::as_str));
        // A repository without skills is the usual case and nothing to note.
        for unavailable in picked.unavailable.into_iter().filter(|tool| tool.name != "skill") {
            observer.note(unavailable.to_string());
        }
        Ok(picked.tools)
    }

    /// What waits for the orchestrator when it is briefed; later mail wakes it again.
    fn waiting_mail(&self) -> Vec<MessageId> {
        if self.role != Role::Orchestrator {
            return Vec::new();
        }
        let waits = |m: &&Message| m.to == Party::Orchestrator && m.state == MessageState::Waiting;
        self.deck
            .shared
            .with(|mission| mission.messages.iter().filter(waits).map(|message| message.id).collect())
    }

    async fn put_back(&self, after: After, observer: &Arc<FlightObserver>) -> Result<(), EngineError> {
        let proof = match after {
            After::Nothing => return Ok(()),
            After::Remove(proof) => return blocking(move || Ok(proof.remove()?)).await,
            After::Reset(proof) => proof,
        };
        let changed = blocking(move || Ok(proof.reset()?)).await?;
        if !changed.is_empty() {
            let names: Vec<String> = changed.iter().map(|path| path.display().to_string()).collect();
            observer.note(format!("the validator changed {}; the changes are discarded", names.join(", ")));
        }
        Ok(())
    }
}
