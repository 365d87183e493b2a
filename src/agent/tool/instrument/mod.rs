//! The instruments in a model's hands: what they show is kept as evidence, and every answer names the piece it left.

mod app;

pub use app::App;

use std::sync::Arc;

use super::{Answer, Call, Output, ToolEnv, ToolError, ToolRow};
use crate::instrument::evidence::RECORDING;
use crate::instrument::{Chromium, Evidence, Instrument, Place, Visitor, each};
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
}

/// The rows of all instruments and of the app's services; a session that has none says so.
pub(super) fn rows(env: &Arc<ToolEnv>, instruments: Option<&Instruments>) -> Vec<ToolRow> {
    let own = Arc::clone(env);
    let place = Place::new(move |line, directory| {
        Ok(own.shell(line, &own.confinement.resolve(directory, Intent::Read)?))
    });
    let place = match instruments {
        Some(all) => place.with_browser(all.chromium.clone(), env.scratch.clone()),
        None => place,
    };
    let given = instruments.ok_or_else(|| "this role has no instruments".to_owned());
    let app = app::row(given.clone().map(|all| Arc::clone(&all.app)));
    let mut collector = Collector { place, given, rows: vec![app] };
    each(&mut collector);
    collector.rows
}

struct Collector<'a> {
    place: Place,
    given: Result<&'a Instruments, String>,
    rows: Vec<ToolRow>,
}

impl Visitor for Collector<'_> {
    fn visit<I: Instrument>(&mut self) {
        let held = self.given.clone().and_then(|all| {
            let instrument = I::new(&self.place).map_err(|fault| fault.to_string())?;
            Ok(Arc::new(Held { instrument, evidence: Arc::clone(&all.evidence) }))
        });
        self.rows.push(ToolRow::new(I::NAME, I::DESCRIPTION, I::ACCESS, held, work));
    }
}

/// An instrument, and where what it sees is kept.
struct Held<I> {
    instrument: I,
    evidence: Arc<dyn EvidenceSink>,
}

async fn work<I: Instrument>(held: Arc<Held<I>>, wanted: I::Wanted, call: Call) -> Answer {
    let seen = tokio::select! {
        seen = held.instrument.act(wanted) => seen?,
        () = call.cancel.cancelled() => return Err(ToolError::Mend(format!("`{}` was interrupted", I::NAME))),
    };
    with_evidence(held.evidence.as_ref(), &seen.text, seen.evidence)
}

/// The text of an answer with the names of the evidence behind it.
pub(super) fn with_evidence(
    sink: &dyn EvidenceSink,
    text: &str,
    evidence: impl IntoIterator<Item = Evidence>,
) -> Answer {
    let mut text = text.to_owned();
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
    }
    Ok(Output::text(text))
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
    use crate::workspace::Reaper;
    use crate::workspace::services::ServiceDirs;

    /// The instruments of a tester without an app, who keeps evidence in that.
    pub fn instruments(kept: &Arc<Kept>) -> Arc<Instruments> {
        let nowhere = std::path::PathBuf::new();
        let dirs = ServiceDirs { dir: nowhere.clone(), logs: nowhere, env: Vec::new(), reaper: Reaper::None };
        let evidence = Arc::clone(kept) as Arc<dyn EvidenceSink>;
        let (app, chromium) = (Arc::new(App::new(Vec::new(), dirs)), Chromium::none("none in this test"));
        Arc::new(Instruments { evidence, app, chromium })
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
    async fn a_program_is_worked_and_its_screens_are_kept() {
        let place = Place::new();
        let kept = Arc::new(Kept::default());
        let terminal = tool("terminal", &place, &kept);
        assert!(call(&terminal, json!({ "action": "screen" })).await.unwrap_err().contains("use `start`"));
        let greet = "printf 'name? '; read name; echo hello $name; read end";
        call(&terminal, json!({ "action": "start", "command": greet })).await.unwrap();
        call(&terminal, json!({ "action": "wait", "text": "name?" })).await.unwrap();
        call(&terminal, json!({ "action": "type", "text": "Ada" })).await.unwrap();
        call(&terminal, json!({ "action": "press", "keys": ["Enter"] })).await.unwrap();
        let seen = call(&terminal, json!({ "action": "wait", "regex": "hello A.a" })).await.unwrap();
        assert!(seen.contains("hello Ada\n\nevidence: ev_5"), "{seen}");
        let missing =
            call(&terminal, json!({ "action": "wait", "text": "bye", "seconds": 1 })).await.unwrap_err();
        assert!(missing.contains("did not appear within 1 s") && missing.contains("hello Ada"), "{missing}");
        let stopped = call(&terminal, json!({ "action": "stop" })).await.unwrap();
        assert!(stopped.contains("was stopped"), "{stopped}");
        assert_eq!(kept.0.lock().unwrap().len(), 5);
    }

    #[tokio::test]
    async fn what_an_action_lacks_is_said() {
        let place = Place::new();
        let terminal = tool("terminal", &place, &Arc::default());
        assert_eq!(
            call(&terminal, json!({ "action": "start" })).await.unwrap_err(),
            "`start` wants `command`"
        );
        call(&terminal, json!({ "action": "start", "command": "cat" })).await.unwrap();
        for (wanted, words) in [
            (json!({ "action": "type" }), "`type` wants `text`"),
            (json!({ "action": "press" }), "`press` wants `keys`"),
            (json!({ "action": "press", "keys": ["Hyper"] }), "no key `Hyper`"),
            (json!({ "action": "wait" }), "either `text` or `regex`"),
            (json!({ "action": "wait", "regex": "(" }), "`regex` is wrong"),
        ] {
            assert!(call(&terminal, wanted).await.unwrap_err().contains(words), "{words}");
        }
    }
}
