//! The role prompts that flightdeck brings along: the program's own reader takes them, and their text renders.

use flightdeck::agent::prompt::Prompt;
use flightdeck::agent::tool::ToolSet;
use flightdeck::domain::finding::Severity;
use flightdeck::engine::PROMPTS;
use serde_json::{Value, json};

fn mission() -> Value {
    let meaning = |known: &Severity| json!({ "word": known.word(), "meaning": known.meaning() });
    let severities: Vec<Value> = Severity::ALL.iter().map(meaning).collect();
    json!({ "severities": severities, "title": "T", "goal": "G", "directives": ["D"], "knowledge": ["K"], "repo_notes": "N" })
}

/// Who leads keeps `message`, see the role table.
#[test]
fn no_prompt_speaks_of_a_tool_that_its_session_is_not_given() {
    for &(name, text) in PROMPTS {
        let prompt = Prompt::parse(name, name, text).unwrap();
        let given: Vec<&String> = prompt
            .tools
            .iter()
            .filter(|tool| ToolSet::Lean.has(tool) || prompt.role == "orchestrator" && *tool == "message")
            .collect();
        let rendered = prompt.render(&json!({ "mission": mission(), "tools": given })).unwrap();
        for tool in prompt.tools.iter().filter(|tool| !given.contains(tool)) {
            assert!(!rendered.contains(&format!("`{tool}`")), "{name} promises `{tool}`");
        }
        assert!(!rendered.contains("Delegate"), "{name}");
    }
}

#[test]
fn every_prompt_says_what_its_role_may_and_renders() {
    for &(name, text) in PROMPTS {
        let prompt = Prompt::parse(name, name, text).unwrap();
        assert!(prompt.max_turns > 0 && !prompt.max_time().is_zero(), "{name}");
        assert!(text.lines().count() <= 60, "{name} is short");
        for full in [true, false] {
            let some: &[&str] = if full { &["Say please."] } else { &[] };
            let notes = if full { "Tests with `make check`." } else { "" };
            let severities: Vec<_> = Severity::ALL
                .iter()
                .map(|known| json!({ "word": known.word(), "meaning": known.meaning() }))
                .collect();
            let mission = json!({
                "severities": severities,
                "title": "T-title", "goal": "G-goal", "directives": some, "knowledge": some, "repo_notes": notes,
            });
            let tools = if full { prompt.tools.clone() } else { Vec::new() };
            let rendered = prompt.render(&json!({ "mission": mission, "tools": tools })).unwrap();
            assert!(rendered.contains("T-title"), "{name}");
            // What weighs how much is spelled in one place.
            let reports = prompt.tools.iter().any(|tool| tool.starts_with("report_") || tool == "handoff");
            for severity in Severity::ALL {
                assert_eq!(rendered.contains(severity.meaning()), reports, "{name}: {}", severity.word());
            }
            // Every brief carries the directives, whatever prompt a person puts in place; a researcher's is only its
            // question.
            let told = rendered.contains("# Directives");
            assert_eq!(told, full && name == "researcher", "{name}: directives are told once");
        }
    }
}
