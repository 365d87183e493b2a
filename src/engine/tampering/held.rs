//! What a test holds the program to in truth: its expectations without those that are never reached, and with those of the
//! functions that it leaves them to.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::case::{Case, cases, end_of, indent, is_python};
use super::change::{Changed, Kind, kind};
use super::context::is_comment;
use super::double::called;
use super::expect::{self, Expected};
use super::parts::{Part, parts};
use super::patch;
use crate::domain::tampering::Suspicion;

/// How many functions call each other until one expects something.
const DEEPEST: usize = 4;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// The first line of a function.
static FUNCTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:export\s+)?(?:pub(?:\([\w ]+\))?\s+)?(?:private\s+|public\s+|static\s+)*(?:async\s+)?(?:def|fn|func|function)\s+(?:\([^)]*\)\s*)?(\w+)\s*[(<]|^\s*(?:export\s+)?(?:const|let|var)\s+(\w+)\s*=\s*(?:async\s*)?(?:\([^)]*\)|\w+)\s*=>|^(?:function\s+)?(\w+)\s*\(\)\s*\{",
    )
});
/// A function that a test makes for itself.
static OWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:async\s+)?(?:def|fn|function)\s+(\w+)|^\s*(?:(?:const|let|var|let mut)\s+)?(\w+)\s*:?=\s*(?:lambda\b|(?:async\s*)?function\b|(?:async\s*)?(?:\([^)]*\)|\w+)\s*=>|func\s*\(|(?:move\s*)?\|)",
    )
});
/// A function without a name, which nobody can call.
static NAMELESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^\s*(?:lambda\b|(?:async\s*)?\([\w, ]*\)\s*=>)"));
/// A statement after which nothing of a test is reached.
static ENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:return(?:\s+(?:None|null|undefined|true|Ok\(\(\)\)))?|(?:sys\.|os\._)?exit\(0?\)|exit 0);?$",
    )
});
/// A name of what compares.
static COMPARES: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)check|verif|ensure|match|compare|valid|same|must|approv|eventually"));

fn is(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn name(pattern: &LazyLock<Option<Regex>>, line: &str) -> Option<String> {
    let found = pattern.as_ref()?.captures(line)?;
    found.iter().skip(1).flatten().next().map(|name| name.as_str().to_owned())
}

/// The functions of some texts, by their names.
#[derive(Debug, Default)]
pub(super) struct Helpers {
    by_name: BTreeMap<String, Vec<String>>,
}

impl Helpers {
    /// Those of files, each by its path and text.
    pub(super) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, lines) in files.flat_map(|(path, text)| functions(path, text)) {
            by_name.entry(name).or_default().extend(lines);
        }
        Self { by_name }
    }

    /// Whether a test expected something and expects nothing any more, neither itself nor by what it calls.
    pub(super) fn is_emptied(&self, before: &Case, after: &Case) -> bool {
        expects(&before.lines) && !self.expects(&after.lines, 0) && !self.may_expect(before, after)
    }

    /// Whether lines expect something, or call what does.
    fn expects(&self, lines: &[String], depth: usize) -> bool {
        let calls = || live(lines).into_iter().flat_map(called);
        expects(lines)
            || depth < DEEPEST
                && calls()
                    .any(|name| self.by_name.get(&name).is_some_and(|helper| self.expects(helper, depth + 1)))
    }

    /// Whether a test calls what it did not call before, nobody sees here, and is named as what compares.
    fn may_expect(&self, before: &Case, after: &Case) -> bool {
        let known: Vec<String> = before.lines.iter().flat_map(|line| called(line)).collect();
        let mut come = after.lines.iter().flat_map(|line| called(line)).filter(|name| !known.contains(name));
        come.any(|name| !self.by_name.contains_key(&name) && is(&COMPARES, &name))
    }
}

/// Functions of tests that expected something and expect nothing any more, while tests leave it to them.
pub(super) fn emptied_helpers(files: &[Changed]) -> Vec<Suspicion> {
    let old = Helpers::of(files.iter().map(|file| (file.old_path.as_str(), file.old.as_str())));
    let new = Helpers::of(files.iter().map(|file| (file.path.as_str(), file.new.as_str())));
    let tests: Vec<Case> = files.iter().flat_map(|file| cases(&file.path, &file.new)).collect();
    let mut found = Vec::new();
    for file in files.iter().filter(|file| kind(&file.path) == Kind::Test && file.old != file.new) {
        for (name, before) in functions(&file.old_path, &file.old) {
            let Some((_, after)) =
                functions(&file.path, &file.new).into_iter().find(|(known, _)| *known == name)
            else {
                continue;
            };
            let lost = old.expects(&before, 0) && !new.expects(&after, 0);
            // Tests that expect something themselves need it no more.
            let calls = |case: &&Case| case.lines.iter().any(|line| called(line).contains(&name));
            let mut callers = tests.iter().filter(calls).peekable();
            let unseen = callers.peek().is_none();
            if lost && expects(&before) && (unseen || callers.any(|case| !new.expects(&case.lines, 0))) {
                let words =
                    format!("nothing is expected any more in what tests call: {name} in {}", file.path);
                found.push(Suspicion::blocking(words, patch::of(&file.path, &before, &after)));
            }
        }
    }
    found
}

/// The functions of a text that are no tests, with their lines.
fn functions(path: &str, text: &str) -> Vec<(String, Vec<String>)> {
    let lines: Vec<&str> = text.lines().collect();
    let parts = parts(&lines, is_python(path));
    let tests: Vec<String> = cases(path, text)
        .into_iter()
        .map(|case| case.name.rsplit(" › ").next().unwrap_or(&case.name).to_owned())
        .collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| parts.get(*at) == Some(&Part::Code)) {
        let Some(name) = name(&FUNCTION, line).filter(|name| !tests.contains(name)) else { continue };
        let end = end_of(&lines, &parts, at, indent(line));
        let block = lines.get(at..end).unwrap_or_default();
        found.push((name, block.iter().map(|line| (*line).to_owned()).collect()));
    }
    found
}

/// Whether some line that is reached expects something.
fn expects(lines: &[String]) -> bool {
    // Names of tests are texts too, and say what should be.
    live(lines)
        .into_iter()
        .any(|line| Expected::of(&expect::without_texts(line)).is_some_and(|expected| expected.can_fail()))
}

/// The lines of a test or a function that are reached: not what stands behind its end, nor in what nobody calls.
fn live(lines: &[String]) -> Vec<&str> {
    let depth =
        lines.windows(2).find(|pair| !pair[1].trim().is_empty() && indent(&pair[1]) > indent(&pair[0]));
    let depth = depth.map(|pair| indent(&pair[1]));
    let mut kept = Vec::new();
    let mut skipped: Option<usize> = None;
    for (at, line) in lines.iter().enumerate() {
        let (said, here) = (line.trim(), indent(line));
        if said.is_empty() || is_comment(line) {
            continue;
        }
        if let Some(of) = skipped {
            if here > of || said.starts_with(['}', ')']) && here == of {
                continue;
            }
            skipped = None;
        }
        if Some(here) == depth && is(&ENDS, said) {
            break;
        }
        let inner = depth.is_some_and(|depth| here >= depth);
        let is_dead = match name(&OWN, line).filter(|_| inner) {
            Some(name) => !is_named(&name, lines, at),
            None => Some(here) == depth && is(&NAMELESS, line),
        };
        if is_dead {
            skipped = Some(here);
            continue;
        }
        kept.push(line.as_str());
    }
    kept
}

/// Whether a name stands in any other line.
fn is_named(name: &str, lines: &[String], at: usize) -> bool {
    let mut others = lines.iter().enumerate().filter(|(other, line)| *other != at && !is_comment(line));
    others.any(|(_, line)| expect::words(line).iter().any(|word| word == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_never_reached_expects_nothing() {
        for text in [
            "def test_a():\n    cart = make()\n    return\n    assert cart.total == 5",
            "def test_a(self):\n    check = lambda: self.assertEqual(total(), 5)",
            "def test_a(self):\n    lambda: self.assertEqual(total(), 5)",
            "def test_a():\n    def check():\n        assert total() == 5\n    print(total())",
            "it('should add', () => {\n  const check = () => expect(total()).toBe(5);\n});",
            "it('should add', () => {\n  total();\n  return;\n  expect(total()).toBe(5);\n});",
            "fn adds() {\n    let check = || assert_eq!(total(), 5);\n}",
            "func TestA(t *testing.T) {\n\tcheck := func() {\n\t\trequire.Equal(t, 5, total())\n\t}\n}",
            "def test_a():\n    total()",
        ] {
            assert!(!expects(&lines(text)), "{text}");
        }
        for text in [
            "def test_a():\n    if windows:\n        return\n    assert total() == 5",
            "def test_a(self):\n    check = lambda: self.assertEqual(total(), 5)\n    check()",
            "def test_a():\n    def check():\n        assert total() == 5\n    check()",
            "it('adds', async () => {\n  await waitFor(\n    () => expect(total()).toBe(5),\n  );\n});",
            "it('adds', () => expect(total()).toBe(5));",
            "it('adds', () => {\n  return expect(total()).resolves.toBe(5);\n});",
            "def test_a():\n    with pytest.raises(ValueError):\n        total()",
            "fn adds() {\n    assert_eq!(total(), 5);\n}",
        ] {
            assert!(expects(&lines(text)), "{text}");
        }
    }
}
