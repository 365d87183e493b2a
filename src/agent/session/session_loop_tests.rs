//! The loop against scripted models.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::agent::model::{Item, Reply, Request};
use crate::agent::session::Denied;
use crate::agent::tool::{Output, Then, ToolRow};
use crate::workspace::Access;

enum Turn {
    Reply(Reply),
    Fault(ModelError),
    Never,
}

struct Scripted(Mutex<VecDeque<Turn>>, Mutex<Vec<Request>>);

#[async_trait::async_trait]
impl Model for Scripted {
    fn name(&self) -> &'static str {
        "test/scripted"
    }

    async fn turn(
        &self,
        request: &Request,
        _: &dyn StreamSink,
        _: &CancellationToken,
    ) -> Result<Reply, ModelError> {
        self.1.lock().unwrap().push(request.clone());
        let next = self.0.lock().unwrap().pop_front();
        match next {
            Some(Turn::Reply(reply)) => Ok(reply),
            Some(Turn::Fault(fault)) => Err(fault),
            Some(Turn::Never) | None => std::future::pending().await,
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
    fn stream(&self, _: StreamPiece<'_>) {}
    fn tool_output(&self, _: &str, _: &str) {}
    fn usage(&self, _: TokenUsage) {}
}

#[async_trait::async_trait]
impl Permit for Log {
    async fn before_model_call(&self, _: u64) -> Result<(), Denied> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        match self.refuse_after {
            Some(most) if call >= most => Err(Denied { reason: "the budget is spent".into() }),
            _ => Ok(()),
        }
    }
}

/// `echo` answers, `close` closes, `wait` waits for its cancel, `panic` panics, `meet` waits for its twin.
fn fake(name: &'static str, twin: &Arc<tokio::sync::Barrier>) -> ToolRow {
    let row = ToolRow::new(name, "", Access::Read, twin, move |twin, arguments: Value, call| async move {
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
    });
    if name == "meet" { row.parallel() } else { row }
}

fn calls(names: &[&str]) -> Turn {
    let call = |(index, name): (usize, &&str)| ToolCall {
        id: format!("{name}{index}"),
        tool: (*name).into(),
        arguments: Some(json!({ "n": index })),
        raw: String::new(),
    };
    let usage = TokenUsage { input: 10, output: 1, ..TokenUsage::default() };
    Turn::Reply(Reply { calls: names.iter().enumerate().map(call).collect(), usage, ..Reply::default() })
}

struct Bench {
    model: Arc<Scripted>,
    log: Arc<Log>,
    post: mpsc::Sender<InboxMessage>,
    cancel: CancellationToken,
    session: Session,
}

fn bench(turns: Vec<Turn>, refuse_after: Option<usize>) -> Bench {
    let model = Arc::new(Scripted(Mutex::new(turns.into()), Mutex::default()));
    let log = Arc::new(Log { refuse_after, ..Log::default() });
    let (post, inbox) = mpsc::channel(8);
    let barrier = Arc::new(tokio::sync::Barrier::new(2));
    let cancel = CancellationToken::new();
    let session = Session {
        model: Arc::clone(&model) as Arc<dyn Model>,
        system: "system".into(),
        brief: "brief".into(),
        tools: ["echo", "close", "wait", "panic", "meet"].map(|name| fake(name, &barrier)).to_vec(),
        closing: Closing::Tools(vec!["close".into()]),
        limits: Limits::default(),
        labels: BTreeMap::new(),
        permit: Arc::clone(&log) as Arc<dyn Permit>,
        observer: Arc::clone(&log) as Arc<dyn Observer>,
        inbox,
        cancel: cancel.clone(),
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
    let bench = bench(vec![Turn::Never, calls(&["close"])], None);
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
    let slow = bench(vec![Turn::Never], None);
    let Outcome::Failed { reason, fault: Fault::Limit } = slow.session.run().await.outcome else { panic!() };
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
        (quota, Outcome::Quota { reason: "spent".into(), resets_after: Duration::from_secs(9) }),
        (
            ModelError::Passing { message: "busy".into(), retry_after: None },
            Outcome::Failed { reason: "busy".into(), fault: Fault::Provider },
        ),
    ];
    for (fault, outcome) in table {
        assert_eq!(bench(vec![Turn::Fault(fault)], None).session.run().await.outcome, outcome);
    }
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
