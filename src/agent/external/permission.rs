//! What an agent may do that asks: its role says so, not the person who is not there.

use std::path::Path;

use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionKind, RequestPermissionOutcome, RequestPermissionRequest,
    SelectedPermissionOutcome, ToolCallUpdate, ToolKind,
};
use serde_json::Value;

use super::server::SERVER;
use crate::workspace::Access;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Allowed,
    /// Why not, for the agent.
    Rejected(String),
}

/// What a role allows: the mission's tools always; to who builds, everything within the places that are theirs; to who only
/// reads, what changes nothing.
pub(super) fn answer(asked: &RequestPermissionRequest, access: Access, places: &[&Path]) -> Answer {
    let call = &asked.tool_call;
    if is_of_mission(call) || is_mission_meta(asked) {
        return Answer::Allowed;
    }
    let kind = call.fields.kind.unwrap_or(ToolKind::Other);
    let looks = matches!(kind, ToolKind::Read | ToolKind::Search | ToolKind::Think);
    if looks {
        return Answer::Allowed;
    }
    if access == Access::Read {
        let what = call.fields.title.clone().unwrap_or_else(|| "this".to_owned());
        return Answer::Rejected(format!(
            "`{what}` was refused: this role only reads. Go on without it, with what reads and with the tools of `{SERVER}`"
        ));
    }
    let changes = matches!(kind, ToolKind::Edit | ToolKind::Delete | ToolKind::Move);
    let outside = call.fields.locations.iter().flatten().find(|at| is_outside(&at.path, places));
    match outside {
        Some(at) if changes => Answer::Rejected(format!(
            "{} was not touched: it is outside the checkout. Work in the checkout alone",
            at.path.display()
        )),
        Some(_) | None => Answer::Allowed,
    }
}

fn is_outside(path: &Path, places: &[&Path]) -> bool {
    let climbs = path.components().any(|part| part == std::path::Component::ParentDir);
    path.is_absolute() && (climbs || !places.iter().any(|place| path.starts_with(place)))
}

/// Whether a call is of one of the mission's tools: every agent spells their names in its own way, and all with the name
/// of the server.
fn is_of_mission(call: &ToolCallUpdate) -> bool {
    let (id, fields) = (call.tool_call_id.to_string(), &call.fields);
    names_mission(&id, fields.title.as_deref(), fields.name.as_deref(), fields.raw_input.as_ref())
}

/// The same for the parts of any call. Some have the tool's name in the call's own, and say an argument where its title
/// should stand.
pub(super) fn names_mission(
    id: &str,
    title: Option<&str>,
    name: Option<&str>,
    input: Option<&Value>,
) -> bool {
    // A command line may begin like that too; it has more in it than the name of a tool.
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_name = |rest: &str| !rest.is_empty() && rest.chars().all(fits);
    let spelled = |text: &str| {
        let begins = [
            "mcp__flightdeck__",
            "mcp_flightdeck_",
            "mcp.flightdeck.",
            "flightdeck_",
            "flightdeck-",
            "flightdeck/",
        ];
        let begun = begins.iter().find_map(|begin| text.trim().strip_prefix(begin));
        begun.or_else(|| text.trim().strip_suffix(" (flightdeck MCP Server)")).is_some_and(is_name)
    };
    let served = |input: &Value| input.get("server").and_then(Value::as_str) == Some(SERVER);
    spelled(id) || title.is_some_and(spelled) || name.is_some_and(spelled) || input.is_some_and(served)
}

/// Some ask for a tool of a server without naming it, but say that it is one. There is no other server than ours but
/// those that the person has set up.
fn is_mission_meta(asked: &RequestPermissionRequest) -> bool {
    let marks = [asked.meta.as_ref(), asked.tool_call.meta.as_ref()];
    marks.into_iter().flatten().any(|meta| meta.get("is_mcp_tool_approval") == Some(&Value::Bool(true)))
}

/// The option that says so. They are told apart by their kind: every agent has ids of its own.
pub(super) fn choose(options: &[PermissionOption], answer: &Answer) -> RequestPermissionOutcome {
    let kinds = match answer {
        Answer::Allowed => [PermissionOptionKind::AllowOnce, PermissionOptionKind::AllowAlways],
        Answer::Rejected(_) => [PermissionOptionKind::RejectOnce, PermissionOptionKind::RejectAlways],
    };
    let found = kinds.iter().find_map(|kind| options.iter().find(|option| option.kind == *kind));
    found.map_or(RequestPermissionOutcome::Cancelled, |option| {
        RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(option.option_id.clone()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(call: Value) -> RequestPermissionRequest {
        let mut call = call;
        if call["toolCallId"].is_null() {
            call["toolCallId"] = json!("c1");
        }
        let options = json!([
            { "optionId": "x9", "name": "Never", "kind": "reject_always" },
            { "optionId": "no", "name": "No", "kind": "reject_once" },
            { "optionId": "ever", "name": "Always", "kind": "allow_always" },
            { "optionId": "yes", "name": "Yes", "kind": "allow_once" },
        ]);
        serde_json::from_value(json!({ "sessionId": "s", "toolCall": call, "options": options })).unwrap()
    }

    #[test]
    fn the_role_answers_whatever_an_agent_calls_its_tools() {
        let mission = [
            json!({ "title": "mcp__flightdeck__handoff", "kind": "other" }),
            json!({ "title": "mcp.flightdeck.report", "kind": "execute" }),
            json!({ "title": "flightdeck-report", "kind": "other" }),
            json!({ "title": "report (flightdeck MCP Server)", "kind": "other" }),
            json!({ "_meta": { "is_mcp_tool_approval": true } }),
            json!({ "title": "x", "rawInput": { "server": "flightdeck", "tool": "handoff" } }),
            json!({ "title": "cat a", "kind": "other", "toolCallId": "mcp_flightdeck_run__mcp_flightdeck_run_17_0" }),
        ];
        let inside = json!({ "title": "Write a", "kind": "edit", "locations": [{ "path": "/place/a" }] });
        let outside = json!({ "title": "Write b", "kind": "edit", "locations": [{ "path": "/home/b" }] });
        let climbing =
            json!({ "title": "Write c", "kind": "edit", "locations": [{ "path": "/place/../b" }] });
        let run = json!({ "title": "make", "kind": "execute" });
        let look = json!({ "title": "Read a", "kind": "read" });
        let allows = |call: &Value, access| {
            answer(&asked(call.clone()), access, &[Path::new("/place")]) == Answer::Allowed
        };
        for access in [Access::Read, Access::Proof, Access::Write] {
            assert!(mission.iter().all(|call| allows(call, access)), "{access:?}");
            assert!(allows(&look, access));
            assert!(!allows(&outside, access) && !allows(&climbing, access), "{access:?}");
            assert_eq!(allows(&inside, access), access != Access::Read);
            assert_eq!(allows(&run, access), access != Access::Read);
        }
        for disguised in
            ["fetch flightdeck", "flightdeck_x; rm -r a", "rm a (flightdeck MCP Server)", "flightdeck_"]
        {
            assert!(!allows(&json!({ "title": disguised, "kind": "execute" }), Access::Read), "{disguised}");
        }
    }

    #[test]
    fn options_are_chosen_by_their_kind() {
        let request = asked(json!({ "title": "x" }));
        let id = |answer: &Answer| {
            serde_json::to_value(choose(&request.options, answer)).unwrap()["optionId"].clone()
        };
        assert_eq!(id(&Answer::Allowed), "yes");
        assert_eq!(id(&Answer::Rejected("no".into())), "no");
        assert_eq!(choose(&[], &Answer::Allowed), RequestPermissionOutcome::Cancelled);
    }
}
