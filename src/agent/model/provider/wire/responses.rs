//! `OpenAI`'s Responses.

use serde_json::{Value, json};

use super::{Fault, Progress, output_of, slot, text, tokens, word};
use crate::agent::model::conversation::Written;
use crate::agent::model::provider::draft::{CallPiece, Draft, Stop};
use crate::agent::model::provider::spec::ProviderSpec;
use crate::agent::model::{Item, Request, TokenUsage, ToolChoice, ToolSpec};

/// The request without its conversation.
pub(super) fn head(request: &Request, spec: &ProviderSpec) -> Value {
    let mut body = json!({ "model": spec.model, "stream": true, "store": false });
    if !request.system.is_empty() {
        body["instructions"] = request.system.as_str().into();
    }
    if spec.reasons() {
        body["reasoning"] = json!({ "summary": "auto" });
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    if let Some(effort) = spec.effort {
        body["reasoning"]["effort"] = word(effort).into();
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
        if request.choice == ToolChoice::Required {
            body["tool_choice"] = "required".into();
        }
    }
    if let Some(most) = request.max_output_tokens {
        body["max_output_tokens"] = most.into();
    }
    body
}

fn tool(spec: &ToolSpec) -> Value {
    json!({ "type": "function", "name": spec.name, "description": spec.description, "parameters": spec.schema })
}

/// Writes an item of the conversation.
pub(super) fn write(item: &Item, written: &mut Written) {
    match item {
        Item::User { text } => written.message(&json!({ "role": "user", "content": text })),
        Item::Assistant(reply) => {
            for signature in reply.thinking.iter().filter_map(|thinking| thinking.signature.as_deref()) {
                written
                    .message(&json!({ "type": "reasoning", "encrypted_content": signature, "summary": [] }));
            }
            if !reply.text.is_empty() {
                let said = json!([{ "type": "output_text", "text": reply.text }]);
                written.message(&json!({ "type": "message", "role": "assistant", "content": said }));
            }
            for call in &reply.calls {
                written.message(&json!({
                    "type": "function_call",
                    "call_id": call.id,
                    "name": call.tool,
                    "arguments": call.as_object().to_string(),
                }));
            }
        }
        Item::ToolResult { call_id, output, .. } => {
            let output = output_of(output);
            written.message(&json!({ "type": "function_call_output", "call_id": call_id, "output": output }));
        }
        Item::Unknown => {}
    }
}

pub(super) fn read(kind: &str, data: &Value, draft: &mut Draft<'_>) -> Result<Progress, Fault> {
    let (slot, item) = (slot(data, "/output_index"), &data["item"]);
    match kind {
        "response.output_text.delta" => draft.text(text(data, "/delta"))?,
        "response.reasoning_text.delta" | "response.reasoning_summary_text.delta" => {
            draft.thinking(text(data, "/delta"))?;
        }
        "response.output_item.added" if is_call(item) => {
            draft.call(&CallPiece {
                slot,
                id: text(item, "/call_id"),
                tool: text(item, "/name"),
                json: "",
            })?;
        }
        "response.function_call_arguments.delta" => {
            draft.call(&CallPiece { slot, json: text(data, "/delta"), ..CallPiece::default() })?;
        }
        "response.output_item.done" => finish_item(slot, item, draft)?,
        "response.completed" | "response.incomplete" => {
            let response = &data["response"];
            count(response, draft);
            finish(response, draft)?;
            return Ok(Progress::Ended(stop(response, kind == "response.incomplete")));
        }
        "response.failed" => return Err(Fault::Told(data["response"].clone())),
        _ => {}
    }
    Ok(Progress::Open)
}

fn is_call(item: &Value) -> bool {
    text(item, "/type") == "function_call"
}

/// How a response ended, as it says itself.
fn stop(response: &Value, incomplete: bool) -> Stop {
    match text(response, "/incomplete_details/reason") {
        "content_filter" => Stop::Filtered,
        "" if !incomplete && text(response, "/status") != "incomplete" => Stop::Whole,
        _ => Stop::CutOff,
    }
}

/// Reads a reply that came as one page.
pub(super) fn whole(reply: &Value, draft: &mut Draft<'_>) -> Result<Option<Stop>, Fault> {
    if !reply["output"].is_array() {
        return Ok(None);
    }
    count(reply, draft);
    finish(reply, draft)?;
    Ok(Some(stop(reply, false)))
}

/// The whole of an item: its arguments may have come in pieces before, or not at all.
fn finish_item(slot: Option<u64>, item: &Value, draft: &mut Draft<'_>) -> Result<(), Fault> {
    if is_call(item) {
        let (id, tool) = (text(item, "/call_id"), text(item, "/name"));
        let tool = if draft.has_call(slot, id) { "" } else { tool };
        let piece = CallPiece { slot, id, tool, json: text(item, "/arguments") };
        if piece.json.is_empty() { draft.call(&piece)? } else { draft.all_arguments(&piece)? }
    } else if text(item, "/type") == "reasoning" {
        let encrypted = text(item, "/encrypted_content");
        if !encrypted.is_empty() {
            draft.thought(Some(encrypted.to_owned()))?;
        }
    }
    Ok(())
}

/// A server that streams no items tells them all at the end.
fn finish(response: &Value, draft: &mut Draft<'_>) -> Result<(), Fault> {
    if draft.bytes() > 0 {
        return Ok(());
    }
    for (index, item) in (0..).zip(response["output"].as_array().into_iter().flatten()) {
        finish_item(Some(index), item, draft)?;
        for part in item["content"].as_array().into_iter().flatten() {
            draft.text(text(part, "/text"))?;
        }
    }
    Ok(())
}

/// Cached tokens are counted into the input.
fn count(response: &Value, draft: &mut Draft<'_>) {
    let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) else { return };
    let cached = tokens(usage, "/input_tokens_details/cached_tokens").unwrap_or_default();
    draft.usage = TokenUsage {
        input: tokens(usage, "/input_tokens").unwrap_or_default().saturating_sub(cached),
        cached,
        output: tokens(usage, "/output_tokens").unwrap_or_default(),
        ..TokenUsage::default()
    };
}
