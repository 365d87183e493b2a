//! One server of a session: its tools as rows, and what becomes of their calls.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceError;
use rmcp::model::{CallToolRequestParams, Tool};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::McpSpec;
use super::link::{Link, deepest};
use super::person::Person;
use super::result::told;
use crate::agent::context::clipped;
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Answer, Call, EvidenceSink, Output, ToolEnv, ToolError, ToolRow, with_evidence};
use crate::workspace::Access;

/// How long a call may take.
const LIMIT: Duration = Duration::from_mins(10);
/// The longest name of a tool that every provider takes.
const LONGEST_NAME: usize = 64;
/// The longest description of a tool, in bytes.
const LONGEST_DESCRIPTION: usize = 1024;

/// What a session has around its servers.
#[derive(Clone)]
pub struct Around {
    /// Where those that are programs run.
    pub place: Arc<ToolEnv>,
    /// Where their images are kept, if anywhere.
    pub images: Option<Arc<dyn EvidenceSink>>,
    /// Who answers what they ask.
    pub person: Arc<dyn Person>,
    /// What their tools are called.
    pub names: Names,
}

/// What tools are called: by whom they are, and within what every provider takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// `mcp__SERVER__TOOL`.
    Whole,
    /// `SERVER__TOOL`, for an agent that puts the name of our own server before it.
    Within,
}

impl Names {
    fn of(self, server: &str, tool: &str) -> String {
        let (before, longest) = match self {
            Self::Whole => ("mcp__", LONGEST_NAME),
            Self::Within => ("", LONGEST_NAME - "mcp__flightdeck__".len()),
        };
        let fits = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        format!("{before}{server}__{tool}").chars().map(fits).take(longest).collect()
    }
}

/// A server, for as long as a session lasts.
struct McpServer {
    spec: Arc<McpSpec>,
    around: Around,
    state: Mutex<State>,
}

struct State {
    link: Result<Arc<Link>, String>,
    /// Whether it was started once more already.
    restarted: bool,
}

/// The tools of a server, which lives for as long as they do.
///
/// # Errors
/// Why there are none, in a sentence.
pub async fn rows(spec: Arc<McpSpec>, around: Around) -> Result<Vec<ToolRow>, String> {
    let link = Link::open(&spec, &around.place, &around.person).await?;
    let listed = link.client.list_all_tools().await;
    let tools = listed.map_err(|error| {
        format!("the MCP server `{}` does not list its tools: {}", spec.name, deepest(&error))
    })?;
    let state = Mutex::new(State { link: Ok(Arc::new(link)), restarted: false });
    let server = Arc::new(McpServer { spec, around, state });
    Ok(tools.into_iter().map(|tool| server.row(tool)).collect())
}

/// What a call comes to within its time, in which the person's own does not count; nothing when it is over.
async fn limited<T>(link: &Link, made: impl Future<Output = T>) -> Option<T> {
    let mut made = pin!(made);
    let mut until = Instant::now() + LIMIT;
    loop {
        tokio::select! {
            made = &mut made => return Some(made),
            () = sleep_until(until) => {
                if !link.client.service().0.is_waiting() {
                    return None;
                }
                until = Instant::now() + LIMIT;
            }
        }
    }
}

impl McpServer {
    fn row(self: &Arc<Self>, tool: Tool) -> ToolRow {
        let name = self.around.names.of(&self.spec.name, &tool.name);
        let mut schema = tool.input_schema.as_ref().clone();
        schema.entry("type").or_insert_with(|| "object".into());
        let description = clipped(tool.description.as_deref().unwrap_or_default(), LONGEST_DESCRIPTION);
        let spec = ToolSpec { name, description, schema: Value::Object(schema) };
        let (server, tool) = (Arc::clone(self), tool.name.into_owned());
        ToolRow::foreign(spec, Access::Read, move |arguments, call| {
            let (server, tool) = (Arc::clone(&server), tool.clone());
            async move { server.call(tool, arguments, call).await }
        })
    }

    async fn call(&self, tool: String, arguments: Value, call: Call) -> Answer {
        let link = self.link().await.map_err(ToolError::Mend)?;
        let Value::Object(arguments) = arguments else {
            return Err(ToolError::Mend("the arguments must be a JSON object".to_owned()));
        };
        let params = CallToolRequestParams::new(tool.clone()).with_arguments(arguments);
        let made = tokio::select! {
            made = limited(&link, link.client.call_tool(params)) => made,
            () = call.cancel.cancelled() => return Err(ToolError::Mend(format!("`{tool}` was interrupted"))),
        };
        let unanswered = link.client.service().0.take_unanswered();
        let noted = |text: String| unanswered.iter().fold(text, |text, told| format!("{text}\n[{told}]"));
        match made {
            Some(Ok(result)) => {
                let (text, images) = told(&result, &self.spec.name, &tool);
                if result.is_error == Some(true) {
                    return Err(ToolError::Mend(noted(text)));
                }
                match &self.around.images {
                    Some(sink) => with_evidence(sink.as_ref(), &noted(text), images),
                    None => Ok(Output::text(noted(text))),
                }
            }
            Some(Err(error)) => Err(ToolError::Mend(noted(self.failed(&link, &error).await))),
            None => Err(ToolError::Mend(noted(format!("no answer within {} minutes", LIMIT.as_secs() / 60)))),
        }
    }

    /// The conversation with it; one that has ended is begun once more, once.
    async fn link(&self) -> Result<Arc<Link>, String> {
        let mut state = self.state.lock().await;
        match &state.link {
            Ok(link) if link.is_over() && state.restarted => {
                state.link =
                    Err(format!("the MCP server `{}` ended twice ({})", self.spec.name, link.why().await));
            }
            Ok(link) if link.is_over() => {
                state.restarted = true;
                let opened = Link::open(&self.spec, &self.around.place, &self.around.person).await;
                state.link = opened.map(Arc::new);
            }
            Ok(_) | Err(_) => {}
        }
        state.link.clone()
    }

    /// Why a call failed. One in whose middle the server ended is not made again: it may have been done.
    async fn failed(&self, link: &Link, error: &ServiceError) -> String {
        if let ServiceError::McpError(error) = error {
            return error.message.to_string();
        }
        if !link.is_over() {
            return format!("the MCP server `{}`: {}", self.spec.name, deepest(error));
        }
        let why = link.why().await;
        let then = match self.link().await {
            Ok(_) => "it was started again; what the call has done by then is not known".to_owned(),
            Err(reason) => reason,
        };
        format!("the MCP server `{}` ended in this call ({why}): {then}", self.spec.name)
    }
}
