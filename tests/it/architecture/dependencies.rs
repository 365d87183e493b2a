//! Which room may use which. Rooms that do not exist yet are no offence.

use super::source::{Source, hold, sources};

/// A room, and the rooms it may use.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("workspace", &[]),
    ("instrument", &["workspace"]),
    ("agent", &["instrument", "workspace"]),
    ("store", &["domain"]),
    ("link", &["domain"]),
    ("engine", &["domain", "store", "link", "agent", "instrument", "workspace"]),
    ("view", &["domain"]),
    ("report", &["domain", "view"]),
    ("tui", &["domain", "view", "link"]),
    ("config", &["domain", "agent", "workspace"]),
];

/// Rooms that wire the others together.
const WIRING: [&str; 3] = ["cli", "main", "lib"];

#[test]
fn a_room_uses_only_the_rooms_it_may() {
    let sources = sources();
    let mut offences = Vec::new();
    for source in &sources {
        let Some(allowed) = allowed(source.room()) else {
            if !WIRING.contains(&source.room()) {
                offences.push(format!("{}: the room {} is not in the table", source.path, source.room()));
            }
            continue;
        };
        for (line, room) in used_rooms(source) {
            if room != source.room() && !allowed.contains(&room.as_str()) {
                offences.push(format!("{}:{line}: {} may not use {room}", source.path, source.room()));
            }
        }
    }
    hold("a room uses only the rooms that house.md's picture lets it use", &offences);
}

#[test]
fn nobody_climbs_out_of_a_room_by_super() {
    let mut offences = Vec::new();
    for source in sources() {
        for (number, line) in source.statements() {
            let climbs = longest_climb(line);
            // One step from a room's own file is the crate's root already.
            if climbs > 0 && climbs >= source.depth() {
                offences.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    hold("what lies outside a room is named from the crate's root", &offences);
}

#[test]
fn the_domain_uses_no_crate_but_serde_and_thiserror() {
    let known = ["std", "serde", "schemars", "strum", "thiserror", "crate", "self", "super"];
    let mut offences = Vec::new();
    for source in sources().iter().filter(|source| source.room() == "domain") {
        for (number, line) in source.statements() {
            let Some(path) = imported(line) else { continue };
            let root = path.split("::").next().unwrap_or(path).trim_end_matches(';');
            // `pub use status::…` re-exports a module of the file itself.
            // So is a macro of the file. An upper-case root is an enum whose variants a function uses.
            let declared = [format!("mod {root};"), format!("macro_rules! {root} {{")];
            let own = declared.iter().any(|text| source.text.contains(text))
                || root.starts_with(char::is_uppercase);
            if !known.contains(&root) && !own {
                offences.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
            for forbidden in ["std::fs", "std::net", "std::process", "std::time", "std::env", "std::thread"] {
                if path.starts_with(forbidden) {
                    offences.push(format!("{}:{number}: {}", source.path, line.trim()));
                }
            }
        }
    }
    hold("the domain is pure: std without files, network, clock; serde; thiserror", &offences);
}

#[test]
fn anyhow_is_only_where_everything_is_wired() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|source| !["cli", "main"].contains(&source.room())) {
        for (number, line) in source.statements().filter(|(_, line)| line.contains("anyhow")) {
            offences.push(format!("{}:{number}: {}", source.path, line.trim()));
        }
    }
    hold("anyhow is for cli and main; every other room has its error enum", &offences);
}

/// Who decides which kind of store keeps the missions: the verbs do, in one file.
const STORE_WIRING: [&str; 1] = ["src/cli/missions.rs"];

#[test]
fn only_its_folder_knows_a_kind_of_store() {
    let mut offences = Vec::new();
    for source in sources() {
        let own = |kind: &str| source.path.starts_with(&format!("src/store/{kind}"));
        let wired = STORE_WIRING.contains(&&*source.path);
        let words = [
            (own("sqlite") || wired, &["store::sqlite", "SqliteCatalogue"][..]),
            (own("sqlite"), &["rusqlite", "mission.db", "transcripts.db", "engine.lock"][..]),
            (own("memory") || wired, &["store::memory", "MemoryCatalogue"][..]),
        ];
        for (number, line) in source.statements() {
            let names = |words: &[&str]| words.iter().any(|word| line.contains(word));
            if words.iter().any(|(may, words)| !may && names(words)) {
                offences.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    hold("engine, console and verbs know the store by its ports only", &offences);
}

fn allowed(room: &str) -> Option<&'static [&'static str]> {
    MAY_USE.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed)
}

/// The rooms that a file names by `crate::`, each with its line.
fn used_rooms(source: &Source) -> Vec<(usize, String)> {
    let code = source.code_without_comments();
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `flightdeck_crate::` is another word.
        if code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        if let Some(inside) = rest.strip_prefix('{') {
            used.extend(outer_names(inside).into_iter().map(|room| (line, room)));
        } else {
            used.push((line, first_word(rest)));
        }
    }
    used
}

/// The names at the outer level of a brace list: `agent::{a, b}, domain::c}` names `agent` and `domain`.
fn outer_names(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = vec![String::new()];
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c if depth == 0 => names.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    names.iter().map(|name| first_word(name.trim())).filter(|name| !name.is_empty()).collect()
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn longest_climb(line: &str) -> usize {
    let mut longest = 0;
    let mut rest = line;
    while let Some(at) = rest.find("super::") {
        let steps = rest[at..].split("::").take_while(|part| *part == "super").count();
        longest = longest.max(steps);
        rest = &rest[at + steps * "super::".len()..];
    }
    longest
}

fn imported(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(super) ")).unwrap_or(line);
    line.strip_prefix("use ")
}

#[test]
fn the_readers_of_paths_see_what_they_should() {
    assert_eq!(outer_names("agent::{a, b::{c}}, domain::d};"), ["agent", "domain"]);
    assert_eq!(longest_climb("use super::super::x::super_thing;"), 2);
    assert_eq!(longest_climb("pub(super) fn superb() {}"), 0);
    let source = Source {
        path: "src/link/a.rs".into(),
        text: "use crate::tui::x;\n// crate::store::y\nuse crate::{\n    engine::z,\n    agent,\n};\n".into(),
    };
    let rooms: Vec<String> =
        used_rooms(&source).into_iter().map(|(line, room)| format!("{line} {room}")).collect();
    assert_eq!(rooms, ["1 tui", "3 engine", "3 agent"]);
}
