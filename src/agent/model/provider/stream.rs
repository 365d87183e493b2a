//! From genai's stream to a whole reply, or the knowledge that it broke.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt;
use genai::chat::{ChatStream, ChatStreamEvent, ContentPart, StopReason, StreamEnd, Usage};
use serde_json::{Map, Value};

use super::errors;
use super::spec::{ProviderSpec, Wire};
use crate::agent::model::{
    ModelError, Reach, Reply, StreamPiece, StreamSink, Thinking, TokenUsage, ToolCall,
};

/// Longest text of broken arguments that is kept, in bytes.
const RAW_LIMIT: usize = 16 * 1024;

/// Reads the stream to its end, handing pieces on as they arrive. `torn` is set when an event was no JSON, which genai
/// may have passed over.
pub(super) async fn collect(
    mut stream: ChatStream,
    spec: &ProviderSpec,
    sink: &dyn StreamSink,
    torn: &AtomicBool,
) -> Result<Reply, ModelError> {
    let mut calls = CallPieces::default();
    while let Some(event) = stream.next().await {
        let event = event.map_err(|fault| errors::model_error(fault, spec))?;
        if torn.load(Ordering::Relaxed) {
            return Err(errors::broken(spec, "one of its events was not JSON"));
        }
        match event {
            ChatStreamEvent::Chunk(chunk) => sink.piece(StreamPiece::Text(&chunk.content)),
            ChatStreamEvent::ReasoningChunk(chunk) => sink.piece(StreamPiece::Thinking(&chunk.content)),
            ChatStreamEvent::ToolCallChunk(chunk) => calls.show(&chunk.tool_call, sink),
            ChatStreamEvent::End(end) => return whole(end, spec),
            ChatStreamEvent::Start
            | ChatStreamEvent::Heartbeat
            | ChatStreamEvent::ThoughtSignatureChunk(_) => {}
        }
    }
    Err(errors::broken(spec, "it closed before its end"))
}

/// How much of each call's arguments was shown, since genai repeats them whole.
#[derive(Default)]
struct CallPieces {
    shown: BTreeMap<String, usize>,
}

impl CallPieces {
    fn show(&mut self, call: &genai::chat::ToolCall, sink: &dyn StreamSink) {
        let call_id = call.call_id.as_str();
        if !self.shown.contains_key(call_id) {
            self.shown.insert(call_id.to_owned(), 0);
            sink.piece(StreamPiece::CallStarted { call_id, tool: &call.fn_name });
        }
        let (Some(written), Some(shown)) = (call.fn_arguments.as_str(), self.shown.get_mut(call_id)) else {
            return;
        };
        if let Some(json) = written.get(*shown..).filter(|json| !json.is_empty()) {
            sink.piece(StreamPiece::CallArguments { call_id, json });
            *shown = written.len();
        }
    }
}

/// An end without a stop reason is one that genai made up when the connection closed.
fn whole(end: StreamEnd, spec: &ProviderSpec) -> Result<Reply, ModelError> {
    let Some(stop) = end.captured_stop_reason.clone() else {
        return Err(errors::broken(spec, "it closed before its end"));
    };
    if spec.wire == Wire::OpenAiResponses && end.captured_response_id.is_none() {
        return Err(errors::broken(spec, "it closed before its end"));
    }
    let reach = if matches!(stop, StopReason::MaxTokens(_)) { Reach::CutOff } else { Reach::Whole };
    let usage = tokens(end.captured_usage.as_ref());
    let mut reply = Reply { usage, reach, ..Reply::default() };
    let loose_reasoning = end.captured_reasoning_content.filter(|_| spec.wire != Wire::AnthropicMessages);
    if let Some(text) = loose_reasoning.filter(|text| !text.is_empty()) {
        reply.thinking.push(Thinking { text, signature: None });
    }
    let complete = !matches!(stop, StopReason::MaxTokens(_) | StopReason::ContentFilter(_));
    for part in end.captured_content.into_iter().flat_map(genai::chat::MessageContent::into_parts) {
        take_part(&mut reply, part, complete);
    }
    Ok(reply)
}

fn take_part(reply: &mut Reply, part: ContentPart, complete: bool) {
    match part {
        ContentPart::Text(text) => reply.text.push_str(&text),
        ContentPart::ThoughtSignature(signature) => {
            reply.thinking.push(Thinking { text: String::new(), signature: Some(signature) });
        }
        // It follows its signature.
        ContentPart::ReasoningContent(text) => {
            if let Some(last) = reply.thinking.last_mut() {
                last.text = text;
            }
        }
        ContentPart::Custom(part) => {
            reply.thinking.push(Thinking { text: String::new(), signature: Some(part.data.to_string()) });
        }
        ContentPart::ToolCall(call) => reply.calls.push(tool_call(call, complete)),
        ContentPart::Binary(_) | ContentPart::ToolResponse(_) => {}
    }
}

/// genai leaves arguments that did not parse as a string. No text at all means "no arguments" in a whole reply, and
/// "cut off" in one that ran out of tokens.
fn tool_call(call: genai::chat::ToolCall, complete: bool) -> ToolCall {
    let (arguments, raw) = match call.fn_arguments {
        Value::Object(map) => (Some(Value::Object(map)), String::new()),
        Value::String(text) if text.trim().is_empty() && complete => (Some(Value::Object(Map::new())), text),
        Value::String(text) => (None, bounded(text)),
        other => (None, bounded(other.to_string())),
    };
    ToolCall { id: call.call_id, tool: call.fn_name, arguments, raw }
}

fn bounded(mut text: String) -> String {
    let end = text.floor_char_boundary(RAW_LIMIT);
    text.truncate(end);
    text
}

/// genai counts cached tokens into the input, as `OpenAI` does.
fn tokens(usage: Option<&Usage>) -> TokenUsage {
    let Some(usage) = usage else { return TokenUsage::default() };
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok()).unwrap_or(0);
    let details = usage.prompt_tokens_details.as_ref();
    let cached = count(details.and_then(|details| details.cached_tokens));
    let cache_written = count(details.and_then(|details| details.cache_creation_tokens));
    TokenUsage {
        input: count(usage.prompt_tokens).saturating_sub(cached + cache_written),
        cached,
        cache_written,
        output: count(usage.completion_tokens),
    }
}
