//! The loop.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::call::{Tools, make_calls};
use super::deadline::Deadline;
use super::inbox::Inbox;
use super::parts::{Ended, InboxMessage, Observer, Permit, Player, TakenUp};
use crate::agent::context::History;
use crate::agent::hook::SessionHooks;
use crate::agent::model::{
    Item, Model, ModelError, Request, StreamPiece, StreamSink, TokenUsage, ToolCall, ToolChoice,
};
use crate::agent::tool::{self, Archive, ToolEnv, ToolRow};
use crate::agent::turn::{Closing, Fault, Input, Limits, Machine, Outcome, TurnStep};
use crate::agent::{context, external};

/// How long an interrupted tool has to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A session that has not begun.
pub struct Session {
    /// Who plays it.
    pub player: Player,
    /// Where its tools work, and an agent that has tools of its own.
    pub place: Arc<ToolEnv>,
    /// Who the agent is.
    pub system: String,
    /// The conversation that it goes on with, if it does. Only a model has one.
    pub earlier: Option<History>,
    /// The session that it goes on with, where an agent plays it that has a loop of its own.
    pub taken_up: Option<TakenUp>,
    /// Where everything that was said in it is kept, if it is.
    pub archive: Option<Arc<dyn Archive>>,
    /// What this session is about, or what is new since its earlier part.
    pub brief: String,
    /// What it may call.
    pub tools: Vec<ToolRow>,
    /// How it may end.
    pub closing: Closing,
    /// How far it may go.
    pub limits: Limits,
    /// What it is about, for gateways and the rehearsal.
    pub labels: BTreeMap<String, String>,
    /// Asked before every model call.
    pub permit: Arc<dyn Permit>,
    /// Shown everything.
    pub observer: Arc<dyn Observer>,
    /// Messages to the agent; a closed channel is one that stays silent.
    pub inbox: mpsc::Receiver<InboxMessage>,
    /// Ends the session at once.
    pub cancel: CancellationToken,
    /// The person's hooks, where there are some.
    pub hooks: Option<Arc<SessionHooks>>,
}

impl Session {
    /// Runs the session to its end. Dropping the future ends it too, with whatever ran in it.
    pub async fn run(mut self) -> Ended {
        if let Some(hooks) = self.hooks.clone() {
            let goes_on = self.earlier.is_some() || self.taken_up.is_some();
            let source = if goes_on { "resume" } else { "startup" };
            let begun = self.cancel.run_until_cancelled(hooks.begins(source)).await;
            let begun = begun.unwrap_or_default();
            self.taken_up.iter_mut().for_each(|earlier| earlier.brief += &begun);
            self.brief += &begun;
            let tools = std::mem::take(&mut self.tools).into_iter();
            self.tools = tools.map(|tool| hooks.around(tool, &self.closing)).collect();
        }
        let (deadline, over) = Deadline::new(self.limits.max_time, self.cancel.clone());
        match self.player.clone() {
            Player::Agent(agent) => external::run(agent, self, deadline, over).await,
            Player::Model(model) => {
                let mut drive = SessionLoop::new(self, model, deadline);
                let outcome = over.or(drive.run()).await;
                drive.end(outcome)
            }
        }
    }
}

struct SessionLoop {
    machine: Machine,
    model: Arc<dyn Model>,
    tools: Tools,
    permit: Arc<dyn Permit>,
    observer: Arc<dyn Observer>,
    inbox: Inbox,
    stop: CancellationToken,
    usage: TokenUsage,
    deadline: Deadline,
    hooks: Option<Arc<SessionHooks>>,
}

impl SessionLoop {
    fn new(session: Session, model: Arc<dyn Model>, deadline: Deadline) -> Self {
        let specs = session.tools.iter().map(|tool| tool.spec.clone()).collect();
        let deciding =
            session.tools.iter().filter(|tool| tool.decides).map(|tool| tool.spec.name.clone()).collect();
        let recall = session.archive.map(tool::recall);
        let recalled = recall.as_ref().map(|tool| tool.spec.clone());
        let tools = session.tools.into_iter().chain(recall);
        let tools = tools.map(|tool| (tool.spec.name.clone(), tool)).collect();
        let mut request = Request {
            system: session.system,
            tools: specs,
            choice: ToolChoice::Free,
            max_output_tokens: session.limits.max_output_tokens,
            labels: session.labels,
            ..Request::default()
        };
        let machine = if let Some(earlier) = session.earlier {
            Machine::going_on(request, earlier, session.brief, session.closing, session.limits)
        } else {
            request.items = vec![Item::User { text: session.brief }].into();
            Machine::new(request, session.closing, session.limits)
        };
        Self {
            machine: machine.keeping(deciding, recalled).heralding(),
            model,
            tools,
            permit: session.permit,
            observer: session.observer,
            inbox: Inbox::of(session.inbox),
            stop: session.cancel.child_token(),
            usage: TokenUsage::default(),
            deadline,
            hooks: session.hooks,
        }
    }

    async fn run(&mut self) -> Outcome {
        let mut step = self.machine.step(Input::Begin);
        loop {
            self.report();
            let input = match step {
                TurnStep::Finish(ending @ Outcome::Said(_)) => match self.told_to_go_on().await {
                    Some(words) => {
                        self.machine.say(words);
                        Input::Begin
                    }
                    None => return ending,
                },
                TurnStep::Finish(ending) => return ending,
                TurnStep::Shorten => {
                    self.shortens().await;
                    Input::Shorten
                }
                TurnStep::CallTools(calls) => self.call(calls).await,
                TurnStep::AskModel => match self.ask().await {
                    Ok(input) => input,
                    Err(outcome) => return outcome,
                },
            };
            step = self.machine.step(input);
        }
    }

    /// What a hook has its agent hear instead of ending.
    async fn told_to_go_on(&self) -> Option<String> {
        self.hooks.as_ref()?.ends().await
    }

    async fn shortens(&self) {
        if let Some(hooks) = &self.hooks {
            hooks.shortens().await;
        }
    }

    async fn ask(&mut self) -> Result<Input, Outcome> {
        loop {
            for text in self.inbox.take() {
                self.machine.say(text);
            }
            self.report();
            let estimate = u64::try_from(self.machine.estimate_tokens()).unwrap_or(u64::MAX);
            let permit = self.permit.before_model_call(estimate).await;
            permit.map_err(|reason| Outcome::Denied { reason })?;
            let watch = Watch(self.observer.as_ref());
            let reply = tokio::select! {
                reply = self.model.turn(self.machine.request(), &watch, &self.stop) => reply,
                () = self.inbox.interrupt() => return Ok(Input::Interrupted),
            };
            match reply {
                Ok(mut reply) => {
                    let most = self.machine.request().max_output_tokens;
                    reply.usage = context::counted(self.machine.asked_bytes(), most, &reply);
                    self.usage += reply.usage;
                    self.observer.usage(reply.usage);
                    self.permit.after_reply().await;
                    return Ok(Input::Reply(reply));
                }
                Err(fault @ ModelError::TooLong(_)) => {
                    // It is the machine that mends this; the permit only hears that there was no reply.
                    drop(self.permit.after_fault(&fault).await);
                    self.shortens().await;
                    return Ok(Input::TooLong(fault.to_string()));
                }
                Err(fault) => self.deadline.wait_out(self.permit.as_ref(), &fault).await?,
            }
        }
    }

    async fn call(&mut self, calls: Vec<ToolCall>) -> Input {
        let stop = self.stop.child_token();
        let mut answers = Vec::new();
        {
            let mut work = pin!(make_calls(
                &self.tools,
                calls,
                self.machine.closing(),
                &self.observer,
                &stop,
                &mut answers
            ));
            tokio::select! {
                () = &mut work => {}
                () = self.inbox.interrupt() => {
                    stop.cancel();
                    // One that does not end by itself is dropped, which kills its programs.
                    if timeout(GRACE, work).await.is_err() {
                        tracing::warn!("a tool did not end when it was interrupted");
                    }
                }
            }
        }
        Input::Answered(answers)
    }

    fn report(&mut self) {
        for item in self.machine.take_fresh() {
            self.observer.item(&item);
        }
        if let Some(history) = self.machine.take_rewritten() {
            self.observer.rewritten(&history);
        }
    }

    fn end(mut self, outcome: Outcome) -> Ended {
        self.stop.cancel();
        self.report();
        Ended {
            outcome,
            usage: self.usage,
            turns: self.machine.turns(),
            tool_calls: self.machine.tool_calls(),
            unread: self.inbox.take(),
        }
    }
}

struct Watch<'a>(&'a dyn Observer);

impl StreamSink for Watch<'_> {
    fn piece(&self, piece: StreamPiece<'_>) {
        self.0.stream(piece);
    }
}

/// How a session ends whose model gave no reply.
pub fn no_reply(fault: &ModelError) -> Outcome {
    let reason = fault.to_string();
    match fault {
        ModelError::Key(_) | ModelError::Refused(_) => {
            Outcome::Failed { reason, fault: Fault::Configuration }
        }
        ModelError::Passing { .. } | ModelError::Quota { .. } => {
            Outcome::Failed { reason, fault: Fault::Provider }
        }
        ModelError::TooLong(_) => Outcome::Failed { reason, fault: Fault::Limit },
        ModelError::Cancelled => Outcome::Stopped { reason },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::path::Path;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::{Value, json};

    use super::super::parts::{InboxMessage, Urgency};
    use super::*;
    use crate::agent::hook::{Hooks, Whose};
    use crate::agent::model::{Reply, Turn};
    use crate::agent::tool::env::tests::Place;
    use crate::agent::tool::{Output, Then, ToolRow};
    use crate::workspace::{Access, Reaper};

    enum Say {
        Reply(Reply),
        Fault(ModelError),
        Never,
    }

    struct Scripted(Mutex<VecDeque<Say>>, Mutex<Vec<Request>>);

    #[async_trait::async_trait]
    impl Model for Scripted {
        fn name(&self) -> &'static str {
            "test/scripted"
        }

        async fn turn(&self, request: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
            self.1.lock().unwrap().push(request.clone());
            let next = self.0.lock().unwrap().pop_front();
            match next {
                Some(Say::Reply(reply)) => Ok(reply),
                Some(Say::Fault(fault)) => Err(fault),
                Some(Say::Never) | None => std::future::pending().await,
            }
        }
    }

    #[derive(Default)]
    struct Log {
        items: Mutex<Vec<Item>>,
        calls: AtomicUsize,
        refuse_after: Option<usize>,
    }

    impl Observer for Log {
        fn item(&self, item: &Item) {
            self.items.lock().unwrap().push(item.clone());
        }
        fn usage(&self, _: TokenUsage) {}
    }

    #[async_trait::async_trait]
    impl Permit for Log {
        async fn before_model_call(&self, _: u64) -> Result<(), String> {
            let call = self.calls.fetch_add(1, Ordering::Relaxed);
            match self.refuse_after {
                Some(most) if call >= most => Err("the budget is spent".into()),
                _ => Ok(()),
            }
        }
    }

    /// `echo` answers, `close` closes, `wait` waits for its cancel, `panic` panics, `meet` waits for its twin.
    fn fake(name: &'static str, twin: &Arc<tokio::sync::Barrier>) -> ToolRow {
        let row = ToolRow::new(
            name,
            "",
            Access::Read,
            Ok(Arc::clone(twin)),
            move |twin, arguments: Value, call| async move {
                match name {
                    "close" => return Ok(Output { text: "bye".into(), then: Then::Close(arguments) }),
                    "wait" => call.cancel.cancelled().await,
                    "panic" => panic!("oh no"),
                    "meet" => {
                        twin.wait().await;
                    }
                    _ => {}
                }
                Ok(Output::text(format!("{name} {arguments}")))
            },
        );
        if name == "meet" { row.parallel() } else { row }
    }

    fn calls(names: &[&str]) -> Say {
        let call = |(index, name): (usize, &&str)| ToolCall {
            id: format!("{name}{index}"),
            tool: (*name).into(),
            arguments: Some(json!({ "n": index })),
            raw: String::new(),
        };
        let usage = TokenUsage { input: 10, output: 1, ..TokenUsage::default() };
        Say::Reply(Reply { calls: names.iter().enumerate().map(call).collect(), usage, ..Reply::default() })
    }

    struct Bench {
        model: Arc<Scripted>,
        log: Arc<Log>,
        post: mpsc::Sender<InboxMessage>,
        cancel: CancellationToken,
        session: Session,
    }

    fn bench(turns: Vec<Say>, refuse_after: Option<usize>) -> Bench {
        let model = Arc::new(Scripted(Mutex::new(turns.into()), Mutex::default()));
        let log = Arc::new(Log { refuse_after, ..Log::default() });
        let (post, inbox) = mpsc::channel(8);
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let cancel = CancellationToken::new();
        let session = Session {
            player: Player::Model(Arc::clone(&model) as Arc<dyn Model>),
            place: Place::new().env,
            system: "system".into(),
            earlier: None,
            taken_up: None,
            archive: None,
            brief: "brief".into(),
            tools: ["echo", "close", "wait", "panic", "meet"].map(|name| fake(name, &barrier)).to_vec(),
            closing: Closing::Tools(vec!["close".into()]),
            limits: Limits::default(),
            labels: BTreeMap::new(),
            permit: Arc::clone(&log) as Arc<dyn Permit>,
            observer: Arc::clone(&log) as Arc<dyn Observer>,
            inbox,
            cancel: cancel.clone(),
            hooks: None,
        };
        Bench { model, log, post, cancel, session }
    }

    fn message(text: &str, urgency: Urgency) -> InboxMessage {
        InboxMessage { text: text.into(), urgency }
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_runs_to_its_closing_tool() {
        let bench = bench(vec![calls(&["echo", "panic"]), calls(&["close"])], None);
        let ended = bench.session.run().await;
        assert_eq!(ended.outcome, Outcome::Closed { tool: "close".into(), value: json!({ "n": 0 }) });
        assert_eq!((ended.turns, ended.tool_calls, ended.usage.input), (2, 3, 20));
        let items = bench.log.items.lock().unwrap();
        assert_eq!(items.len(), 6);
        assert!(format!("{:?}", items[3]).contains("oh no"), "{items:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_ends_the_session_is_made_last_and_not_after_one_that_was_refused() {
        for order in [["close", "echo"], ["echo", "close"]] {
            let bench = bench(vec![calls(&order)], None);
            assert!(matches!(bench.session.run().await.outcome, Outcome::Closed { .. }));
            let items = format!("{:?}", bench.log.items.lock().unwrap());
            assert!(items.contains(r#"output: "echo {"#), "what stands behind it is done, too: {items}");
        }
        for order in [["close", "panic"], ["panic", "close"], ["close", "nothing"], ["nothing", "close"]] {
            let bench = bench(vec![calls(&order), calls(&["close"])], None);
            let ended = bench.session.run().await;
            assert_eq!(ended.outcome, Outcome::Closed { tool: "close".into(), value: json!({ "n": 0 }) });
            assert_eq!(ended.turns, 2, "{order:?}");
            let items = format!("{:?}", bench.log.items.lock().unwrap());
            assert!(items.contains("another call of this reply was refused"), "{items}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn neighbours_that_may_run_together() {
        let bench = bench(vec![calls(&["meet", "meet"]), calls(&["close"])], None);
        assert!(
            matches!(bench.session.run().await.outcome, Outcome::Closed { .. }),
            "alone they would wait for ever"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_is_asked_before_every_call() {
        let bench = bench(vec![calls(&["echo"]), calls(&["close"])], Some(1));
        let ended = bench.session.run().await;
        assert_eq!(ended.outcome, Outcome::Denied { reason: "the budget is spent".into() });
        assert_eq!(bench.model.1.lock().unwrap().len(), 1, "the refused call was not made");
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_goes_in_before_the_next_call() {
        let bench = bench(vec![calls(&["echo"]), calls(&["close"])], None);
        bench.post.send(message("first", Urgency::NextTurn)).await.unwrap();
        bench.session.run().await;
        let requests = bench.model.1.lock().unwrap();
        assert_eq!(requests[0].items[1], Item::User { text: "first".into() });
    }

    #[tokio::test(start_paused = true)]
    async fn an_interruption_gives_up_the_model_call() {
        let bench = bench(vec![Say::Never, calls(&["close"])], None);
        bench.post.send(message("later", Urgency::NextTurn)).await.unwrap();
        let (post, run) = (bench.post.clone(), tokio::spawn(bench.session.run()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        post.send(message("now", Urgency::Interrupt)).await.unwrap();
        assert!(matches!(run.await.unwrap().outcome, Outcome::Closed { .. }));
        let requests = bench.model.1.lock().unwrap();
        let said: Vec<_> = requests[1].items[1..].iter().map(|item| format!("{item:?}")).collect();
        assert!(said[0].contains("later") && said[1].contains("now"), "{said:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_interruption_cancels_the_running_tool_and_skips_the_rest() {
        let bench = bench(vec![calls(&["wait", "echo"]), calls(&["close"])], None);
        let (post, run) = (bench.post.clone(), tokio::spawn(bench.session.run()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        post.send(message("now", Urgency::Interrupt)).await.unwrap();
        assert!(matches!(run.await.unwrap().outcome, Outcome::Closed { .. }));
        let requests = bench.model.1.lock().unwrap();
        let items = format!("{:?}", requests[1].items);
        assert!(
            items.contains("wait {") && items.contains("a message interrupted it") && items.contains("now"),
            "{items}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn time_ends_a_session_as_failed_and_cancelling_as_stopped() {
        let slow = bench(vec![Say::Never], None);
        let Outcome::Failed { reason, fault: Fault::Limit } = slow.session.run().await.outcome else {
            panic!()
        };
        assert_eq!(reason, "it did not end within 120 minutes");

        let stopped = bench(vec![calls(&["wait"])], None);
        let run = tokio::spawn(stopped.session.run());
        tokio::time::sleep(Duration::from_secs(1)).await;
        stopped.cancel.cancel();
        assert!(matches!(run.await.unwrap().outcome, Outcome::Stopped { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn faults_of_the_provider_say_whose_they_are() {
        let quota = ModelError::Quota { message: "spent".into(), resets_after: Duration::from_secs(9) };
        let table = [
            (
                ModelError::Key("no key".into()),
                Outcome::Failed { reason: "no key".into(), fault: Fault::Configuration },
            ),
            (quota, Outcome::Failed { reason: "spent".into(), fault: Fault::Provider }),
            (
                ModelError::Passing { message: "busy".into(), retry_after: None },
                Outcome::Failed { reason: "busy".into(), fault: Fault::Provider },
            ),
        ];
        for (fault, outcome) in table {
            assert_eq!(bench(vec![Say::Fault(fault)], None).session.run().await.outcome, outcome);
        }
    }

    /// A session with a hook for each event that writes down what it hears, and one of the person's beside it.
    fn hooked(
        mut bench: Bench,
        whose: Whose,
        rules: &Value,
    ) -> (Bench, tempfile::TempDir, Arc<Mutex<Vec<String>>>) {
        let place = tempfile::tempdir().unwrap();
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&warnings);
        let rules = serde_json::from_value(json!({ "hooks": rules })).unwrap();
        let warn = move |sentence| told.lock().unwrap().push(sentence);
        let hooks = Hooks::new(rules, place.path().to_owned(), &Reaper::None, warn);
        let about = [("role".to_owned(), "worker".to_owned())];
        let hooks = SessionHooks::new(&Arc::new(hooks), whose, "m/#7", Path::new("/work"), about);
        bench.session.hooks = Some(Arc::new(hooks));
        (bench, place, warnings)
    }

    fn rule(matcher: &str, command: &str) -> Value {
        json!([{ "matcher": matcher, "hooks": [{ "type": "command", "command": command, "timeout": 5 }] }])
    }

    const KEEP: &str = "cat >> heard; echo >> heard";

    fn heard(place: &tempfile::TempDir) -> Vec<Value> {
        let heard = std::fs::read_to_string(place.path().join("heard")).unwrap();
        heard.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn hooks_hear_of_a_session_what_others_tell_them() {
        let events = ["PreToolUse", "PostToolUse", "Stop", "SubagentStop", "PreCompact"];
        let mut rules: Value = events.into_iter().map(|event| (event.to_owned(), rule("", KEEP))).collect();
        rules["SessionStart"] = rule("startup|clear", &format!("{KEEP}; echo Be kind."));
        let bench = bench(vec![calls(&["echo"]), calls(&["close"])], None);
        let (bench, place, warnings) = hooked(bench, Whose::Attempt, &rules);
        assert!(matches!(bench.session.run().await.outcome, Outcome::Closed { .. }));
        let own = |name: &str, more: Value| {
            let mut all = json!({ "session_id": "m/#7", "cwd": "/work", "role": "worker" });
            let more = more.as_object().unwrap().clone();
            all.as_object_mut().unwrap().extend(more);
            all["hook_event_name"] = name.into();
            all
        };
        let call = |tool: &str| json!({ "tool_name": tool, "tool_input": { "n": 0 }, "tool_use_id": format!("{tool}0") });
        let answered = |tool: &str, output: &str| {
            let mut call = call(tool);
            call["tool_response"] = json!({ "output": output, "is_error": false });
            call
        };
        let expected = [
            own("SessionStart", json!({ "source": "startup" })),
            own("PreToolUse", call("echo")),
            own("PostToolUse", answered("echo", r#"echo {"n":0}"#)),
            own("PreToolUse", call("close")),
            own("Stop", json!({ "stop_hook_active": false })),
            own("PostToolUse", answered("close", "bye")),
        ];
        assert_eq!(heard(&place), expected);
        assert!(warnings.lock().unwrap().is_empty());
        let brief = bench.model.1.lock().unwrap()[0].items[0].clone();
        let text = "brief\n\nA hook of the person's says:\nBe kind.\n".to_owned();
        assert_eq!(brief, Item::User { text });
    }

    #[tokio::test]
    async fn a_hook_tells_before_a_conversation_is_shortened() {
        let mut bench = bench(vec![calls(&["echo"]), calls(&["close"])], None);
        bench.session.limits.window_tokens = 200;
        bench.session.brief = "word ".repeat(400);
        let (bench, place, _) = hooked(bench, Whose::Attempt, &json!({ "PreCompact": rule("auto", KEEP) }));
        bench.session.run().await;
        let heard = heard(&place).remove(0);
        assert_eq!((&heard["hook_event_name"], &heard["trigger"]), (&json!("PreCompact"), &json!("auto")));
    }

    #[tokio::test]
    async fn a_hook_refuses_a_call_and_the_agent_hears_why() {
        let rules = json!({
            "PreToolUse": rule("ec.o", "echo 'not on a Friday' >&2; exit 2"),
            "PostToolUse": rule("meet|close", "echo 'too loud' >&2; exit 2"),
        });
        let bench = bench(vec![calls(&["echo", "meet", "meet"]), calls(&["close"])], None);
        let (bench, _place, _) = hooked(bench, Whose::Attempt, &rules);
        assert!(matches!(bench.session.run().await.outcome, Outcome::Closed { .. }));
        let items = format!("{:?}", bench.log.items.lock().unwrap());
        assert!(items.contains("a hook of the person's refuses this call: not on a Friday"), "{items}");
        assert!(!items.contains("echo {"), "it was not made: {items}");
        assert_eq!(items.matches("[a hook of the person's says: too loud]").count(), 3, "{items}");
    }

    #[tokio::test]
    async fn a_hook_has_a_session_go_on_that_would_end() {
        let once = r#"grep -q '"stop_hook_active":true' || { echo 'run the tests' >&2; exit 2; }"#;
        let bench1 = bench(vec![calls(&["close"]), calls(&["echo"]), calls(&["close"])], None);
        let (bench1, _one, _) = hooked(bench1, Whose::Attempt, &json!({ "Stop": rule("", once) }));
        let ended = bench1.session.run().await;
        assert_eq!((ended.turns, ended.tool_calls), (3, 3), "{ended:?}");
        let items = format!("{:?}", bench1.log.items.lock().unwrap());
        assert!(items.contains("A hook of the person's has you go on: run the tests"), "{items}");

        let said = |text: &str| Say::Reply(Reply { text: text.into(), ..Reply::default() });
        let mut bench2 = bench(vec![said("done"), said("really done")], None);
        bench2.session.closing = Closing::Text;
        let (bench2, _two, _) = hooked(bench2, Whose::Subagent, &json!({ "SubagentStop": rule("", once) }));
        assert_eq!(bench2.session.run().await.outcome, Outcome::Said("really done".into()));

        let always = json!({ "Stop": rule("", "exit 2") });
        let (stubborn, _three, _) =
            hooked(bench((0..20).map(|_| calls(&["close"])).collect(), None), Whose::Attempt, &always);
        let ended = stubborn.session.run().await;
        assert!(matches!(ended.outcome, Outcome::Closed { .. }) && ended.turns == 5, "{ended:?}");
    }

    #[tokio::test]
    async fn a_hook_that_fails_is_a_warning_and_no_stop() {
        let slow = json!([{ "hooks": [{ "type": "command", "command": "sleep 600", "timeout": 1 }] }]);
        let rules = json!({
            "PreToolUse": slow,
            "PostToolUse": rule("*", "echo oh >&2; exit 1"),
            "SessionStart": rule("", "exit 2"),
        });
        let (bench, _place, warnings) = hooked(bench(vec![calls(&["close"])], None), Whose::Attempt, &rules);
        assert!(matches!(bench.session.run().await.outcome, Outcome::Closed { .. }));
        let expected = [
            "the hook `exit 2` of SessionStart: exit code 2",
            "the hook `sleep 600` of PreToolUse: timed out",
            "the hook `echo oh >&2; exit 1` of PostToolUse: exit code 1: oh",
        ];
        assert_eq!(*warnings.lock().unwrap(), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_comes_too_late_is_handed_back() {
        let bench = bench(vec![calls(&["wait", "close"])], None);
        let run = tokio::spawn(bench.session.run());
        tokio::time::sleep(Duration::from_secs(1)).await;
        bench.post.send(message("late", Urgency::NextTurn)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        bench.cancel.cancel();
        assert_eq!(run.await.unwrap().unread, ["late"]);
    }
}
