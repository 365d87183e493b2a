//! Chat Completions, which most servers speak, each a little differently.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Fault, output_of, slot, text, tokens, word};
use crate::agent::model::conversation::Written;
use crate::agent::model::provider::draft::{CallPiece, Draft, Stop};
use crate::agent::model::provider::spec::ProviderSpec;
use crate::agent::model::{Item, Reply, Request, TokenUsage, ToolChoice, ToolSpec};

/// The member in which some want their reasoning back.
const REASONING: &str = "reasoning_content";

/// The request without its conversation.
pub(super) fn head(request: &Request, spec: &ProviderSpec) -> Value {
    let mut body =
        json!({ "model": spec.model, "stream": true, "stream_options": { "include_usage": true } });
    if spec.tells_progress {
        body["return_progress"] = true.into();
    }
    if let Some(effort) = spec.effort {
        body["reasoning_effort"] = word(effort).into();
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
        if request.choice == ToolChoice::Required {
            body["tool_choice"] = "required".into();
        }
    }
    if let Some(most) = request.max_output_tokens {
        body[most_tokens_key(&spec.model)] = most.into();
    }
    body
}

/// The message that stands before the conversation.
pub(super) fn system(request: &Request) -> Option<Value> {
    (!request.system.is_empty()).then(|| json!({ "role": "system", "content": request.system }))
}

/// Writes an item of the conversation.
pub(super) fn write(item: &Item, written: &mut Written, left_out: &BTreeSet<&'static str>) {
    if let Some(mut message) = message(item) {
        if left_out.contains(REASONING)
            && let Some(message) = message.as_object_mut()
        {
            message.shift_remove(REASONING);
        }
        written.message(&message);
    }
}

/// `OpenAI`'s own newer models refuse the word that everybody else knows.
fn most_tokens_key(model: &str) -> &'static str {
    let newer = ["gpt-5", "gpt-6", "o1", "o3", "o4"].iter().any(|family| model.starts_with(family));
    if newer { "max_completion_tokens" } else { "max_tokens" }
}

fn tool(spec: &ToolSpec) -> Value {
    let function = json!({ "name": spec.name, "description": spec.description, "parameters": spec.schema, "strict": false });
    json!({ "type": "function", "function": function })
}

fn message(item: &Item) -> Option<Value> {
    match item {
        Item::User { text } => Some(json!({ "role": "user", "content": text })),
        Item::Assistant(reply) => said(reply),
        Item::ToolResult { call_id, output, .. } => {
            Some(json!({ "role": "tool", "tool_call_id": call_id, "content": output_of(output) }))
        }
        Item::Unknown => None,
    }
}

fn said(reply: &Reply) -> Option<Value> {
    let thoughts: Vec<&str> =
        reply.thinking.iter().map(|part| part.text.as_str()).filter(|text| !text.is_empty()).collect();
    if reply.text.is_empty() && reply.calls.is_empty() && thoughts.is_empty() {
        return None;
    }
    let mut message = json!({ "role": "assistant", "content": reply.text });
    if !reply.calls.is_empty() {
        let call = |call: &crate::agent::model::ToolCall| {
            let function = json!({ "name": call.tool, "arguments": call.as_object().to_string() });
            json!({ "type": "function", "id": call.id, "function": function })
        };
        message["tool_calls"] = reply.calls.iter().map(call).collect();
    }
    // DeepSeek and Kimi want their reasoning back beside the calls it led to.
    if !thoughts.is_empty() {
        message[REASONING] = thoughts.join("\n").into();
    }
    Some(message)
}

/// Reads a chunk; the end is told in one of them, the closing mark comes after it.
pub(super) fn read(chunk: &Value, draft: &mut Draft<'_>) -> Result<Option<Stop>, Fault> {
    count(chunk, draft);
    if let Some((read, all)) =
        tokens(chunk, "/prompt_progress/processed").zip(tokens(chunk, "/prompt_progress/total"))
    {
        draft.reading(read, all);
    }
    let choice = &chunk["choices"][0];
    // A server that has the whole of it at once calls it a message.
    let delta = choice.get("delta").filter(|delta| delta.is_object()).unwrap_or(&choice["message"]);
    for key in ["/reasoning_content", "/reasoning"] {
        let piece = text(delta, key);
        if !piece.is_empty() {
            draft.thinking(piece)?;
            break;
        }
    }
    content(&delta["content"], draft)?;
    for call in delta["tool_calls"].as_array().into_iter().flatten() {
        take_call(call, draft)?;
    }
    Ok(choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()).map(Stop::of))
}

/// Reads a reply that came as one page.
pub(super) fn whole(reply: &Value, draft: &mut Draft<'_>) -> Result<Option<Stop>, Fault> {
    let is_reply = reply.pointer("/choices/0").is_some();
    Ok(read(reply, draft)?.or(is_reply.then_some(Stop::Whole)))
}

/// Text, or Mistral's list of parts.
fn content(content: &Value, draft: &mut Draft<'_>) -> Result<(), Fault> {
    if let Some(piece) = content.as_str() {
        return Ok(draft.text(piece)?);
    }
    for part in content.as_array().into_iter().flatten() {
        draft.text(text(part, "/text"))?;
        for thought in part["thinking"].as_array().into_iter().flatten() {
            draft.thinking(text(thought, "/text"))?;
        }
    }
    Ok(())
}

fn take_call(call: &Value, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let piece = CallPiece {
        slot: slot(call, "/index"),
        id: text(call, "/id"),
        tool: text(call, "/function/name"),
        json: text(call, "/function/arguments"),
    };
    // Written as an object although the protocol says text.
    match &call["function"]["arguments"] {
        Value::Object(map) => {
            let json = Value::Object(map.clone()).to_string();
            Ok(draft.all_arguments(&CallPiece { json: &json, ..piece })?)
        }
        _ => Ok(draft.call(&piece)?),
    }
}

/// Cached tokens are counted into the input. Chunks without a count have a null.
fn count(chunk: &Value, draft: &mut Draft<'_>) {
    let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) else { return };
    let cached = tokens(usage, "/prompt_tokens_details/cached_tokens").unwrap_or_default();
    draft.usage = TokenUsage {
        input: tokens(usage, "/prompt_tokens").unwrap_or_default().saturating_sub(cached),
        cached,
        output: tokens(usage, "/completion_tokens").unwrap_or_default(),
        ..TokenUsage::default()
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::model::provider::Wire;

    #[test]
    fn a_models_name_is_never_cut() {
        let spec = ProviderSpec::new("router", Wire::OpenAiChat, "qwen-max");
        let body = head(&Request { max_output_tokens: Some(9), ..Request::default() }, &spec);
        assert_eq!((&body["model"], &body["max_tokens"]), (&json!("qwen-max"), &json!(9)));
        assert_eq!(most_tokens_key("gpt-5-mini"), "max_completion_tokens");
    }
}
