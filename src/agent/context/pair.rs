//! Paired calls: providers refuse a call without its result, and a result without its call.

use crate::agent::model::{Item, ResultStatus};

/// What stands where a result was lost.
const LOST: &str = "The result of this call was lost. Call the tool again if you still need it.";

/// Gives every call exactly one result, directly after the reply that called, in the order of the calls.
pub fn pair_calls(items: &mut Vec<Item>) {
    let mut paired = Vec::with_capacity(items.len());
    let mut rest = std::mem::take(items).into_iter().peekable();
    while let Some(item) = rest.next() {
        match item {
            // A result that no call before it waits for.
            Item::ToolResult { .. } | Item::Unknown => {}
            Item::User { .. } => paired.push(item),
            Item::Assistant(reply) => {
                let calls: Vec<_> =
                    reply.calls.iter().map(|call| (call.id.clone(), call.tool.clone())).collect();
                paired.push(Item::Assistant(reply));
                let mut answers = Vec::new();
                let mut between = Vec::new();
                while let Some(next) = rest.next_if(|next| !matches!(next, Item::Assistant(_))) {
                    if matches!(next, Item::ToolResult { .. }) {
                        answers.push(next);
                    } else {
                        between.push(next);
                    }
                }
                paired.extend(calls.into_iter().map(|(id, tool)| answer(&mut answers, id, tool)));
                paired.extend(between.into_iter().filter(|item| *item != Item::Unknown));
            }
        }
    }
    *items = paired;
}

/// The calls of the newest reply that have no result.
pub fn open_calls(items: &[Item]) -> Vec<(String, String)> {
    let newest = items.iter().rposition(|item| matches!(item, Item::Assistant(_)));
    let Some((Item::Assistant(reply), later)) = newest.and_then(|at| items[at..].split_first()) else {
        return Vec::new();
    };
    let answered =
        |id: &str| later.iter().any(|item| matches!(item, Item::ToolResult { call_id, .. } if call_id == id));
    let open = reply.calls.iter().filter(|call| !answered(&call.id));
    open.map(|call| (call.id.clone(), call.tool.clone())).collect()
}

fn answer(answers: &mut Vec<Item>, id: String, tool: String) -> Item {
    let found =
        answers.iter().position(|item| matches!(item, Item::ToolResult { call_id, .. } if *call_id == id));
    match found {
        Some(index) => answers.remove(index),
        None => Item::ToolResult { call_id: id, tool, output: LOST.to_owned(), status: ResultStatus::Failed },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::agent::model::{Reply, ToolCall};

    /// Any conversation, well formed or not.
    pub fn any_items() -> impl Strategy<Value = Vec<Item>> {
        let id = || (0..6_u8).prop_map(|id| format!("c{id}"));
        let result = (id(), ".{0,40}").prop_map(|(call_id, output)| Item::ToolResult {
            call_id,
            tool: "read".into(),
            output,
            status: ResultStatus::Done,
        });
        let reply = (proptest::collection::btree_set(id(), 0..3), ".{0,30}").prop_map(|(ids, text)| {
            let call = |id| ToolCall { id, tool: "read".into(), ..ToolCall::default() };
            Item::Assistant(Reply { text, calls: ids.into_iter().map(call).collect(), ..Reply::default() })
        });
        let user = ".{0,30}".prop_map(|text| Item::User { text });
        proptest::collection::vec(prop_oneof![result, reply, user, Just(Item::Unknown)], 0..24)
    }

    /// Whether every call has exactly its result directly behind it.
    pub fn is_paired(items: &[Item]) -> bool {
        let mut waiting: std::collections::VecDeque<&str> = std::collections::VecDeque::new();
        for item in items {
            match item {
                Item::ToolResult { call_id, .. } => {
                    if waiting.pop_front() != Some(call_id) {
                        return false;
                    }
                }
                Item::Assistant(reply) if waiting.is_empty() => {
                    waiting.extend(reply.calls.iter().map(|call| call.id.as_str()));
                }
                Item::User { .. } if waiting.is_empty() => {}
                _ => return false,
            }
        }
        waiting.is_empty()
    }

    proptest! {
        #[test]
        fn every_call_has_one_result(mut items in any_items()) {
            pair_calls(&mut items);
            prop_assert!(is_paired(&items), "{items:?}");
            let once = items.clone();
            pair_calls(&mut items);
            prop_assert_eq!(items, once);
        }
    }
}
