//! The rehearsals that are part of the binary.

/// The rehearsals that are built in.
pub(super) const NAMES: [&str; 1] = ["demo"];

/// The files that the demo's repository starts with: their paths in it, with `/`, and their texts.
///
/// In `assets/` their names end in `.in`: cargo would take a folder with a manifest for another package, and git a
/// `.gitignore` for its own.
pub fn demo_repository_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    DEMO.iter().filter_map(|(path, text)| Some((path.strip_prefix("repo/")?.strip_suffix(".in")?, *text)))
}

/// The files of a rehearsal by their paths in its folder.
pub(super) fn files(name: &str) -> Option<&'static [(&'static str, &'static str)]> {
    (name == "demo").then_some(DEMO)
}

macro_rules! demo {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/", $path)))),*]
    };
}

const DEMO: &[(&str, &str)] = demo![
    "app/README.md",
    "app/command.rs",
    "app/entry.rs",
    "app/form.rs",
    "app/http.rs",
    "app/json.rs",
    "app/lib_f1.rs",
    "app/main_f2.rs",
    "app/main_f4.rs",
    "app/page.rs",
    "app/prompt.rs",
    "app/server.rs",
    "app/store.rs",
    "critic.toml",
    "mission.toml",
    "orchestrator.toml",
    "repo/.gitignore.in",
    "repo/AGENTS.md.in",
    "repo/Cargo.lock.in",
    "repo/Cargo.toml.in",
    "repo/README.md.in",
    "repo/src/lib.rs.in",
    "repo/src/main.rs.in",
    "reviewers.toml",
    "testers.toml",
    "workers.toml",
];
