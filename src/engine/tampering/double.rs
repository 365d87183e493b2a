//! What a test puts in the place of the program: stubs, mocks, and names that it defines anew.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::change::surplus;
use super::context::is_comment;
use super::expect;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(\w+)\s*\("));
/// What replaces a function by another one.
static MOCKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"\bpatch(\.object|\.multiple)?\(|\bsetattr\(|\bspyOn\(|\bsinon\.(stub|replace|fake)|\bmock\.(method|fn)\(|\bstub(_method|bed)?\(|\breceive\(|\bthenReturn\(|\bdoReturn\(",
    )
});
/// A line that gives a name a function of the test's own.
static MAKES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:async\s+)?(?:def|function|fn)\s+(\w+)|^\s*(?:(?:const|let|var)\s+)?(?:\w+\.)*(\w+)\s*=\s*(?:lambda\b|function\b|\w*\.?\w*Mock\(|(?:jest|vi|mock|sinon)\.\w+\(|.*=>)",
    )
});

/// The names that a line calls.
pub(super) fn called(line: &str) -> Vec<String> {
    let Some(call) = CALL.as_ref().filter(|_| !is_comment(line)) else { return Vec::new() };
    call.captures_iter(line).filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect()
}

/// The line by which a test replaces what it called before.
pub(super) fn replaced(before: &[String], after: &[String]) -> Option<String> {
    let (old, new) = (before.join("\n"), after.join("\n"));
    // What it defined itself was never the program's.
    let made: BTreeSet<String> = before.iter().flat_map(|line| makes(line)).collect();
    let called = before.iter().flat_map(|line| called(line));
    let known: BTreeSet<String> = called.filter(|name| !made.contains(name)).collect();
    let come = surplus(&new, &old).into_iter().filter(|line| !is_comment(line));
    let mut replacing = come.filter(|line| targets(line).iter().any(|name| known.contains(name)));
    replacing.next().map(|line| line.trim().to_owned())
}

/// The names to which a line gives a function of the test's own.
fn makes(line: &str) -> Vec<String> {
    let found = MAKES.as_ref().and_then(|makes| makes.captures(line));
    let names = |found: regex::Captures<'_>| {
        found.iter().skip(1).flatten().map(|name| name.as_str().to_owned()).collect()
    };
    found.map(names).unwrap_or_default()
}

/// The names that a line puts something else for.
fn targets(line: &str) -> Vec<String> {
    let made = makes(line);
    if !made.is_empty() {
        return made;
    }
    if !MOCKS.as_ref().is_some_and(|mocks| mocks.is_match(line)) {
        return Vec::new();
    }
    let texts: Vec<String> =
        expect::literals(line).into_iter().filter(|literal| literal.starts_with('"')).collect();
    match texts.first() {
        // It is named by a path or by its own name: the last part is what is replaced.
        Some(text) => {
            let last = text.trim_matches('"').rsplit(['.', ':', '/']).next().map(str::to_owned);
            last.into_iter().collect()
        }
        None => expect::words(line),
    }
}
