//! What takes the place of the program outside the tests themselves: in fixtures, in what runs before each test, and where a
//! file of tests begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::case::{cases, indent};
use super::change::{Changed, Kind, kind, surplus};
use super::context::is_comment;
use super::double::called;
use super::expect::{self, Asked};
use super::patch;
use crate::domain::tampering::Suspicion;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A line that imports names: from where, and what.
static IMPORTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"^\s*from\s+(?P<a>[\w.]+)\s+import\s+(?P<b>.+)$|^\s*import\s+(?P<c>[\w.]+)(?:\s+as\s+(?P<d>\w+))?\s*$|^\s*import\s+(?P<e>.+?)\s+from\s+["'](?P<f>[^"']+)["']|^\s*(?:const|let|var)\s+(?P<g>.+?)\s*=\s*(?:await\s+import|require)\(\s*["'](?P<h>[^"']+)["']"#,
    )
});
/// `Cart.total = …`.
static ASSIGNS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^\s*(?P<root>\w+)(?:\.\w+)*\.(?P<name>\w+)\s*=\s*(?P<value>[^=].*)$"));
/// `setattr(Cart, "total", …)`, and `jest.spyOn(cart, "total").mockReturnValue(…)`.
static SETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"\b(?:setattr|patch\.object)\(\s*(?P<root>\w+)[\w.]*\s*,\s*["'](?P<name>\w+)["']\s*(?:,\s*(?P<value>.+?))?\)|\b(?:spyOn|mock\.method|stub)\(\s*(?P<root2>\w+)[\w.]*\s*,\s*["'](?P<name2>\w+)["']\s*(?:\)\s*\.\s*mock\w+\(|,)"#,
    )
});
/// `patch("cart.total")`, and `jest.mock("../cart")`.
static BY_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"\b(?:setattr|patch)\(\s*["'](?P<path>[\w.]+)["']|\b(?:jest|vi)\.mock\(\s*["'](?P<file>\.[^"']*)["']"#,
    )
});

/// What a test may well keep away from, by the first name of its path: it is not the program's.
const OUTSIDE: &[&str] = &[
    "time",
    "datetime",
    "random",
    "os",
    "sys",
    "socket",
    "requests",
    "urllib",
    "urllib3",
    "subprocess",
    "http",
    "httpx",
    "aiohttp",
    "builtins",
    "uuid",
    "pathlib",
    "tempfile",
    "shutil",
    "smtplib",
    "logging",
    "getpass",
    "locale",
    "boto3",
    "redis",
    "psycopg2",
    "asyncio",
    "threading",
    "signal",
    "secrets",
    "io",
    "json",
    "platform",
    "warnings",
    "webbrowser",
    "unittest",
    "pytest",
    "typing",
    "collections",
    "functools",
    "itertools",
    "math",
    "sqlite3",
    "ssl",
    "select",
    "selectors",
    "sched",
    "environ",
    "sleep",
    "stdout",
    "stderr",
    "stdin",
];

fn is_outside(path: &str) -> bool {
    path.split('.').any(|part| OUTSIDE.contains(&part))
}

/// What is replaced now outside the tests.
pub(super) fn examine(files: &[Changed], asked: &Asked) -> Vec<Suspicion> {
    let old_tests: Vec<String> =
        files.iter().flat_map(|file| cases(&file.old_path, &file.old)).flat_map(|case| case.lines).collect();
    let used: BTreeSet<String> = old_tests.iter().flat_map(|line| called(line)).collect();
    let tests = files.iter().filter(|file| kind(&file.path) == Kind::Test && !file.new.is_empty());
    let mut found = Vec::new();
    for file in tests {
        let is_shared = file.path.rsplit('/').next() == Some("conftest.py");
        // A new file of tests takes nothing away from those that were there.
        if file.old.is_empty() && !is_shared {
            continue;
        }
        let place = Place::of(file);
        let line = place.added.iter().find_map(|line| {
            let name = place.replaced(line)?;
            if used.contains(&name) || asked.words.contains(&format!("`{name}`")) {
                return Some((*line, true));
            }
            (is_shared && place.is_for_all(line)).then_some((*line, false))
        });
        let line = line.or_else(|| place.given_another().map(|line| (line, true)));
        let Some((line, is_subject)) = line else { continue };
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let hunk = patch::of(&file.path, &lines(&file.old), &lines(&file.new));
        let words =
            format!("{}: what is tested is replaced before the tests run: `{}`", file.path, line.trim());
        found.push(if is_subject {
            Suspicion::blocking(words, hunk)
        } else {
            Suspicion::doubtful(words, hunk)
        });
    }
    found
}

/// A file of tests without its tests.
struct Place<'a> {
    file: &'a Changed,
    added: Vec<&'a str>,
    removed: Vec<&'a str>,
    /// Names that it takes from the program, each with where it takes it from.
    imported: BTreeMap<String, String>,
    /// Functions and classes of its own.
    made: BTreeSet<String>,
}

impl<'a> Place<'a> {
    fn of(file: &'a Changed) -> Self {
        let outside = |path: &str, text: &'a str| -> Vec<&'a str> {
            let tests: Vec<String> = cases(path, text).into_iter().flat_map(|case| case.lines).collect();
            surplus(text, &tests.join("\n")).into_iter().filter(|line| !is_comment(line)).collect()
        };
        let (old, new) = (outside(&file.old_path, &file.old), outside(&file.path, &file.new));
        let (old_text, new_text) = (old.join("\n"), new.join("\n"));
        let more = |lines: &[&'a str], other: &str| {
            let all = lines.join("\n");
            let left: BTreeSet<String> =
                surplus(&all, other).into_iter().map(|line| line.trim().to_owned()).collect();
            lines.iter().copied().filter(|line| left.contains(line.trim())).collect::<Vec<_>>()
        };
        let made = new.iter().filter_map(|line| {
            let said = line.trim_start();
            let rest = ["async def ", "def ", "class ", "function ", "async function "]
                .iter()
                .find_map(|begins| said.strip_prefix(begins))?;
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
        });
        Self {
            file,
            added: more(&new, &old_text),
            removed: more(&old, &new_text),
            imported: file.old.lines().chain(file.new.lines()).flat_map(imports).collect(),
            made: made.collect(),
        }
    }

    /// The name of the program's for which a line puts something else that can be called.
    fn replaced(&self, line: &str) -> Option<String> {
        if let Some(found) = BY_TEXT.as_ref().and_then(|by_text| by_text.captures(line)) {
            if let Some(path) = found.name("path") {
                let path = path.as_str();
                return path
                    .rsplit('.')
                    .next()
                    .filter(|_| path.contains('.') && !is_outside(path))
                    .map(str::to_owned);
            }
            let stem = |path: &str| expect::stem(path.trim_start_matches(['.', '/']));
            let file = found.name("file")?.as_str();
            let known =
                self.imported.iter().find(|(_, from)| from.starts_with('.') && stem(from) == stem(file));
            return known.map(|(name, _)| name.clone());
        }
        let part = |found: &regex::Captures<'_>, names: [&str; 2]| {
            names.iter().find_map(|name| found.name(name)).map(|part| part.as_str().to_owned())
        };
        let (root, name, value) = if let Some(found) = SETS.as_ref().and_then(|sets| sets.captures(line)) {
            let value = part(&found, ["value", "value"]);
            (part(&found, ["root", "root2"])?, part(&found, ["name", "name2"])?, value)
        } else {
            let found = ASSIGNS.as_ref()?.captures(line)?;
            (
                part(&found, ["root", "root"])?,
                part(&found, ["name", "name"])?,
                part(&found, ["value", "value"]),
            )
        };
        let from = self.imported.get(&root)?;
        let is_function = |value: String| {
            let first = value.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            value.starts_with("lambda")
                || ["return_value", "side_effect", "new"].contains(&first)
                || ["Mock(", "=>", "function", ".fn("].iter().any(|sign| value.contains(sign))
                || self.made.contains(first)
        };
        (!is_outside(from) && !is_outside(&name) && value.is_none_or(is_function)).then_some(name)
    }

    /// Whether a line is run before every test: it stands in no function, or in one that nobody has to ask for.
    fn is_for_all(&self, line: &str) -> bool {
        let lines: Vec<&str> = self.file.new.lines().collect();
        let Some(at) = lines.iter().position(|known| *known == line) else { return true };
        let of = |at: usize| lines.get(at).map_or(0, |line| indent(line));
        let Some(head) = (0..at).rev().find(|before| {
            let said = lines.get(*before).map_or("", |line| line.trim_start());
            of(*before) < of(at) && (said.starts_with("def ") || said.starts_with("async def "))
        }) else {
            return true;
        };
        let above =
            (0..head).rev().map_while(|before| lines.get(before)).take_while(|line| !line.trim().is_empty());
        let name = lines.get(head).copied().unwrap_or_default();
        name.contains("def pytest_") || above.into_iter().any(|line| line.contains("autouse=True"))
    }

    /// The line that gives tests something of their own where they were given the program's.
    fn given_another(&self) -> Option<&'a str> {
        let makes = |line: &str, names: &dyn Fn(&str) -> bool| {
            let said = line.trim();
            let begins = ["return ", "yield "].into_iter().find(|begins| said.starts_with(begins));
            let before = begins.map(str::to_owned).or_else(|| Some(said.split_once(" = ")?.0.to_owned()))?;
            called(line).into_iter().find(|name| names(name)).map(|name| (name, before))
        };
        let of_program = |name: &str| self.imported.get(name).is_some_and(|from| !is_outside(from));
        let own = |name: &str| self.made.contains(name) || name.ends_with("Mock");
        self.removed.iter().find_map(|old| {
            let (name, before) = makes(old, &of_program)?;
            let is_made_still = self.file.new.lines().any(|line| called(line).contains(&name));
            let is_same = |new: &&&str| makes(new, &own).is_some_and(|(_, other)| other == before);
            (!is_made_still).then(|| self.added.iter().find(is_same).copied())?
        })
    }
}

/// The names that a line imports, each with where it is from.
fn imports(line: &str) -> Vec<(String, String)> {
    let Some(found) = IMPORTS.as_ref().and_then(|imports| imports.captures(line)) else { return Vec::new() };
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    let (from, names) = match (part("a").or(part("f")).or(part("h")), part("c")) {
        (Some(from), _) => (from, part("b").or(part("e")).or(part("g")).unwrap_or_default()),
        (None, Some(module)) => (module, part("d").unwrap_or(module)),
        (None, None) => return Vec::new(),
    };
    let pieces = names.split(['{', '}', ',', '(', ')']).map(str::trim).filter(|piece| !piece.is_empty());
    // `total as sum` and `total: sum` are called by the last name.
    let own = |piece: &str| {
        piece.split([' ', ':']).next_back().unwrap_or(piece).split('.').next().map(str::to_owned)
    };
    // What comes from no directory of the program is somebody else's, in JavaScript.
    let is_script = part("f").or(part("h")).is_some();
    let all = pieces.filter_map(own).map(|name| (name, from.to_owned()));
    all.filter(|(_, from)| !is_script || from.starts_with('.')).collect()
}
