//! From flightdeck's request to genai's.

use genai::chat::{
    CacheControl, ChatMessage, ChatOptions, ChatRequest, ContentPart, CustomPart, MessageContent,
    ReasoningEffort, Tool, ToolCall, ToolResponse,
};
use serde_json::{Value, json};

use super::spec::{Effort, ProviderSpec, Wire};
use crate::agent::model::{Item, Reply, Request, Thinking, ToolSpec};

/// How many of the newest messages carry a cache mark beside the system prompt. Anthropic allows four marks and looks
/// back twenty blocks from each, so two bridge a turn with many parallel calls.
const MARKED_MESSAGES: usize = 2;

/// The request in genai's words.
pub(super) fn chat_request(request: &Request, spec: &ProviderSpec) -> ChatRequest {
    let mut messages = Vec::with_capacity(request.items.len() + 1);
    if spec.wire == Wire::AnthropicMessages && !request.system.is_empty() {
        let system = ChatMessage::system(request.system.as_str());
        messages.push(system.with_options(CacheControl::Ephemeral));
    }
    let conversation = messages.len();
    for item in &request.items {
        push_item(&mut messages, item, spec.wire);
    }
    if spec.wire == Wire::AnthropicMessages {
        mark_newest(&mut messages[conversation..]);
    }
    let mut chat = ChatRequest::new(messages).with_tools(request.tools.iter().map(tool));
    if spec.wire != Wire::AnthropicMessages && !request.system.is_empty() {
        chat = chat.with_system(request.system.as_str());
    }
    chat
}

/// The options of one call: capture what a transcript needs, wait no longer than the spec says.
pub(super) fn chat_options(request: &Request, spec: &ProviderSpec) -> ChatOptions {
    let mut options = ChatOptions::default()
        .with_capture_usage(true)
        .with_capture_content(true)
        .with_capture_tool_calls(true)
        .with_capture_reasoning_content(spec.reasons())
        .with_stream_header_timeout(spec.idle_timeout)
        .with_stream_read_timeout(spec.idle_timeout);
    if let Some(most) = request.max_output_tokens {
        options = options.with_max_tokens(most);
    }
    match (spec.wire, spec.effort) {
        (_, Some(effort)) => options = options.with_reasoning_effort(reasoning(effort)),
        // genai reads an effort from a name's ending (`qwen-max`) unless one is given; a budget is sent by neither wire.
        (Wire::OpenAiChat | Wire::OpenAiResponses, None) => {
            options = options.with_reasoning_effort(ReasoningEffort::Budget(0));
        }
        // Newer Claude models think by themselves and keep it to themselves unless asked to show a summary.
        (Wire::AnthropicMessages, None) if thinks_by_itself(&spec.model) => {
            let thinking = json!({ "thinking": { "type": "adaptive", "display": "summarized" } });
            options = options.with_extra_body(thinking);
        }
        (Wire::AnthropicMessages, None) => {}
    }
    if spec.wire == Wire::OpenAiResponses && spec.reasons() {
        options = options.with_extra_body(reasoning_body(spec.effort));
    }
    options
}

/// Claude 5 and later: `claude-<family>-5…`, and whatever family comes next with a higher number.
fn thinks_by_itself(model: &str) -> bool {
    let mut parts = model.strip_prefix("claude-").unwrap_or_default().split('-');
    // `claude-3-5-haiku` put the version first.
    let family = parts.next().is_some_and(|family| family.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let version = parts.next().and_then(|version| version.parse::<u32>().ok());
    family && version.is_some_and(|version| (5..100).contains(&version))
}

fn reasoning(effort: Effort) -> ReasoningEffort {
    match effort {
        Effort::Low => ReasoningEffort::Low,
        Effort::Medium => ReasoningEffort::Medium,
        Effort::High => ReasoningEffort::High,
    }
}

/// genai asks for a detailed summary, which not every model has; `auto` works for all.
fn reasoning_body(effort: Option<Effort>) -> Value {
    match effort {
        None => json!({ "reasoning": { "summary": "auto" } }),
        Some(effort) => {
            json!({ "reasoning": { "summary": "auto", "effort": reasoning(effort).as_keyword() } })
        }
    }
}

fn push_item(messages: &mut Vec<ChatMessage>, item: &Item, wire: Wire) {
    match item {
        Item::User { text } => messages.push(ChatMessage::user(text.as_str())),
        Item::Assistant(reply) => {
            let parts = assistant_parts(reply, wire);
            if !parts.is_empty() {
                messages.push(ChatMessage::assistant(MessageContent::from_parts(parts)));
            }
        }
        Item::ToolResult { call_id, tool, output, .. } => {
            // An empty result is refused by some providers.
            let content = if output.is_empty() { "(no output)" } else { output.as_str() };
            let response = ToolResponse::new(call_id.as_str(), content).with_fn_name(tool.as_str());
            match messages.last_mut() {
                // The results of one reply belong in one message: Anthropic's models learn from that to call in parallel.
                Some(last) if last.role == genai::chat::ChatRole::Tool => {
                    last.content.push(ContentPart::ToolResponse(response));
                }
                _ => messages.push(ChatMessage::tool(MessageContent::from_tool_responses(vec![response]))),
            }
        }
        Item::Unknown => {}
    }
}

fn assistant_parts(reply: &Reply, wire: Wire) -> Vec<ContentPart> {
    let mut parts = Vec::new();
    for thinking in &reply.thinking {
        push_thinking(&mut parts, thinking, wire);
    }
    if !reply.text.is_empty() {
        parts.push(ContentPart::Text(reply.text.clone()));
    }
    for call in &reply.calls {
        // Every wire wants an object here, so arguments that were none travel as what they were.
        let arguments = call.arguments.clone().unwrap_or_else(|| json!({ "invalid_json": call.raw }));
        parts.push(ContentPart::ToolCall(ToolCall {
            call_id: call.id.clone(),
            fn_name: call.tool.clone(),
            fn_arguments: arguments,
            thought_signatures: None,
        }));
    }
    parts
}

fn push_thinking(parts: &mut Vec<ContentPart>, thinking: &Thinking, wire: Wire) {
    match (wire, &thinking.signature) {
        (Wire::AnthropicMessages, Some(signature)) => {
            if let Some(block) = redacted_block(thinking) {
                parts.push(ContentPart::Custom(CustomPart { model_iden: None, data: block }));
                return;
            }
            parts.push(ContentPart::ThoughtSignature(signature.clone()));
            parts.push(ContentPart::ReasoningContent(thinking.text.clone()));
        }
        (Wire::OpenAiResponses, Some(signature)) => {
            parts.push(ContentPart::ThoughtSignature(signature.clone()));
        }
        // DeepSeek and Kimi want their reasoning back beside the calls it led to.
        (Wire::OpenAiChat, _) if !thinking.text.is_empty() => {
            parts.push(ContentPart::ReasoningContent(thinking.text.clone()));
        }
        _ => {}
    }
}

/// A redacted block is kept whole, as JSON, in the place of its signature; a real signature is base64.
fn redacted_block(thinking: &Thinking) -> Option<Value> {
    let signature = thinking.signature.as_deref().filter(|text| text.starts_with('{'))?;
    serde_json::from_str(signature).ok()
}

fn mark_newest(messages: &mut [ChatMessage]) {
    let askers = messages.iter_mut().rev().filter(|message| message.role != genai::chat::ChatRole::Assistant);
    for message in askers.take(MARKED_MESSAGES) {
        message.options = Some(CacheControl::Ephemeral.into());
    }
}

fn tool(spec: &ToolSpec) -> Tool {
    Tool::new(spec.name.as_str()).with_description(spec.description.as_str()).with_schema(spec.schema.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::model;
    use crate::agent::model::ResultStatus;

    fn result(id: &str) -> Item {
        Item::ToolResult {
            call_id: id.into(),
            tool: "read".into(),
            output: String::new(),
            status: ResultStatus::Done,
        }
    }

    #[test]
    fn results_of_one_reply_share_a_message_and_the_newest_two_are_marked() {
        let calls =
            ["a", "b"].map(|id| model::ToolCall { id: id.into(), tool: "read".into(), ..Default::default() });
        let request = Request {
            system: "You are terse.".into(),
            items: vec![
                Item::User { text: "go".into() },
                Item::Assistant(Reply { calls: calls.to_vec(), ..Default::default() }),
                result("a"),
                result("b"),
                Item::Unknown,
            ],
            ..Request::default()
        };
        let spec = ProviderSpec::new("anthropic", Wire::AnthropicMessages, "claude");
        let chat = chat_request(&request, &spec);
        let marked: Vec<_> = chat.messages.iter().map(|message| message.options.is_some()).collect();
        assert_eq!(marked, [true, true, false, true], "system, user, assistant, results");
        assert_eq!(chat.messages[3].content.tool_responses().len(), 2);
        assert_eq!(chat.messages[2].content.tool_calls()[0].fn_arguments, json!({ "invalid_json": "" }));
    }

    #[test]
    fn a_redacted_block_goes_back_whole_and_a_signed_one_in_a_pair() {
        let redacted = json!({ "type": "redacted_thinking", "data": "xyz" });
        let reply = Reply {
            thinking: vec![
                Thinking { text: String::new(), signature: Some(redacted.to_string()) },
                Thinking { text: "hm".into(), signature: Some("c2ln".into()) },
            ],
            ..Reply::default()
        };
        let parts = assistant_parts(&reply, Wire::AnthropicMessages);
        assert_eq!(parts[0].as_custom().map(|part| part.data.clone()), Some(redacted));
        assert_eq!(parts[1].as_thought_signature(), Some("c2ln"));
        assert_eq!(parts[2].as_reasoning_content(), Some("hm"));
    }

    #[test]
    fn only_claude_5_and_later_is_asked_to_show_its_thinking() {
        assert!(thinks_by_itself("claude-opus-5-5") && thinks_by_itself("claude-sonnet-5"));
        assert!(!thinks_by_itself("claude-haiku-4-5-20251001") && !thinks_by_itself("claude-3-5-haiku"));
    }

    #[test]
    fn a_models_name_is_never_cut() {
        let spec = ProviderSpec::new("router", Wire::OpenAiChat, "qwen-max");
        let options = chat_options(&Request::default(), &spec);
        assert!(matches!(options.reasoning_effort, Some(ReasoningEffort::Budget(0))));
    }
}
