//! The model that plays scripts.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::play::next_reply;
use super::scripts::Scripts;
use super::speed::{ARGUMENT, ARGUMENT_PIECE, PlaybackSpeed, THINKING, WORD};
use super::step::Script;
use crate::agent::context::{bytes_of, tokens_of};
use crate::agent::model::{
    Item, Model, ModelError, Reply, Request, StreamPiece, StreamSink, TokenUsage, Turn,
};

/// `rehearsal/NAME`: a model that is a script. It costs nothing and says the same each time.
#[derive(Debug, Clone)]
pub struct ScriptedModel {
    name: String,
    scripts: Arc<Scripts>,
    speed: PlaybackSpeed,
}

impl ScriptedModel {
    /// A model that plays these scripts at that speed.
    pub fn new(scripts: Arc<Scripts>, speed: PlaybackSpeed) -> Self {
        Self { name: format!("rehearsal/{}", scripts.name), scripts, speed }
    }

    /// The first script that is for the session; scripts are tried in the order of their files, then as they stand.
    fn script(&self, request: &Request) -> Result<&Script, ModelError> {
        let found = self.scripts.all.iter().find(|script| script.is_for(&request.labels));
        found.ok_or_else(|| {
            let labels: Vec<String> =
                request.labels.iter().map(|(label, value)| format!("{label}={value}")).collect();
            let labels = labels.join(", ");
            ModelError::Refused(format!("{} has no script for a session with {labels}", self.name))
        })
    }

    async fn speak(
        &self,
        reply: &Reply,
        stream: &dyn StreamSink,
        cancel: &CancellationToken,
    ) -> Result<(), ModelError> {
        self.speed.pause(THINKING, cancel).await?;
        for word in reply.text.split_inclusive(char::is_whitespace) {
            stream.piece(StreamPiece::Text(word));
            self.speed.pause(WORD, cancel).await?;
        }
        for call in &reply.calls {
            stream.piece(StreamPiece::CallStarted { call_id: &call.id, tool: &call.tool });
            let json = call.arguments_text();
            let mut rest = json.as_str();
            while !rest.is_empty() {
                let (piece, later) = rest.split_at(rest.floor_char_boundary(ARGUMENT_PIECE));
                stream.piece(StreamPiece::CallArguments { call_id: &call.id, json: piece });
                self.speed.pause(ARGUMENT, cancel).await?;
                rest = later;
            }
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Model for ScriptedModel {
    fn name(&self) -> &str {
        &self.name
    }

    /// A script begins where a session does.
    fn goes_on(&self) -> bool {
        false
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        let script = self.script(request)?;
        let reply = next_reply(script, request).map_err(|error| ModelError::Refused(error.to_string()))?;
        let mut reply = reply.unwrap_or_else(|| Reply {
            text: format!("The rehearsal's script \"{}\" ends here: I have nothing more to do.", script.name),
            ..Reply::default()
        });
        self.speak(&reply, stream, cancel).await?;
        reply.usage = usage(request, &reply);
        Ok(reply)
    }
}

/// Counts as a provider would, from lengths: a rehearsal has no tokeniser. What the turn before sent counts as cached.
fn usage(request: &Request, reply: &Reply) -> TokenUsage {
    let latest = request.items.iter().rposition(|item| matches!(item, Item::Assistant(_)));
    let sent_before = latest.map_or(0, |latest| request.system.len() + bytes_of(&request.items[..latest]));
    let sent = request.system.len() + bytes_of(&request.items);
    let tokens = |bytes: usize| u64::try_from(tokens_of(bytes)).unwrap_or(u64::MAX);
    TokenUsage {
        input: tokens(sent - sent_before),
        cached: tokens(sent_before),
        cache_written: 0,
        output: tokens(bytes_of(&[Item::Assistant(reply.clone())])),
        estimated: false,
    }
}
