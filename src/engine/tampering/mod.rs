//! The denominator is locked: what a worker's commits take away from tests, and from what decides about them, is a finding.
//!
//! Two witnesses look at each handoff: the change itself, in whole texts ([`examine`]), and the runs of the environment's
//! test commands before and after it ([`look`]). Fewer tests that the change explains are no finding.

mod case;
mod change;
mod compare;
mod context;
mod double;
mod expect;
mod expect_words;
mod gate;
mod gate_lines;
mod gate_words;
mod guard;
mod held;
mod leeway;
mod mark;
mod parts;
mod patch;
mod reach;
mod regression;
mod runs;
mod settings;
mod shadow;
mod stand_in;
mod statements;

#[cfg(test)]
mod tests;

pub use change::{Changed, is_program};
pub use compare::come;
pub use expect::Asked;
pub use regression::{Regressions, touches_earlier_tests};
pub use runs::{Looked, ends, known_names, look, notes, regressions, shrunk_checks};

use std::sync::LazyLock;

use regex::Regex;

use change::{Kind, kind};
use compare::compare;
use context::Context;

use crate::domain::tampering::Suspicion;

/// Files that are shown where it is not known which of them it was.
const MOST_SHOWN: usize = 5;

/// What a change does to the denominator.
#[derive(Debug, Default)]
pub struct Examined {
    pub found: Vec<Suspicion>,
    /// What a reviewer has to judge: expectations that changed together with the program.
    pub to_read: Vec<String>,
    /// Tests that are gone for a reason that shows in the change.
    pub explained: usize,
    /// What changed of tests and gates, where nothing in it is found out by itself.
    pub lines: String,
}

/// Whether a file belongs to the tests, or to what their results are compared with.
pub fn is_of_tests(path: &str) -> bool {
    matches!(kind(path), Kind::Test | Kind::Reference)
}

/// What only tests say: an assertion of one of their libraries.
static ASSERTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\.assert[A-Z]\w*\(|\bexpect\([^)]*\)\s*\.(to|not)\b|\bpytest\.(raises|fail|skip)\(|require\(.node:assert|from .node:assert").ok()
});

/// Whether a file helps tests to assert, wherever it lies.
pub fn helps_tests(file: &Changed) -> bool {
    let asserts = |text: &str| ASSERTS.as_ref().is_some_and(|asserts| asserts.is_match(text));
    is_of_tests(&file.path) || is_of_tests(&file.old_path) || asserts(&file.old)
}

/// Looks at the texts of a change.
pub fn examine(files: &[Changed], asked: &Asked) -> Examined {
    let context = Context::of(files, asked);
    let compared = compare(files, &context);
    let mut found = compared.found;
    found.extend(gate::examine(files, &asked.commands));
    found.extend(mark::examine(files));
    found.extend(shadow::hidden(files));
    found.extend(stand_in::examine(files, asked));
    let mut to_read = compared.to_read;
    to_read.extend(mark::passed_over(files));
    references(files, &context, &mut found, &mut to_read);
    let lines = if found.is_empty() { lines(files) } else { String::new() };
    Examined { found, to_read, explained: compared.explained, lines }
}

/// What changed of tests and of what decides about them.
fn lines(files: &[Changed]) -> String {
    let decides = |file: &&Changed| {
        let is_kind = matches!(kind(&file.path), Kind::Test | Kind::Gate | Kind::Reference);
        is_kind || !case::cases(&file.old_path, &file.old).is_empty()
    };
    let of_file = |file: &Changed| {
        let whole = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        patch::of(&file.path, &whole(&file.old), &whole(&file.new))
    };
    files.iter().filter(decides).take(MOST_SHOWN).map(of_file).collect::<Vec<_>>().concat()
}

/// What results are compared with: it may change with the program, and not by itself.
fn references(
    files: &[Changed],
    context: &Context<'_>,
    found: &mut Vec<Suspicion>,
    to_read: &mut Vec<String>,
) {
    for file in files.iter().filter(|file| kind(&file.path) == Kind::Reference && !file.old.is_empty()) {
        let telling = |lines: Vec<&str>| -> Vec<String> {
            // The keys of snapshots are the names of their tests.
            let lines = lines.into_iter().filter(|line| !line.trim_start().starts_with("exports["));
            lines.map(str::to_owned).collect()
        };
        let (removed, added) = (telling(file.removed()), telling(file.added()));
        if removed.is_empty() {
            continue;
        }
        let hunk = patch::of(&file.path, &removed, &added);
        let words = context.asked.words.as_str();
        let asked_for = |lines: &[String]| {
            lines.iter().map(|line| line.trim()).any(|line| line.chars().count() > 3 && words.contains(line))
        };
        if asked_for(&removed) && !asked_for(&added) {
            let what =
                format!("what results are compared with no longer is what was asked for: {}", file.path);
            found.push(Suspicion::blocking(what, hunk));
        } else if !context.product_changed && !asked_for(&added) {
            let what =
                format!("what results are compared with was changed and the program was not: {}", file.path);
            found.push(Suspicion::blocking(what, hunk));
        } else {
            to_read.push(format!("{} is compared with something else now", file.path));
        }
    }
}
