//! A real call to a mind: it is asked to call a tool, because that is what agents do all day.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::way::{of_mind, sources, spec};
use crate::agent::model::provider::{Connections, Provider};
use crate::agent::model::{Item, Model, ModelError, Reply, Request, StreamPiece, StreamSink, ToolSpec};
use crate::cli::context::Context;
use crate::cli::verb::doctor::answers;
use crate::view::setup::{Mind, MindKind};
use crate::view::text::clip;

/// How long the mind has: a model of one's own may have to be loaded first.
const LIMIT: Duration = Duration::from_mins(2);
/// The most tokens it may answer with, thoughts included.
const MOST_TOKENS: u32 = 2_000;
/// Characters of its words that are shown.
const SHOWN: usize = 300;
const TOOL: &str = "introduce";

/// What the mind says.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: what came is shown as it came")]
struct Introduction {
    /// One short sentence.
    sentence: String,
}

/// Nobody watches while it answers.
struct Unwatched;

impl StreamSink for Unwatched {
    fn piece(&self, _: StreamPiece<'_>) {}
}

/// What a mind answered, or why it did not, in the provider's words.
pub async fn tried(context: &Context, mind: &Mind) -> Result<String, String> {
    let settings = context.settings_here().map_err(|fault| fault.to_string())?;
    if mind.kind == MindKind::Agent {
        let name = mind.model.strip_prefix("acp/").unwrap_or(&mind.model);
        return answers(&settings.agent(name).map_err(|fault| fault.to_string())?).await;
    }
    let settings = sources(context, &of_mind(&settings, mind)).load().map_err(|fault| fault.to_string())?;
    let found = spec(&settings, &mind.model).await.map_err(|fault| fault.to_string())?;
    let Some(mut spec) = found else { return Ok("a script needs no try".to_owned()) };
    spec.idle_timeout = spec.idle_timeout.min(LIMIT);
    let connections = Connections::new().map_err(|fault| fault.to_string())?;
    let model = Provider::new(spec, connections).map_err(|fault| fault.to_string())?;
    let (request, cancel) = (request(), CancellationToken::new());
    let asked = tokio::time::timeout(LIMIT, model.turn(&request, &Unwatched, &cancel)).await;
    match asked {
        Ok(Ok(reply)) => Ok(answer(&reply)),
        Ok(Err(fault)) => Err(sentence(&fault)),
        Err(_) => Err(format!("no whole answer came within {} s", LIMIT.as_secs())),
    }
}

fn request() -> Request {
    let schema = serde_json::to_value(schemars::schema_for!(Introduction)).unwrap_or_default();
    let tool = ToolSpec {
        name: TOOL.to_owned(),
        description: "Says one sentence to the person.".to_owned(),
        schema,
    };
    Request {
        system: "You are tried before you are given work.".to_owned(),
        items: vec![Item::User {
            text: format!(
                "Call the tool `{TOOL}` once, with one short sentence that says which model you are."
            ),
        }]
        .into(),
        tools: vec![tool],
        max_output_tokens: Some(MOST_TOKENS),
        ..Request::default()
    }
}

/// What came, and what it means.
fn answer(reply: &Reply) -> String {
    let call = reply.calls.iter().find(|call| call.tool == TOOL);
    let sentence = call.and_then(|call| call.arguments.as_ref()?.get("sentence")?.as_str());
    match (sentence, reply.text.trim()) {
        (Some(sentence), _) => format!("it called the tool as asked, and says: “{}”", clip(sentence, SHOWN)),
        (None, text) if !text.is_empty() => format!(
            "it answers in words and calls no tool, which agents must: “{}”; it may do better when it is asked again",
            clip(text, SHOWN)
        ),
        (None, _) => {
            "it answers, but neither with words nor with the tool that it was asked to call".to_owned()
        }
    }
}

fn sentence(fault: &ModelError) -> String {
    match fault {
        ModelError::Quota { message, .. } => format!("{message} (its quota is spent)"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::model::ToolCall;

    #[test]
    fn a_try_tells_whether_the_tool_was_called() {
        let call =
            |arguments| ToolCall { tool: TOOL.into(), arguments: Some(arguments), ..ToolCall::default() };
        let said = |text: &str, calls| answer(&Reply { text: text.into(), calls, ..Reply::default() });
        assert!(
            said("", vec![call(json!({ "sentence": "I am q." }))]).contains("as asked, and says: “I am q.”")
        );
        assert!(said("I am q.", Vec::new()).contains("calls no tool"));
        assert!(said("", vec![call(json!({}))]).contains("neither"));
    }

    #[test]
    fn a_try_asks_for_a_tool() {
        let request = request();
        assert_eq!(request.tools[0].schema["type"], "object");
        assert!(request.tools[0].schema["properties"]["sentence"].is_object());
    }
}
