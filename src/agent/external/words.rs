//! What an agent is told beside its role's brief.

use super::server::SERVER;
use super::spec::{AgentSpec, ToolsOver};
use crate::agent::turn::Closing;

/// Where it is, what it works with, and how it ends: what a session of ours shows by the tools that it has.
pub(super) fn standing(dir: &str, tools: &[&str], closing: &Closing) -> String {
    let named: Vec<String> = tools.iter().map(|name| format!("`{name}`")).collect();
    let mut text = format!(
        "# Where you are\nYou work in {dir}, and nowhere else. Nobody watches you or answers questions in text."
    );
    if !named.is_empty() {
        text += &format!(
            " The mission hears you only through the tools of the MCP server `{SERVER}`: {}. Where this says a tool's name, call the \
             one of that server, whatever prefix it has with you.",
            named.join(", ")
        );
    }
    if let Closing::Tools(ends) = closing {
        let ends: Vec<String> = ends.iter().map(|name| format!("`{name}`")).collect();
        text += &format!(" Your work counts only once you have ended it by calling {}.", ends.join(" or "));
    }
    text
}

/// What it hears after a turn in which something was refused to it.
pub(super) fn refused(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!("{}.\n", reasons.join(".\n")) }
}

/// What it is asked with again after a turn that broke.
pub(super) fn go_on(fault: &str) -> String {
    format!("Your last turn broke off ({fault}). Go on where you were.")
}

/// What it is asked with again after the mission was paused.
pub(super) const PAUSED: &str = "The mission was paused, and goes on now. Go on where you were.";

/// It cannot end, since it has no tool of ours.
pub(super) fn deaf(agent: &AgentSpec) -> String {
    let (way, other) = match agent.tools_over {
        ToolsOver::Stdio => ("as a program", "http"),
        ToolsOver::Http => ("at an address", "stdio"),
    };
    let (title, name) = (&agent.title, &agent.name);
    format!(
        "{title} never asked for the mission's tools, which it is offered {way}; if it takes them only the other way, set \
         `tools_over = \"{other}\"` under [agents.{name}]"
    )
}
