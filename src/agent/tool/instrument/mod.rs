//! The instruments in a model's hands: what they show is kept as evidence, and every answer names the piece it left.

mod alike;
mod app;
mod replay;
mod steps;

pub use alike::{Alike, Recurring};
pub use app::{App, BusyPorts};
pub use replay::{Again, replay};
pub use steps::{Own, StepLog, Steps};

use std::sync::Arc;

use super::{Answer, Call, Lack, Output, ToolEnv, ToolError, ToolRow};
use crate::instrument::evidence::RECORDING;
use crate::instrument::{Chromium, Evidence, Instrument, Place, Reach, Seen, Visitor, each};
use crate::workspace::Intent;

/// Keeps evidence. The engine implements it over the mission's store.
pub trait EvidenceSink: Send + Sync {
    /// Keeps one piece and gives the short name that a verdict may refer to, such as `ev_3f9a12cd`.
    ///
    /// # Errors
    /// A sentence that says why it cannot be kept.
    fn keep(&self, evidence: Evidence) -> Result<String, String>;
}

/// What a tester works with.
#[derive(Clone)]
pub struct Instruments {
    /// Where evidence goes.
    pub evidence: Arc<dyn EvidenceSink>,
    /// The app under test; testers who share it share its services.
    pub app: Arc<App>,
    /// The browser of this machine.
    pub chromium: Chromium,
    /// Where what is done is written down.
    pub steps: Arc<StepLog>,
}

impl Instruments {
    /// What was seen, with a word on who answered where that was no service of the app.
    async fn bound(&self, mut seen: Seen) -> Seen {
        let Some(stranger) = self.app.stranger(&seen.reached).await else { return seen };
        seen.text = format!(
            "[this was not answered by a service of the app: {stranger}; no pass can rest on it]\n{}",
            seen.text
        );
        for piece in &mut seen.evidence {
            piece.stranger = Some(stranger.clone());
        }
        seen
    }

    /// Keeps the evidence of a call, and writes down what it showed.
    fn answer(&self, call: &Call, seen: Seen) -> Answer {
        let (text, names) = kept(self.evidence.as_ref(), &seen.text, seen.evidence)?;
        self.steps.showed(&call.id, &seen.facts, names);
        Ok(Output::text(text))
    }
}

/// The same tool, whose calls are written down before they are made.
fn logged(row: ToolRow, given: &Result<&Instruments, String>) -> ToolRow {
    let Ok(all) = given else { return row };
    let (steps, name) = (Arc::clone(&all.steps), row.spec.name.clone());
    row.watched(move |call, wanted| steps.begun(&call.id, &name, wanted))
}

/// The rows of all instruments and of the app's services; a session that has none says so.
pub(super) fn rows(env: &Arc<ToolEnv>, instruments: Option<&Instruments>) -> Vec<ToolRow> {
    let given = instruments.ok_or_else(|| "this role has no instruments".to_owned());
    let app = app::row(given.clone());
    let mut collector = Collector { place: place(env, instruments), given, rows: vec![app] };
    each(&mut collector);
    collector.rows
}

/// Where the instruments of a session work.
fn place(env: &Arc<ToolEnv>, instruments: Option<&Instruments>) -> Place {
    let own = Arc::clone(env);
    let place = Place::new(move |line, directory| {
        Ok(own.shell(line, &own.confinement.resolve(directory, Intent::Read)?))
    });
    match instruments {
        Some(all) => place.with_browser(all.chromium.clone(), env.scratch.clone()),
        None => place,
    }
}

struct Collector<'a> {
    place: Place,
    given: Result<&'a Instruments, String>,
    rows: Vec<ToolRow>,
}

impl Visitor for Collector<'_> {
    fn visit<I: Instrument>(&mut self) {
        let idle = |all: &Instruments| I::REACHES == Reach::Ports && !all.app.listens();
        let lack = if self.given.as_ref().is_ok_and(|all| idle(all)) { Lack::Nothing } else { Lack::Missed };
        let held = self.given.clone().and_then(|all| {
            if idle(all) {
                return Err(
                    "nothing in the environment listens on a port, so there is nothing to reach".to_owned()
                );
            }
            let instrument = I::new(&self.place).map_err(|fault| fault.to_string())?;
            Ok(Arc::new(Held { instrument, all: all.clone() }))
        });
        let row = ToolRow::new(I::NAME, I::DESCRIPTION, I::ACCESS, held, work).lacking(lack);
        self.rows.push(logged(row, &self.given));
    }
}

/// An instrument, and where what it sees is kept.
struct Held<I: Instrument> {
    instrument: I,
    all: Instruments,
}

impl<I: Instrument> Drop for Held<I> {
    fn drop(&mut self) {
        for piece in self.instrument.leave() {
            if let Err(fault) = self.all.evidence.keep(piece) {
                tracing::debug!(
                    fault,
                    instrument = I::NAME,
                    "what an instrument left at its end was not kept"
                );
            }
        }
    }
}

async fn work<I: Instrument>(held: Arc<Held<I>>, wanted: I::Wanted, call: Call) -> Answer {
    let seen = tokio::select! {
        seen = held.instrument.act(wanted) => seen,
        () = call.cancel.cancelled() => return Err(ToolError::Mend(format!("`{}` was interrupted", I::NAME))),
    };
    let seen = match seen {
        Ok(seen) => Ok(held.all.bound(seen).await),
        fault => fault,
    };
    let Some(fallen) = held.all.app.fallen().await else {
        return held.all.answer(&call, seen?);
    };
    // The instrument's own words come first: their evidence is what the call was made for.
    let mut seen = match seen.map_err(ToolError::from) {
        Ok(seen) => seen,
        Err(fault @ ToolError::Fatal(_)) => return Err(fault),
        Err(ToolError::Mend(fault)) => Seen::told(fault),
    };
    seen.evidence.extend(fallen.evidence);
    seen.text = format!("{}\n\n{}", seen.text, fallen.text);
    held.all.answer(&call, seen)
}

/// The text of an answer with the names of the evidence behind it.
pub(in crate::agent) fn with_evidence(
    sink: &dyn EvidenceSink,
    text: &str,
    evidence: impl IntoIterator<Item = Evidence>,
) -> Answer {
    kept(sink, text, evidence).map(|(text, _)| Output::text(text))
}

/// The same, with the names apart.
fn kept(
    sink: &dyn EvidenceSink,
    text: &str,
    evidence: impl IntoIterator<Item = Evidence>,
) -> Result<(String, Vec<String>), ToolError> {
    let (mut text, mut names) = (text.to_owned(), Vec::new());
    for (index, piece) in evidence.into_iter().enumerate() {
        let is_recording = piece.kind == RECORDING;
        let name = sink
            .keep(piece)
            .map_err(|fault| ToolError::Mend(format!("the evidence was not kept: {fault}")))?;
        match (index, is_recording) {
            (0, _) => text = format!("{}{EVIDENCE_MARK}{name}", text.trim_end()),
            (_, false) => text += &format!("\nevidence: {name}"),
            (_, true) => text += &format!("\nrecording: {name}"),
        }
        names.push(name);
    }
    Ok((text, names))
}

/// Stands before the name of a piece of evidence at an answer's end.
pub(in crate::agent) const EVIDENCE_MARK: &str = "\n\nevidence: ";

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Mutex;

    use serde_json::json;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

    use super::*;
    use crate::agent::tool::env::tests::{Place, call};
    use crate::instrument::Settled;
    use crate::workspace::services::ServiceDirs;
    use crate::workspace::{Access, Reaper, ServiceSpec};

    /// The instruments of a tester whose app is said to listen but was not started, and who keeps evidence in that.
    pub fn instruments(kept: &Arc<Kept>) -> Arc<Instruments> {
        let web = ServiceSpec { port: Some(1), ..ServiceSpec::new("web", "true") };
        Arc::new(instruments_of(kept, &app(vec![web])))
    }

    /// The instruments of a tester of that app.
    pub fn instruments_of(kept: &Arc<Kept>, app: &Arc<App>) -> Instruments {
        let evidence = Arc::clone(kept) as Arc<dyn EvidenceSink>;
        let chromium = Chromium::none("none in this test");
        Instruments { evidence, app: Arc::clone(app), chromium, steps: Arc::default() }
    }

    fn app(specs: Vec<ServiceSpec>) -> Arc<App> {
        let nowhere = std::path::PathBuf::new();
        let dirs = ServiceDirs {
            dir: nowhere.clone(),
            logs: nowhere,
            env: Vec::new(),
            reaper: Reaper::None,
            jail: crate::workspace::Jail::default(),
        };
        Arc::new(App::new(specs, dirs))
    }

    /// Numbers what it keeps.
    #[derive(Default)]
    pub struct Kept(pub Mutex<Vec<Evidence>>);

    impl EvidenceSink for Kept {
        fn keep(&self, evidence: Evidence) -> Result<String, String> {
            let mut kept = self.0.lock().unwrap();
            kept.push(evidence);
            Ok(format!("ev_{}", kept.len()))
        }
    }

    fn tool(name: &str, place: &Place, kept: &Arc<Kept>) -> ToolRow {
        let rows = rows(&place.env, Some(&instruments(kept)));
        rows.into_iter().find(|row| row.spec.name == name).unwrap()
    }

    #[tokio::test]
    async fn an_exchange_is_shown_and_kept() {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(201).insert_header("set-cookie", "id=7").set_body_string("made");
        let posted = Mock::given(matchers::method("POST")).and(matchers::body_json(json!({ "n": 1 })));
        posted.respond_with(answer).mount(&server).await;
        let seen = Mock::given(matchers::header("cookie", "id=7"));
        seen.respond_with(ResponseTemplate::new(200).set_body_string("you again")).mount(&server).await;
        let kept = Arc::new(Kept::default());
        let http = tool("http", &Place::new(), &kept);

        let post = json!({ "method": "post", "url": server.uri(), "json": { "n": 1 } });
        let text = call(&http, post).await.unwrap();
        assert!(text.contains("status: 201") && text.ends_with("made\n\nevidence: ev_1"), "{text}");
        let again = call(&http, json!({ "url": server.uri() })).await.unwrap();
        assert!(again.contains("you again"), "{again}");
        let stranger = call(&http, json!({ "url": server.uri(), "keep_cookies": false })).await.unwrap();
        assert!(stranger.contains("status: 404"), "{stranger}");
        let kept = kept.0.lock().unwrap();
        assert_eq!((kept.len(), kept[0].kind), (3, "http"));
    }

    #[tokio::test]
    async fn other_machines_and_two_bodies_are_refused() {
        let http = tool("http", &Place::new(), &Arc::default());
        let fault = call(&http, json!({ "url": "http://example.com" })).await.unwrap_err();
        assert!(fault.contains("not this machine"), "{fault}");
        let fault =
            call(&http, json!({ "url": "http://localhost", "body": "a", "json": 1 })).await.unwrap_err();
        assert!(fault.contains("at most one"), "{fault}");
    }

    #[tokio::test]
    async fn without_a_port_there_is_nothing_to_reach() {
        let (place, kept) = (Place::new(), Arc::default());
        let given = instruments_of(&kept, &app(vec![ServiceSpec::new("worker", "true")]));
        let rows = rows(&place.env, Some(&given));
        let refusal =
            |name: &str| rows.iter().find(|row| row.spec.name == name).unwrap().refusal(Access::Proof);
        assert!(refusal("http").unwrap().contains("nothing to reach"));
        assert!(refusal("browser").is_some());
        assert_eq!((refusal("terminal"), refusal("app")), (None, None));
        let lack = |name: &str| rows.iter().find(|row| row.spec.name == name).unwrap().lack();
        assert_eq!((lack("http"), lack("browser")), (Lack::Nothing, Lack::Nothing));
        let extras = super::super::Extras { instruments: Some(given), ..super::super::Extras::default() };
        let picked = super::super::ToolTable::new(&place.env, extras).pick(["http", "browser"]);
        assert!(
            picked.tools.is_empty() && picked.unavailable.is_empty(),
            "nothing is wrong, so nothing is said"
        );
    }

    #[tokio::test]
    async fn no_answer_is_kept_as_well() {
        let kept = Arc::new(Kept::default());
        let http = tool("http", &Place::new(), &kept);
        let text = call(&http, json!({ "url": "http://localhost:1/x" })).await.unwrap();
        assert!(text.contains("no answer: port 1") && text.ends_with("evidence: ev_1"), "{text}");
        let lists = json!({ "requests": [{ "url": "http://localhost:1/a" }, { "url": "http://localhost:1/b" }], "repeat": 2, "at_once": true });
        let text = call(&http, lists).await.unwrap();
        assert!(
            text.starts_with(
                "4 requests at once: 4 × no answer\n1. GET http://localhost:1/a: no answer, answer A;"
            ),
            "{text}"
        );
        assert!(text.contains("4. GET http://localhost:1/b") && text.ends_with("evidence: ev_2"), "{text}");
        for (wanted, words) in [
            (json!({}), "either `url` or `requests`"),
            (
                json!({ "url": "http://localhost:1", "requests": [{ "url": "http://localhost:1" }] }),
                "either `url` or",
            ),
            (json!({ "requests": [{ "method": "GET" }] }), "wants a `url`"),
            (json!({ "url": "http://localhost:1", "repeat": 101 }), "101 requests; 1 to 100"),
            (json!({ "url": "http://localhost:1", "repeat": 0 }), "0 requests"),
            (json!({ "url": "http://localhost:1", "body_hex": "0g" }), "`body_hex` is wrong"),
            (json!({ "url": "http://localhost:1", "method": "A B" }), "is no HTTP method"),
        ] {
            let fault = call(&http, wanted).await.unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[tokio::test]
    async fn a_program_is_worked_and_its_screens_are_kept() {
        let place = Place::new();
        let kept = Arc::new(Kept::default());
        let terminal = tool("terminal", &place, &kept);
        assert!(call(&terminal, json!({ "action": "screen" })).await.unwrap_err().contains("use `start`"));
        let greet = "printf 'name? '; read name; echo hello $name; read end";
        let started = call(&terminal, json!({ "action": "start", "command": greet })).await.unwrap();
        assert_eq!(started, "name?\n\nevidence: ev_1");
        let waited = call(&terminal, json!({ "action": "wait", "regex": "^name" })).await.unwrap();
        assert_eq!(waited, "[the screen is unchanged]\n[found: name?]\n\nevidence: ev_2");
        call(&terminal, json!({ "action": "type", "text": "Ada" })).await.unwrap();
        let answered = call(&terminal, json!({ "action": "press", "keys": ["Enter"] })).await.unwrap();
        assert_eq!(answered, "name? Ada\nhello Ada\n\nevidence: ev_4");
        let seen = call(&terminal, json!({ "action": "wait", "regex": "^hello A.a$" })).await.unwrap();
        assert_eq!(seen, "[the screen is unchanged]\n[found: hello Ada]\n\nevidence: ev_5");
        let missing =
            call(&terminal, json!({ "action": "wait", "text": "bye", "seconds": 1 })).await.unwrap();
        assert!(
            missing.contains("`bye` did not appear within 1 s") && missing.ends_with("ev_6"),
            "{missing}"
        );
        let again = call(&terminal, json!({ "action": "screen", "bytes": true })).await.unwrap();
        assert!(again.contains(r#""hello Ada\r\n""#), "{again}");
        let stopped = call(&terminal, json!({ "action": "stop" })).await.unwrap();
        assert!(
            stopped.contains("it was stopped") && stopped.ends_with("evidence: ev_8\nrecording: ev_9"),
            "{stopped}"
        );
        let kept = kept.0.lock().unwrap();
        assert_eq!((kept.len(), kept[7].kind, kept[8].kind), (9, "terminal", "recording"));
        assert_eq!((kept[0].settled, kept[7].settled), (Settled::Still, Settled::Ended));
        assert!(String::from_utf8_lossy(&kept[6].bytes).contains("\"output\": \""));
        assert!(String::from_utf8_lossy(&kept[8].bytes).starts_with(r#"{"version":3,"#));
    }

    #[tokio::test]
    async fn a_program_that_ends_tells_its_exit_code_and_leaves_its_recording_once() {
        let (place, kept) = (Place::new(), Arc::new(Kept::default()));
        let terminal = tool("terminal", &place, &kept);
        let ended =
            call(&terminal, json!({ "action": "start", "command": "echo done; exit 3" })).await.unwrap();
        assert_eq!(ended, "done\n[the program ended: exit code 3]\n\nevidence: ev_1\nrecording: ev_2");
        let again = call(&terminal, json!({ "action": "screen" })).await.unwrap();
        assert_eq!(again, "[the screen is unchanged]\n[the program ended: exit code 3]\n\nevidence: ev_3");
        let waiting = json!({ "action": "start", "command": "sleep 4; echo late; exit 5" });
        let early = call(&terminal, waiting).await.unwrap();
        assert!(early.contains("has shown nothing yet") && !early.contains("recording"), "{early}");
        let late = call(&terminal, json!({ "action": "wait", "exit": true })).await.unwrap();
        assert!(late.starts_with("late\n[the program ended: exit code 5]"), "{late}");
        let kept = kept.0.lock().unwrap();
        let settled: Vec<Settled> = kept.iter().map(|piece| piece.settled).collect();
        assert_eq!(settled[3], Settled::Nothing, "{settled:?}");
        assert_eq!(settled[4], Settled::Ended);
        assert!(String::from_utf8_lossy(&kept[4].bytes).contains(r#""code": 5"#));
        assert!(String::from_utf8_lossy(&kept[5].bytes).ends_with("\"x\",\"5\"]\n"));
    }

    #[tokio::test]
    async fn a_program_that_works_on_is_not_taken_for_one_that_waits() {
        let (place, kept) = (Place::new(), Arc::new(Kept::default()));
        let terminal = tool("terminal", &place, &kept);
        let slow = json!({ "action": "start", "command": "echo working; sleep 60; echo done" });
        assert!(call(&terminal, slow).await.unwrap().contains("still works or draws"));
        // What is waited for may be a word on the way.
        let found = call(&terminal, json!({ "action": "wait", "text": "working" })).await.unwrap();
        assert!(found.contains("[found: working]") && found.contains("still works or draws"), "{found}");
        call(&terminal, json!({ "action": "stop" })).await.unwrap();
        let kept = kept.0.lock().unwrap();
        assert_eq!(
            (kept[0].settled, kept[1].settled, kept[2].settled),
            (Settled::Moving, Settled::Moving, Settled::Ended)
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_program_waits_for_its_user_when_its_terminal_is_among_what_it_waits_for_or_it_takes_keys() {
        const ASYNC: &str =
            "import asyncio\nasync def main():\n  say()\n  await asyncio.sleep(60)\nasyncio.run(main())";
        let terminal_is_polled = "p = select.poll(); p.register(0, select.POLLIN); say(); p.poll()";
        let in_epoll = "p = select.epoll(); p.register(0, select.EPOLLIN); say(); p.poll()";
        let output_in_epoll = "p = select.epoll(); p.register(1, select.EPOLLPRI); say(); p.poll()";
        let programs = [
            (ASYNC, Settled::Moving),
            ("say(); select.select([], [], [], 60)", Settled::Moving),
            ("p = select.poll(); say(); p.poll(60000)", Settled::Moving),
            (output_in_epoll, Settled::Moving),
            ("say(); select.select([0], [], [], 60)", Settled::Still),
            (terminal_is_polled, Settled::Still),
            (in_epoll, Settled::Still),
            ("import tty; tty.setcbreak(0); say(); select.select([], [], [], 60)", Settled::Still),
            ("print('\\x1b[?1049h', end=''); say(); select.select([], [], [], 60)", Settled::Still),
        ];
        let looks = programs.map(|(program, settled)| async move {
            let (place, kept) = (Place::new(), Arc::new(Kept::default()));
            let terminal = tool("terminal", &place, &kept);
            let said = "import select\ndef say(): print('working on it', flush=True)";
            let command = format!("exec python3 -c \"{said}\n{program}\"");
            call(&terminal, json!({ "action": "start", "command": command })).await.unwrap();
            let waited = json!({ "action": "wait", "text": "working on it", "seconds": 60 });
            call(&terminal, waited).await.unwrap();
            let again = call(&terminal, json!({ "action": "screen" })).await.unwrap();
            let kept = kept.0.lock().unwrap();
            assert_eq!((kept[1].settled, kept[2].settled), (settled, settled), "{program}: {again}");
        });
        futures::future::join_all(looks).await;
    }

    #[tokio::test]
    async fn what_another_program_answered_is_no_look_at_the_app() {
        let server = MockServer::start().await;
        let lease = crate::workspace::services::lease().unwrap();
        let run = format!("exec python3 -m http.server --bind 127.0.0.1 {}", lease.port());
        let health = crate::workspace::services::Health::Tcp;
        let web = ServiceSpec { port: Some(lease.port()), health, ..ServiceSpec::new("web", &run) };
        let place = Place::new();
        let home = tempfile::tempdir().unwrap();
        let dirs = ServiceDirs {
            dir: home.path().to_owned(),
            logs: home.path().join("logs"),
            env: Vec::new(),
            reaper: Reaper::None,
            jail: crate::workspace::Jail::default(),
        };
        let (app, kept) = (Arc::new(App::new(vec![web], dirs)), Arc::new(Kept::default()));
        app.start().await.unwrap();
        let all = rows(&place.env, Some(&instruments_of(&kept, &app)));
        let http = all.into_iter().find(|row| row.spec.name == "http").unwrap();
        let own = format!("http://127.0.0.1:{}/", lease.port());
        let words = "[this was not answered by a service of the app: ";
        let seen = call(&http, json!({ "url": own })).await.unwrap();
        assert!(seen.starts_with("status: 200"), "{seen}");
        let both = json!({ "requests": [{ "url": own }, { "url": server.uri() }] });
        for wanted in [json!({ "url": server.uri() }), both] {
            let seen = call(&http, wanted).await.unwrap();
            let port = format!("listens on port {}; no pass can rest on it]", server.address().port());
            assert!(seen.starts_with(words) && seen.contains(&port), "{seen}");
        }
        // Where the app was, there may be another one.
        app.stop().await;
        let listener = std::net::TcpListener::bind(("127.0.0.1", lease.port())).unwrap();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            std::io::Read::read(&mut stream, &mut [0; 1024]).unwrap();
            std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
                .unwrap();
            listener
        });
        let seen = call(&http, json!({ "url": own })).await.unwrap();
        if cfg!(target_os = "linux") {
            assert!(seen.starts_with(words) && seen.contains("hi"), "{seen}");
        }
        drop(answering.join().unwrap());
        let kept = kept.0.lock().unwrap();
        let strange: Vec<bool> = kept.iter().map(|piece| piece.stranger.is_some()).collect();
        assert_eq!(strange, [false, true, true, cfg!(target_os = "linux")]);
    }

    #[tokio::test]
    async fn each_byte_that_a_command_printed_is_kept_and_shown_on_demand() {
        let (place, kept) = (Place::new(), Arc::new(Kept::default()));
        let run = tool("run", &place, &kept);
        let command = r"printf 'a\r\n\0\033[1mb\033[0m\n\n'";
        let plain = call(&run, json!({ "command": command })).await.unwrap();
        assert!(
            plain.starts_with(
                "a\nb\n[not to be seen in this output: line ends with CR: 1, control characters: 3; `bytes`"
            ),
            "{plain}"
        );
        let bytes = call(&run, json!({ "command": command, "bytes": true })).await.unwrap();
        let shown = r#""a\r\n"
"\x00\x1b[1mb\x1b[0m\n"
"\n"
[exit code 0]"#;
        assert_eq!(bytes, format!("{shown}\n\nevidence: ev_2"));
        let simple = call(&run, json!({ "command": "echo a" })).await.unwrap();
        assert_eq!(simple, "a\n[exit code 0]\n\nevidence: ev_3");
        let kept = kept.0.lock().unwrap();
        let raw = |index: usize| {
            let record: serde_json::Value = serde_json::from_slice(&kept[index].bytes).unwrap();
            record["raw"].as_str().map(str::to_owned)
        };
        assert_eq!((raw(0).as_deref(), raw(2)), (Some("YQ0KABtbMW1iG1swbQoK"), None));
    }

    #[tokio::test]
    async fn a_session_that_nobody_stopped_leaves_its_recording() {
        let (place, kept) = (Place::new(), Arc::new(Kept::default()));
        let terminal = tool("terminal", &place, &kept);
        call(&terminal, json!({ "action": "start", "command": "echo here; read x" })).await.unwrap();
        drop(terminal);
        let kept = kept.0.lock().unwrap();
        assert_eq!((kept.len(), kept[1].kind, kept[1].settled), (2, "recording", Settled::Moving));
    }

    #[tokio::test]
    async fn the_looks_at_one_program_are_told_apart_by_their_titles() {
        let (place, kept) = (Place::new(), Arc::new(Kept::default()));
        let terminal = tool("terminal", &place, &kept);
        let menu = "echo Menu; read a; echo Total 3; read b; clear; echo Bye; read c";
        for wanted in [
            json!({ "action": "start", "command": menu }),
            json!({ "action": "type", "text": "q" }),
            json!({ "action": "press", "keys": ["Enter"] }),
            json!({ "action": "wait", "text": "Total" }),
            json!({ "action": "screen" }),
            json!({ "action": "press", "keys": ["Enter"] }),
            json!({ "action": "wait", "text": "Total", "seconds": 1 }),
            json!({ "action": "stop" }),
        ] {
            call(&terminal, wanted).await.unwrap();
        }
        let kept = kept.0.lock().unwrap();
        let command = "echo Menu; read a; echo Total 3; read b; clear; echo Bye; re…";
        let titles: Vec<&str> = kept
            .iter()
            .map(|piece| piece.title.strip_suffix(command).unwrap_or(&piece.title).trim_end_matches(" · "))
            .collect();
        assert_eq!(
            titles,
            [
                "started: Menu",
                "typed `q`: q",
                "pressed Enter: Total 3",
                "waited for `Total`: Total 3",
                "looked: Menu",
                "pressed Enter: Bye",
                "waited in vain for `Total`: Bye",
                "stopped: Bye",
                &format!("recording of {menu}"),
            ]
        );
    }

    #[tokio::test]
    async fn a_terminal_that_gets_lower_keeps_the_line_of_its_cursor() {
        let place = Place::new();
        let terminal = tool("terminal", &place, &Arc::default());
        let twenty = "seq 1 20; printf 'more? '; read x";
        call(&terminal, json!({ "action": "start", "command": twenty })).await.unwrap();
        let low = call(&terminal, json!({ "action": "resize", "cols": 100, "rows": 5 })).await.unwrap();
        assert!(low.starts_with("17\n18\n19\n20\nmore?\n[the terminal is 100x5 now]"), "{low}");
        let least = call(&terminal, json!({ "action": "resize", "cols": 5, "rows": 5 })).await.unwrap();
        assert!(least.contains("[the terminal is 10x5 now]"), "{least}");
        assert!(least.contains("[`cols` was 5, and 10 was taken"), "{least}");
    }

    #[tokio::test]
    async fn what_an_action_lacks_is_said() {
        let place = Place::new();
        let terminal = tool("terminal", &place, &Arc::default());
        assert_eq!(
            call(&terminal, json!({ "action": "start" })).await.unwrap_err(),
            "`start` wants `command`: the command line, such as `./app --help`"
        );
        call(&terminal, json!({ "action": "start", "command": "cat" })).await.unwrap();
        for (wanted, words) in [
            (json!({ "action": "type" }), "`type` wants `text`"),
            (json!({ "action": "press" }), "`press` wants `keys`"),
            (json!({ "action": "press", "keys": ["Hyper"] }), "no key `Hyper`"),
            (json!({ "action": "wait" }), "either `text` or `regex`"),
            (json!({ "action": "wait", "text": "" }), "either `text` or `regex`"),
            (json!({ "action": "wait", "regex": "(" }), "`regex` is wrong"),
        ] {
            assert!(call(&terminal, wanted).await.unwrap_err().contains(words), "{words}");
        }
    }
}
