//! What flightdeck itself says to a model in the course of a session.

use serde_json::Value;

use super::shape::Closing;
use crate::agent::context::NOTICE;
use crate::agent::model::{ToolCall, ToolSpec};

/// How many characters before a cut are shown: enough to know the place.
const CUT_SHOWN: usize = 60;

/// What a call beyond the most of one reply is answered.
pub(super) fn too_many_calls(most: usize) -> String {
    format!("not run: of one reply's calls the first {most} are made; make the others in your next reply")
}

/// The result of a call to a tool that is not there.
pub(super) fn unknown_tool(name: &str, tools: &[ToolSpec]) -> String {
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    format!("There is no tool `{name}`. The tools are: {}.", names.join(", "))
}

/// The result of a call that the token limit cut off.
pub(super) fn cut_call(call: &ToolCall, most: Option<u32>) -> String {
    let at = call.raw.trim_end();
    let place = match at.char_indices().rev().nth(CUT_SHOWN) {
        _ if at.is_empty() => "before its arguments began".to_owned(),
        Some((from, _)) => format!("in its arguments after `…{}`", &at[from..]),
        None => format!("in its arguments after `{at}`"),
    };
    format!(
        "Not run: your reply reached the limit{} and this call was cut off {place}. Call `{}` again with less in one \
         call: a long file begins with `write` and grows with `edit`.",
        of_tokens(most),
        call.tool
    )
}

/// The result of a call whose arguments are no JSON object.
pub(super) fn broken_arguments(call: &ToolCall) -> String {
    match serde_json::from_str::<Value>(&call.raw) {
        Err(fault) => {
            format!("The arguments are not valid JSON ({fault}). Call again with one complete JSON object.")
        }
        Ok(_) => "The arguments must be a JSON object. Call again with one.".to_owned(),
    }
}

/// The result of a call that was not made because another one closed the session.
pub const NOT_RUN_CLOSED: &str = "Not run: the session had ended.";
/// The result of a call that was under way when its session was cut short.
pub(super) const CUT_SHORT: &str = "Cut short: the session was interrupted here. It may have been done in part or whole: look before you do it again.";
/// The result of a call that would have ended the session, although another one of its reply came to nothing.
pub const MEND_FIRST: &str =
    "Not run: another call of this reply was refused. See to that first, then make this call again.";
/// The result of a call that was not made because of a message.
pub(super) const NOT_RUN_INTERRUPTED: &str =
    "Not finished: a message interrupted it. Read the message first.";

/// What is added to a result that came out the same again.
pub(super) fn repeats(count: u32) -> String {
    format!(
        "\n\n{NOTICE} You have now made this call {count} times with this same result. Repeating it changes nothing: try \
         something else, or say what blocks you."
    )
}

/// What a model hears that neither called a tool nor said anything.
pub fn said_nothing(closing: &Closing) -> String {
    format!("{NOTICE} Your reply was empty. {}", how_to_end(closing))
}

/// What a model hears whose reply reached the most tokens that one may have.
pub(super) fn cut_off(most: Option<u32>, closing: &Closing) -> String {
    let most = of_tokens(most);
    let then = match closing {
        Closing::Text => {
            "Nothing of it counts as your answer. Answer again, whole, in far fewer words.".to_owned()
        }
        Closing::Tools(_) => format!("Take smaller steps: one call, and less in it. {}", how_to_end(closing)),
    };
    format!("{NOTICE} Your reply reached the limit{most} and was cut off. {then}")
}

/// What a model hears whose reply said the same over and over.
pub(super) fn repeating(closing: &Closing) -> String {
    let then = match closing {
        Closing::Text => {
            "Nothing of it counts as your answer. Answer again, and say each thing once.".to_owned()
        }
        Closing::Tools(_) => format!("Take one step that you have not taken yet. {}", how_to_end(closing)),
    };
    format!("{NOTICE} Your reply said the same over and over and was cut off there. {then}")
}

/// The result of a call whose arguments said the same over and over.
pub(super) fn repeating_call(call: &ToolCall) -> String {
    format!(
        "Not run: the arguments of this call said the same over and over, and it was cut off there. Call `{}` again \
         without that: what really has many equal parts is made by a command.",
        call.tool
    )
}

/// What a model hears that stopped without its closing tool.
pub fn not_closed(closing: &Closing) -> String {
    let now = match closing {
        Closing::Text => String::new(),
        Closing::Tools(names) => format!(" If you are done, call {} now.", either(names)),
    };
    format!("{NOTICE} That was text, not a tool call, and nobody reads it.{now} {}", how_to_end(closing))
}

fn of_tokens(most: Option<u32>) -> String {
    most.map_or_else(String::new, |most| format!(" of {most} tokens"))
}

/// Tools of which one is to be called.
fn either(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// What a model hears shortly before the turn cap.
pub(super) fn turns_left(left: u32, closing: &Closing) -> String {
    let are = if left == 1 { "turn is" } else { "turns are" };
    format!("{NOTICE} {left} {are} left. Finish what can be finished. {}", how_to_end(closing))
}

fn how_to_end(closing: &Closing) -> String {
    match closing {
        Closing::Text => "Answer in text to end the session.".to_owned(),
        Closing::Tools(names) => {
            format!("Go on with the work, or end the session by calling {}.", either(names))
        }
    }
}
