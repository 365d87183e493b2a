//! Anthropic's Messages.

use serde_json::{Map, Value, json};

use super::{Fault, output_of, slot, text, tokens, word};
use crate::agent::model::conversation::Written;
use crate::agent::model::provider::draft::{CallPiece, Draft, Stop};
use crate::agent::model::provider::spec::{Effort, ProviderSpec};
use crate::agent::model::{Item, Reply, Request, Thinking, ToolChoice, ToolSpec};

/// How many of the newest messages carry a cache mark beside the system prompt. Anthropic allows four marks and looks
/// back twenty blocks from each, so two bridge a turn with many parallel calls.
pub(super) const MARKED_MESSAGES: usize = 2;
/// A cache mark, at the end of a block. It is no part of what is cached: a mark that moves on leaves the cache warm.
pub(super) const MARK: &[u8] = br#","cache_control":{"type":"ephemeral"}"#;
/// What a reply may have where nobody said; the protocol wants a number, and every present model takes this one.
const DEFAULT_OUTPUT: u32 = 32_000;

/// The request without its conversation.
pub(super) fn head(request: &Request, spec: &ProviderSpec) -> Value {
    let mut body = json!({
        "model": spec.model,
        "stream": true,
        "max_tokens": request.max_output_tokens.unwrap_or(DEFAULT_OUTPUT),
    });
    if !request.system.is_empty() {
        let mark = json!({ "type": "ephemeral" });
        body["system"] = json!([{ "type": "text", "text": request.system, "cache_control": mark }]);
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    set_thinking(&mut body, spec);
    // A model that thinks may not be held to a tool.
    let thinks = body.get("thinking").is_some();
    if request.choice == ToolChoice::Required && !request.tools.is_empty() && !thinks {
        body["tool_choice"] = json!({ "type": "any" });
    }
    body
}

fn tool(spec: &ToolSpec) -> Value {
    json!({ "name": spec.name, "description": spec.description, "input_schema": spec.schema })
}

/// Newer models think by themselves, and say how much with a word; older ones take a number of tokens. What they think
/// is kept to themselves unless a summary is asked for.
fn set_thinking(body: &mut Value, spec: &ProviderSpec) {
    let adaptive = json!({ "type": "adaptive", "display": "summarized" });
    match spec.effort {
        Some(effort) if thinks_by_itself(&spec.model) => {
            body["thinking"] = adaptive;
            body["output_config"] = json!({ "effort": word(effort) });
        }
        Some(effort) => {
            let most = body["max_tokens"].as_u64().unwrap_or_default();
            let budget = match effort {
                Effort::Low => 1_024,
                Effort::Medium => 8_000,
                Effort::High => 24_000,
            };
            // It has to be below what the whole reply may have.
            body["thinking"] =
                json!({ "type": "enabled", "budget_tokens": budget.min((most / 2).max(1_024)) });
        }
        None if is_five_or_later(&spec.model) => body["thinking"] = adaptive,
        None => {}
    }
}

/// The family and the version in a name: `claude-<family>-5…`; `claude-3-5-haiku` put the version first.
fn version(model: &str) -> Option<(u32, u32)> {
    let mut parts = model.strip_prefix("claude-")?.split('-');
    parts.next().filter(|family| family.bytes().any(|byte| byte.is_ascii_alphabetic()))?;
    let number = |part: &str| part.parse::<u32>().ok().filter(|number| *number < 100);
    let major = number(parts.next()?)?;
    Some((major, parts.next().and_then(number).unwrap_or(0)))
}

fn is_five_or_later(model: &str) -> bool {
    version(model) >= Some((5, 0))
}

/// Claude 4.6 and later.
fn thinks_by_itself(model: &str) -> bool {
    version(model) >= Some((4, 6))
}

/// Writes an item of the conversation.
pub(super) fn write(item: &Item, written: &mut Written) {
    match item {
        Item::User { text } => written.message_of_ours(&json!({ "type": "text", "text": text })),
        Item::Assistant(reply) => {
            let blocks = blocks_of(reply);
            if !blocks.is_empty() {
                written.message(&json!({ "role": "assistant", "content": blocks }));
            }
        }
        Item::ToolResult { call_id, output, .. } => {
            let content = output_of(output);
            written.result(&json!({ "type": "tool_result", "tool_use_id": call_id, "content": content }));
        }
        Item::Unknown => {}
    }
}

fn blocks_of(reply: &Reply) -> Vec<Value> {
    let mut blocks: Vec<Value> = reply.thinking.iter().filter_map(thinking_block).collect();
    if !reply.text.is_empty() {
        blocks.push(json!({ "type": "text", "text": reply.text }));
    }
    for call in &reply.calls {
        blocks
            .push(json!({ "type": "tool_use", "id": call.id, "name": call.tool, "input": call.as_object() }));
    }
    blocks
}

/// A redacted block is kept whole, as JSON, in the place of its signature; a real signature is base64. Without one it
/// cannot go back.
fn thinking_block(thinking: &Thinking) -> Option<Value> {
    let signature = thinking.signature.as_deref()?;
    let redacted = signature.starts_with('{').then(|| serde_json::from_str(signature).ok()).flatten();
    Some(
        redacted.unwrap_or_else(
            || json!({ "type": "thinking", "thinking": thinking.text, "signature": signature }),
        ),
    )
}

/// What an event says of the end.
pub(super) enum Told {
    Nothing,
    /// How the reply ended; a count of tokens may follow.
    Stop(Stop),
    /// There is nothing more.
    Over,
}

pub(super) fn read(kind: &str, data: &Value, draft: &mut Draft<'_>) -> Result<Told, Fault> {
    let slot = slot(data, "/index");
    match kind {
        "message_start" => count(data, "/message/usage", draft),
        "content_block_start" => begin(slot, &data["content_block"], draft)?,
        "content_block_delta" => match text(data, "/delta/type") {
            "text_delta" => draft.text(text(data, "/delta/text"))?,
            "thinking_delta" => draft.thinking(text(data, "/delta/thinking"))?,
            "signature_delta" => draft.signature(text(data, "/delta/signature"))?,
            "input_json_delta" => {
                draft.call(&CallPiece {
                    slot,
                    json: text(data, "/delta/partial_json"),
                    ..CallPiece::default()
                })?;
            }
            _ => {}
        },
        "message_delta" => {
            count(data, "/usage", draft);
            let reason = text(data, "/delta/stop_reason");
            if !reason.is_empty() {
                keep_signed(draft);
                return Ok(Told::Stop(Stop::of(reason)));
            }
        }
        "message_stop" => {
            keep_signed(draft);
            return Ok(Told::Over);
        }
        _ => {}
    }
    Ok(Told::Nothing)
}

/// Reads a reply that came as one page.
pub(super) fn whole(reply: &Value, draft: &mut Draft<'_>) -> Result<Option<Stop>, Fault> {
    let Some(blocks) = reply["content"].as_array() else { return Ok(None) };
    for (index, block) in (0..).zip(blocks) {
        begin(Some(index), block, draft)?;
    }
    count(reply, "/usage", draft);
    keep_signed(draft);
    let reason = text(reply, "/stop_reason");
    Ok(Some(Stop::of(reason)))
}

/// What was thought and has no signature cannot be sent back.
fn keep_signed(draft: &mut Draft<'_>) {
    draft.keep_thinking(|thinking| thinking.signature.is_some());
}

fn begin(slot: Option<u64>, block: &Value, draft: &mut Draft<'_>) -> Result<(), Fault> {
    match text(block, "/type") {
        "text" => draft.text(text(block, "/text"))?,
        "thinking" => {
            let signature = text(block, "/signature");
            draft.thought((!signature.is_empty()).then(|| signature.to_owned()))?;
            draft.thinking(text(block, "/thinking"))?;
        }
        "redacted_thinking" => draft.thought(Some(block.to_string()))?,
        "tool_use" => {
            // It streams as pieces; a server that has it at once sends it here.
            let input = block.get("input").and_then(Value::as_object).filter(|map| !map.is_empty());
            let json = input.map(|input| Value::Object(Map::clone(input)).to_string()).unwrap_or_default();
            draft.call(&CallPiece {
                slot,
                id: text(block, "/id"),
                tool: text(block, "/name"),
                json: &json,
            })?;
        }
        _ => {}
    }
    Ok(())
}

/// The newest count of each kind holds: some servers tell them at the start, some at the end.
fn count(data: &Value, pointer: &str, draft: &mut Draft<'_>) {
    let Some(usage) = data.pointer(pointer) else { return };
    let counts = &mut draft.usage;
    for (name, count) in [
        ("/input_tokens", &mut counts.input),
        ("/cache_read_input_tokens", &mut counts.cached),
        ("/cache_creation_input_tokens", &mut counts.cache_written),
        ("/output_tokens", &mut counts.output),
    ] {
        *count = tokens(usage, name).unwrap_or(*count);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::agent::model::provider::Wire;
    use crate::agent::model::{ResultStatus, ToolCall};

    fn result(id: &str) -> Item {
        let (call_id, tool) = (id.to_owned(), "read".to_owned());
        Item::ToolResult { call_id, tool, output: String::new(), status: ResultStatus::Done }
    }

    fn body_for(model: &str, effort: Option<Effort>) -> Value {
        let mut spec = ProviderSpec::new("anthropic", Wire::AnthropicMessages, model);
        spec.effort = effort;
        body(&Request::default(), &spec)
    }

    fn body(request: &Request, spec: &ProviderSpec) -> Value {
        serde_json::from_slice(&super::super::body(request, spec, &BTreeSet::new())).unwrap()
    }

    #[test]
    fn results_of_one_reply_share_a_message_and_the_newest_two_are_marked() {
        let calls =
            ["a", "b"].map(|id| ToolCall { id: id.into(), tool: "read".into(), ..Default::default() });
        let request = Request {
            system: "You are terse.".into(),
            items: vec![
                Item::User { text: "go".into() },
                Item::Assistant(Reply { calls: calls.to_vec(), ..Default::default() }),
                result("a"),
                result("b"),
                Item::Unknown,
            ]
            .into(),
            ..Request::default()
        };
        let spec = ProviderSpec::new("anthropic", Wire::AnthropicMessages, "claude");
        let body = body(&request, &spec);
        let messages = body["messages"].as_array().unwrap();
        let marked: Vec<bool> =
            messages.iter().map(|message| message.to_string().contains("cache_control")).collect();
        assert_eq!(marked, [true, false, true], "user, assistant, results");
        assert!(body["system"][0]["cache_control"].is_object());
        assert_eq!(messages[2]["content"].as_array().unwrap().len(), 2);
        assert_eq!(messages[1]["content"][0]["input"], json!({ "invalid_json": "" }));
        assert_eq!(messages[2]["content"][0]["content"], "(no output)");
    }

    #[test]
    fn only_claude_5_and_later_is_asked_to_show_its_thinking() {
        for model in ["claude-opus-5-5", "claude-sonnet-5"] {
            assert_eq!(body_for(model, None)["thinking"]["type"], "adaptive", "{model}");
        }
        for model in ["claude-haiku-4-5-20251001", "claude-3-5-haiku", "claude-opus-4-20250514"] {
            assert_eq!(body_for(model, None).get("thinking"), None, "{model}");
        }
    }

    #[test]
    fn an_effort_is_a_word_for_new_models_and_a_number_for_old_ones() {
        let new = body_for("claude-opus-4-6", Some(Effort::High));
        assert_eq!(
            (&new["output_config"]["effort"], &new["thinking"]["type"]),
            (&json!("high"), &json!("adaptive"))
        );
        let old = body_for("claude-sonnet-4-5", Some(Effort::High));
        assert_eq!(old["thinking"], json!({ "type": "enabled", "budget_tokens": 16_000 }));
    }
}
