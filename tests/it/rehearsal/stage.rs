//! A stage for scripts: it asks the model, answers its calls, and asks again, as a session would.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use flightdeck::agent::model::script::{PlaybackSpeed, ScriptError, ScriptedModel, Scripts};
use flightdeck::agent::model::{
    Item, Model, ModelError, Reply, Request, ResultStatus, StreamPiece, StreamSink,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// Keeps what was streamed.
#[derive(Default)]
pub struct Heard {
    pub text: Mutex<String>,
    pub arguments: Mutex<String>,
}

impl StreamSink for Heard {
    fn piece(&self, piece: StreamPiece<'_>) {
        match piece {
            StreamPiece::Text(text) => self.text.lock().unwrap().push_str(text),
            StreamPiece::CallArguments { json, .. } => self.arguments.lock().unwrap().push_str(json),
            _ => {}
        }
    }
}

pub fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

pub fn request(labels: BTreeMap<String, String>, brief: &str) -> Request {
    let items = vec![Item::User { text: brief.to_owned() }];
    Request { labels, items: items.into(), ..Request::default() }
}

pub fn turn(model: &ScriptedModel, request: &Request) -> Result<Reply, ModelError> {
    turn_heard(model, request, &Heard::default(), &CancellationToken::new())
}

pub fn turn_heard(
    model: &ScriptedModel,
    request: &Request,
    heard: &Heard,
    cancel: &CancellationToken,
) -> Result<Reply, ModelError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(model.turn(request, heard, cancel))
}

/// A model from scripts that are written here.
pub fn model(scripts: &str) -> ScriptedModel {
    let files = [("scripts.toml", scripts), ("app/hello.rs", "fn main() { /* {{ raw }} */ }\n")];
    ScriptedModel::new(Arc::new(read(&files).unwrap()), PlaybackSpeed::INSTANT)
}

/// Scripts from files that are written here.
pub fn read(files: &[(&str, &str)]) -> Result<Scripts, ScriptError> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Scripts::read("test", &files)
}

/// Plays a session to its end and returns the calls it made with the answers they got.
pub fn play(
    model: &ScriptedModel,
    request: &mut Request,
    closes: &[&str],
    answer: &mut dyn FnMut(&str, &Value) -> (String, ResultStatus),
) -> Vec<(String, Value)> {
    const MOST_TURNS: usize = 60;
    let mut made = Vec::new();
    for _ in 0..MOST_TURNS {
        let reply = turn(model, request).unwrap();
        request.items.push(Item::Assistant(reply.clone()));
        for call in &reply.calls {
            let arguments = call.arguments.clone().unwrap();
            let (output, status) = answer(&call.tool, &arguments);
            let (call_id, tool) = (call.id.clone(), call.tool.clone());
            request.items.push(Item::ToolResult { call_id, tool, output, status });
            made.push((call.tool.clone(), arguments));
            if closes.contains(&call.tool.as_str()) {
                return made;
            }
        }
        assert!(!reply.calls.is_empty(), "the session did not close: {}", reply.text);
    }
    panic!("the session goes on for ever");
}
