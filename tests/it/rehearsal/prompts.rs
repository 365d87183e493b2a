//! The role prompts that flightdeck brings along: their front matter reads, and their text renders.

use std::path::Path;

use minijinja::{Environment, UndefinedBehavior, context};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    role: String,
    tools: Vec<String>,
    closes: Vec<String>,
    access: String,
    max_turns: u32,
    max_minutes: u32,
}

#[test]
fn every_prompt_says_what_its_role_may_and_renders() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let mut language = Environment::new();
    language.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (front, body) = text.strip_prefix("+++\n").unwrap().split_once("\n+++\n").unwrap();
        let front: Front = toml::from_str(front).unwrap();
        let place = path.display();
        assert!(["read", "write", "proof"].contains(&front.access.as_str()), "{place}");
        assert!(!front.role.is_empty() && front.max_turns > 0 && front.max_minutes > 0, "{place}");
        for tool in front.closes.iter().filter(|tool| *tool != "text") {
            assert!(front.tools.contains(tool), "{place}: {tool} closes but is no tool");
        }
        assert!(text.lines().count() <= 60, "{place} is short");
        for full in [true, false] {
            let some: &[&str] = if full { &["Say please."] } else { &[] };
            let notes = if full { "Tests with `make check`." } else { "" };
            let mission = context! { title => "T-title", goal => "G-goal", directives => some.to_vec(), knowledge => some.to_vec(), repo_notes => notes };
            let prompt = language.render_str(body, context! { mission }).unwrap();
            assert!(prompt.contains("T-title"), "{place}");
            let told = prompt.contains("- Say please.") || front.role == "researcher";
            assert!(told || !full, "{place} passes directives on");
        }
        count += 1;
    }
    assert_eq!(count, 8);
}
