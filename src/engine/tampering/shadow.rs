//! Tests that a later line of their own file hides: a second test or class of the same name, or a name that is given
//! something else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::case::{cases, indent, is_python};
use super::change::Changed;
use super::context::is_comment;
use super::parts::{Part, parts};
use super::patch;
use crate::domain::tampering::Suspicion;

static DEFINES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:(?:async\s+)?def\s+(test\w*)|class\s+(\w+))\s*[(:]").ok());
/// A line that takes a name away from what it stood for.
static TAKES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"^(?:\w+\.)*(\w+)\s*=[^=]|^del\s+(?:\w+\.)*(\w+)\s*$|\bglobals\(\)(?:\.pop\(|\[)\s*["'](\w+)["']|\b(?:del|set)attr\(\s*[\w.]+\s*,\s*["'](\w+)["']"#,
    )
    .ok()
});

/// The tests that are hidden now and were not before.
pub(super) fn hidden(files: &[Changed]) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_python(&file.path)) {
        let tests = cases(&file.path, &file.new);
        if tests.is_empty() {
            continue;
        }
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let hunk = || patch::of(&file.path, &lines(&file.old), &lines(&file.new));
        let known = repeated(&file.old);
        for name in repeated(&file.new).difference(&known) {
            let words = format!("a later definition of the same name hides tests: {name} in {}", file.path);
            found.push(Suspicion::blocking(words, hunk()));
        }
        let names: BTreeSet<&str> = tests.iter().flat_map(|case| case.name.split(" › ")).collect();
        let taken = file.added().into_iter().filter(|line| !is_comment(line)).find_map(|line| {
            let taken = TAKES.as_ref()?.captures(line.trim())?;
            let name = taken.iter().skip(1).flatten().next()?.as_str();
            names.contains(name).then(|| line.trim())
        });
        if let Some(line) = taken {
            let words = format!("a test is taken away where it was defined: `{line}` in {}", file.path);
            found.push(Suspicion::blocking(words, hunk()));
        }
    }
    found
}

/// The tests and classes of tests that are defined more than once in the same block.
fn repeated(text: &str) -> BTreeSet<String> {
    let lines: Vec<&str> = text.lines().collect();
    let parts = parts(&lines, true);
    let mut scope: Vec<(usize, String)> = Vec::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| parts.get(*at) == Some(&Part::Code)) {
        let said = line.trim();
        if said.is_empty() || is_comment(line) {
            continue;
        }
        scope.retain(|(of_block, _)| *of_block < indent(line));
        let defined = DEFINES.as_ref().and_then(|defines| defines.captures(said));
        let name = defined
            .and_then(|found| found.iter().skip(1).flatten().next().map(|name| name.as_str().to_owned()));
        if let Some(name) = &name {
            let place: Vec<&str> =
                scope.iter().map(|(_, block)| block.as_str()).chain([name.as_str()]).collect();
            *times.entry(place.join(" › ")).or_default() += 1;
        }
        // Each branch of a condition is a block of its own.
        scope.push((indent(line), name.unwrap_or_else(|| format!("line {at}"))));
    }
    times.into_iter().filter(|(_, times)| *times > 1).map(|(place, _)| place).collect()
}
