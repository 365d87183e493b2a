//! Agent programs on `PATH`: they bring a mind that the person has signed in to.

use std::path::{Path, PathBuf};

use crate::config::Settings;
use crate::view::setup::{Mind, MindKind, MindState};

/// Their names.
pub const AGENTS: [&str; 9] =
    ["claude-agent-acp", "claude", "codex-acp", "codex", "gemini", "opencode", "goose", "copilot", "droid"];

/// Those that are there.
pub fn minds(settings: &Settings, path: &str) -> Vec<Mind> {
    let found = AGENTS.iter().filter_map(|name| Some((*name, on_path(path, name)?)));
    found.map(|(name, program)| mind(settings, name, &program)).collect()
}

fn mind(settings: &Settings, name: &str, program: &Path) -> Mind {
    let model = format!("acp/{name}");
    let (model, state) = match settings.backend(&model) {
        Ok(_) => (model, MindState::Unasked),
        Err(_) => (String::new(), MindState::Unflown("flightdeck does not fly this agent".to_owned())),
    };
    Mind {
        kind: MindKind::Agent,
        name: name.to_owned(),
        found: if model.is_empty() {
            program.display().to_string()
        } else {
            format!("{}; flies as {model}", program.display())
        },
        model,
        address: None,
        state,
        window: None,
        price: None,
        billions: None,
        tools: None,
        others: Vec::new(),
    }
}

fn on_path(path: &str, name: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
