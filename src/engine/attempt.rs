//! One attempt from its start to its end: logged before it begins, closed whatever happens.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::activity::Running;
use super::briefing::limits;
use super::budget_guard::BudgetGuard;
use super::context::{EngineContext, Mind, blocking};
use super::error::EngineError;
use super::inbox::deliver_waiting;
use super::mission_tools::{self, ToolContext};
use super::resume::{self, Earlier, Head, Record, Said, Start};
use super::role::{self, AttemptEnv, Cleanup, Researchers};
use super::session_recorder::{SessionRecorder, priced};
use crate::agent::hook::Whose;
use crate::agent::model::catalogue::ModelFacts;
use crate::agent::prompt::Prompt;
use crate::agent::session::{Player, Session};
use crate::agent::tool::{Archive, Extras, ToolEnv, ToolRow, ToolTable};
use crate::domain::attempt::{AgentWork, Ending, Role};
use crate::domain::brief::{brief, brief_to_go_on};
use crate::domain::command::Command;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::{AttemptId, MessageId};
use crate::domain::message::{Message, MessageState, Party};
use crate::domain::text::{Line, Title, plural};
use crate::domain::usage::Usage;
use crate::instrument::Chromium;
use crate::workspace::secrets::mask;
use crate::workspace::{Access, ProofCheckout};

/// Runs one piece of work that an agent does.
///
/// # Errors
/// When the machine stands in the way; the attempt is closed by then.
pub async fn run(
    engine: &Arc<EngineContext>,
    work: AgentWork,
    cancel: CancellationToken,
) -> Result<(), EngineError> {
    let (running, role) = (engine.activities.begin(work.into()), work.role());
    let prompt = engine.prompt(role::row(engine, work, Start::Afresh).prompt)?;
    let model_role: Role = prompt.model_role().parse().unwrap_or(role);
    let model = engine.cell.with(|mission| mission.models.get(&model_role).cloned()).unwrap_or_default();
    engine.note_sandbox().await?;
    engine.note_overrides().await?;
    engine.record_prices().await?;
    let start = Command::StartAttempt { work, model: model.clone() };
    let Some(events) = engine.dispatcher.record_if_due(start).await? else { return Ok(()) };
    let attempt = started_attempt(&events)?;
    running.attempt(attempt);
    let permit =
        BudgetGuard { role, work, attempt, model: model.clone(), model_role, engine: Arc::clone(engine) };
    let run = AttemptRun { engine: Arc::clone(engine), work, role, attempt, prompt, cancel, permit };
    let outcome = run.run(model, running).await;
    run.count_open_calls().await;
    if let Err(error) = &outcome {
        run.end(Ending::Interrupted).await;
        tracing::warn!(%work, %error, "an attempt could not be run");
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
pub(super) struct AttemptRun {
    pub(super) engine: Arc<EngineContext>,
    pub(super) work: AgentWork,
    pub(super) role: Role,
    pub(super) attempt: AttemptId,
    prompt: Prompt,
    cancel: CancellationToken,
    permit: BudgetGuard,
}

impl AttemptRun {
    async fn run(&self, model: Title, running: Running) -> Result<(), EngineError> {
        let mind = match self.engine.mind(model.as_str()) {
            Ok(mind) => mind,
            Err(sentence) => {
                let other = self.engine.fall_back(self.permit.model_role, &model, &sentence).await;
                if other.is_some() {
                    self.end(Ending::Interrupted).await;
                    return Ok(());
                }
                self.end(Ending::Unusable { reason: Line::clipped(sentence) }).await;
                return Ok(());
            }
        };
        running.doing("preparing its checkout");
        let earlier = Earlier::of(&self.engine, self.attempt, &mind).await;
        let observer = Arc::new(SessionRecorder::new(&self.engine, self.attempt, mind.facts, running));
        self.engine.fallback_note(self.permit.model_role).into_iter().for_each(|note| observer.note(note));
        let (env, ready) = self.ready(&mind, &observer, earlier).await?;
        observer.begins();
        let mail = self.waiting_mail();
        let jail = ready.tool_env.jail.clone();
        let before = jail.refused();
        let ended = self.session(mind, &env, ready, &observer)?.run().await;
        let refused = jail.refused().saturating_sub(before);
        drop(jail);
        if refused > 0 {
            observer.note(format!("its sandbox refused something to {}", plural(refused, "program")));
        }
        self.engine.inboxes.close(self.attempt);
        if let Some(instruments) = &env.instruments {
            instruments.app.stop().await;
        }
        // The tools are gone with the session; what still runs of them is nobody's.
        self.engine.sweep().await?;
        self.close(ended, &observer, mail).await;
        resume::ended(&self.engine, self.attempt).await;
        self.put_back(env.cleanup, &observer).await;
        Ok(())
    }

    /// Makes the place and the tools ready: those of a session that goes on, where that can be.
    async fn ready(
        &self,
        mind: &Mind,
        observer: &Arc<SessionRecorder>,
        mut earlier: Option<Earlier>,
    ) -> Result<(AttemptEnv, Ready), EngineError> {
        let chromium = self.chromium().await;
        loop {
            let start = if earlier.is_some() { Start::GoingOn } else { Start::Afresh };
            let prepare = || role::row(&self.engine, self.work, start).env;
            let env = self.engine.patiently(self.work.into(), &self.cancel, prepare).await?;
            let access = env.access.lowered_to(self.prompt.access);
            let own = env.own.as_ref().map_or(&[][..], |own| &own.env);
            let tool_env = self.engine.tool_env(&env.dir, access, own)?;
            let mut today =
                mind.offered(self.tools(mind, &env, &tool_env, observer, chromium.clone()), access);
            let images = env.instruments.as_ref().map(|all| &all.evidence);
            let whose = (self.attempt, self.role);
            let tell = |sentence: &str| observer.note(sentence);
            let foreign = self.engine.foreign_tools(whose, mind.names(), &tool_env, images, tell);
            today.extend(self.cancel.run_until_cancelled(foreign).await.unwrap_or_default());
            let Some(going_on) = earlier.take() else {
                let system = self.engine.system_prompt(self.role, &self.prompt, &env.dir, &today)?;
                return Ok((env, Ready { tool_env, tools: today, system, earlier: None }));
            };
            // With other tools its place is made ready once more, for one who begins.
            if let Some(tools) = going_on.tools(mind, today) {
                let system = going_on.system();
                return Ok((env, Ready { tool_env, tools, system, earlier: Some(going_on) }));
            }
        }
    }

    fn session(
        &self,
        mind: Mind,
        env: &AttemptEnv,
        ready: Ready,
        observer: &Arc<SessionRecorder>,
    ) -> Result<Session, EngineError> {
        // First the inbox: what is said or changed while the brief is composed reaches it one way or the other.
        let inbox = self.engine.inboxes.open(self.attempt);
        deliver_waiting(&self.engine, self.attempt);
        let compose = if ready.earlier.is_some() { brief_to_go_on } else { brief };
        let is_agent = matches!(mind.player, Player::Agent(_));
        let (brief, whole, told) = self.engine.cell.with(|mission| {
            let untold = mission.attempts.get(&self.attempt).map(|attempt| mission.untold(attempt));
            let whole = mask(&(brief(mission, self.work).text + &env.note)).into_owned();
            (compose(mission, self.work), whole, untold.unwrap_or_default())
        });
        for (assertion, revision) in told {
            self.engine.dispatcher.tell(Command::TellRevision { attempt: self.attempt, assertion, revision });
        }
        let mut labels = brief.labels;
        labels.insert("attempt".to_owned(), self.attempt.to_string());
        let text = mask(&(brief.text + &env.note)).into_owned();
        // Who has a loop of its own recalls by itself, and may find that it cannot go on.
        let archive = self.keep_record(&ready, observer).filter(|_| !is_agent);
        let taken_up = ready.earlier.as_ref().filter(|_| is_agent).map(|earlier| earlier.taken_up(&text));
        let earlier = ready.earlier.filter(|_| !is_agent);
        Ok(Session {
            limits: limits(&self.prompt, &mind.facts),
            place: self.place(&mind, ready.tool_env)?,
            player: mind.player,
            system: ready.system,
            tools: ready.tools,
            brief: earlier.as_ref().map_or(whole, |earlier| earlier.brief(&text)),
            earlier: earlier.map(Earlier::into_history),
            taken_up,
            archive,
            closing: self.prompt.closes.clone(),
            labels,
            permit: Arc::new(self.permit.clone()),
            observer: observer.clone(),
            inbox,
            cancel: self.cancel.clone(),
            hooks: self.engine.session_hooks(self.attempt, self.role, &env.dir, Whose::Attempt),
        })
    }

    /// Keeps what another session can go on with.
    fn keep_record(&self, ready: &Ready, observer: &SessionRecorder) -> Option<Arc<dyn Archive>> {
        let (dir, attempt) = (&self.engine.dir, self.attempt);
        let record = if let Some(earlier) = &ready.earlier {
            observer.note(format!("goes on with the conversation of {}", earlier.attempt));
            Record::take_over(dir, earlier.attempt, attempt)
        } else {
            let tools = ready.tools.iter().map(|tool| tool.spec.clone()).collect();
            let model = self.permit.model.to_string();
            Record::begin(dir, attempt, &Head { model, system: ready.system.clone(), tools })
        };
        match record {
            Ok(record) => observer.record(record),
            Err(error) => {
                tracing::warn!(%error, "what a session goes on with is not kept");
                return None;
            }
        }
        Some(Arc::new(Said { dir: dir.clone(), attempt }))
    }

    /// Where whoever plays it is: with its tools, but for an agent whose role must not see the code. That one has a place
    /// with nothing in it, and reaches the app through our tools.
    fn place(&self, mind: &Mind, tools: Arc<ToolEnv>) -> Result<Arc<ToolEnv>, EngineError> {
        let Player::Agent(agent) = &mind.player else { return Ok(tools) };
        let tools = if self.role.is_blind_to_code() { self.empty_place()? } else { tools };
        let jail = self.engine.jail_of_agent(agent, &tools)?;
        Ok(Arc::new(ToolEnv { jail, ..ToolEnv::clone(&tools) }))
    }

    fn empty_place(&self) -> Result<Arc<ToolEnv>, EngineError> {
        let empty = self.engine.scratch_dir().join("blind").join(self.attempt.0.to_string());
        std::fs::create_dir_all(&empty)
            .map_err(|error| EngineError::Unfit(format!("failed to make {}: {error}", empty.display())))?;
        self.engine.tool_env(&empty, Access::Read, &[])
    }

    /// The browser that it may plan on. Only who words a contract has it tried.
    async fn chromium(&self) -> Chromium {
        match self.role {
            Role::Orchestrator | Role::Critic => self.engine.chromium().await,
            Role::Worker | Role::Reviewer | Role::Scrutiny | Role::UserTesting | Role::Researcher => {
                self.engine.browser.found().clone()
            }
        }
    }

    /// The tools that the prompt names; one that cannot be given is noted in the transcript.
    fn tools(
        &self,
        mind: &Mind,
        env: &AttemptEnv,
        tool_env: &Arc<ToolEnv>,
        observer: &Arc<SessionRecorder>,
        chromium: Chromium,
    ) -> Vec<ToolRow> {
        let context = Arc::new(ToolContext {
            attempt: self.attempt,
            engine: Arc::clone(&self.engine),
            chromium,
            handoff_source: env.handoff_source.clone(),
            steps: env.instruments.as_ref().map(|all| Arc::clone(&all.steps)).unwrap_or_default(),
            kept_handoff: Mutex::default(),
        });
        let researchers = Researchers {
            engine: Arc::clone(&self.engine),
            attempt: self.attempt,
            mind: mind.clone(),
            dir: env.dir.clone(),
            permit: self.permit.clone(),
            cancel: self.cancel.clone(),
        };
        let extras = Extras {
            researchers: Some(Arc::new(researchers)),
            skills: self.engine.skills(&env.dir),
            instruments: env.instruments.clone(),
        };
        let all = ToolTable::new(tool_env, extras).with(mission_tools::rows(&context));
        let mut table = role::withhold(self.role, all);
        let handling = self.engine.backends.handling(self.permit.model.as_str(), self.role);
        if handling.is_one_at_a_time() {
            table = table.without(&["delegate"], "the model's server answers one request at a time");
        }
        let named = self.prompt.tools.iter().map(String::as_str);
        let picked = table.pick(named.filter(|name| role::is_given(self.role, handling.tools, name)));
        // A repository without skills is the usual case and nothing to note.
        for unavailable in picked.unavailable.into_iter().filter(|tool| tool.name != "skill") {
            observer.note(unavailable.to_string());
        }
        picked.tools
    }

    /// What the brief tells of the mail: all that waits for the orchestrator, whom later mail wakes again; and what was
    /// said to earlier attempts at this work.
    fn waiting_mail(&self) -> Vec<MessageId> {
        let waits = |m: &&Message| m.to == Party::Orchestrator && m.state == MessageState::Waiting;
        self.engine.cell.with(|mission| {
            let own = mission.messages.iter().filter(waits).filter(|_| self.role == Role::Orchestrator);
            own.chain(mission.unheard(self.work)).map(|message| message.id).collect()
        })
    }

    /// Calls that had no answer have cost what was sent all the same.
    async fn count_open_calls(&self) {
        let facts = self.engine.backends.facts(self.permit.model.as_str());
        if let Some(command) = open_usage(&self.engine, self.attempt, &facts) {
            self.engine.dispatcher.record_or_warn(command, "the usage of a call without an answer").await;
        }
    }

    async fn put_back(&self, cleanup: Cleanup, observer: &Arc<SessionRecorder>) {
        let changed = match cleanup {
            Cleanup::Nothing => return,
            Cleanup::Remove(proof) => {
                remove(proof).await;
                return;
            }
            Cleanup::ResetAndRemove(proof) => {
                let own = proof.clone();
                let changed = blocking(move || Ok(own.reset()?)).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "what a validator changed in a checkout of its own is not known");
                    Vec::new()
                });
                remove(proof).await;
                changed
            }
            Cleanup::Reset(proof) => proof.put_back().await,
        };
        if !changed.is_empty() {
            let names: Vec<String> = changed.iter().map(|path| path.display().to_string()).collect();
            observer.note(format!("the validator changed {}; the changes are discarded", names.join(", ")));
        }
    }
}

/// What a session is made of, beside its place.
struct Ready {
    tool_env: Arc<ToolEnv>,
    tools: Vec<ToolRow>,
    system: String,
    /// What it goes on with.
    earlier: Option<Earlier>,
}

/// Removes a checkout of an attempt's own. One that stays is taken up by the next attempt at the same, or goes with the
/// mission.
async fn remove(proof: ProofCheckout) {
    if let Err(error) = blocking(move || Ok(proof.remove()?)).await {
        tracing::warn!(%error, "an attempt's own checkout stays");
    }
}

/// What an attempt's model calls without an answer have used, where there are some.
pub(super) fn open_usage(engine: &EngineContext, attempt: AttemptId, facts: &ModelFacts) -> Option<Command> {
    let open = engine.open_calls.take(attempt)?;
    let usage = Usage { turns: open.calls, ..priced(open.usage(), facts) };
    Some(Command::CountUsage { attempt, usage })
}
