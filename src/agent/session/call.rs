//! Making the calls of one reply.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use super::parts::Observer;
use crate::agent::model::ToolCall;
use crate::agent::tool::{Call, Concurrency, Then, ToolError, ToolRow};
use crate::agent::turn::{Closing, MEND_FIRST, ToolReply};

/// The tools of a session by their names.
pub type Tools = BTreeMap<String, ToolRow>;

/// Makes the calls in order, neighbours that may run beside each other together, until one of them ends the session. One
/// that would end it is made last, wherever it stands, and not at all after one that was refused.
pub(super) async fn make_calls(
    tools: &Tools,
    calls: Vec<ToolCall>,
    closing: &Closing,
    observer: &Arc<dyn Observer>,
    stop: &CancellationToken,
    answers: &mut Vec<ToolReply>,
) {
    let parallel =
        |call: &ToolCall| tools.get(&call.tool).is_some_and(|tool| tool.concurrency == Concurrency::Parallel);
    let (last, first): (Vec<ToolCall>, Vec<ToolCall>) =
        calls.into_iter().partition(|call| closing.is_by(&call.tool));
    let mut calls = first.into_iter().chain(last).peekable();
    while let Some(first) = calls.next() {
        if stop.is_cancelled() {
            return;
        }
        let refused = |answer: &ToolReply| matches!(answer.result, Err(ToolError::Mend(_)));
        if closing.is_by(&first.tool) && answers.iter().any(refused) {
            answers
                .push(ToolReply { call_id: first.id, result: Err(ToolError::Mend(MEND_FIRST.to_owned())) });
            continue;
        }
        let together = parallel(&first);
        let mut batch = vec![first];
        while let Some(next) = calls.next_if(|next| together && parallel(next)) {
            batch.push(next);
        }
        let made = join_all(batch.into_iter().map(|call| make_call(tools, call, observer, stop))).await;
        let over = made.iter().any(ends_the_session);
        answers.extend(made);
        if over {
            return;
        }
    }
}

/// Makes one call, whatever becomes of it.
pub async fn make_call(
    tools: &Tools,
    call: ToolCall,
    observer: &Arc<dyn Observer>,
    stop: &CancellationToken,
) -> ToolReply {
    let ToolCall { id, tool, arguments, .. } = call;
    let (Some(tool), Some(arguments)) = (tools.get(&tool), arguments) else {
        // The machine answers these itself; a second guard costs nothing.
        return ToolReply { call_id: id, result: Err(ToolError::Mend(format!("there is no tool `{tool}`"))) };
    };
    let (observer, call_id) = (Arc::clone(observer), id.clone());
    let progress = Arc::new(move |text: &str| observer.tool_output(&call_id, text));
    let call = Call { id: id.clone(), cancel: stop.clone(), progress };
    let made = AssertUnwindSafe(tool.call(arguments, call)).catch_unwind().await;
    let result = made.unwrap_or_else(|panic| {
        // A fault of ours in one tool must not take the whole session down.
        Err(ToolError::Mend(format!("the tool broke ({}); use another way", panic_words(panic.as_ref()))))
    });
    ToolReply { call_id: id, result }
}

fn ends_the_session(answer: &ToolReply) -> bool {
    match &answer.result {
        Ok(output) => matches!(output.then, Then::Close(_)),
        Err(fault) => matches!(fault, ToolError::Fatal(_)),
    }
}

/// What a panic said.
pub fn panic_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}
