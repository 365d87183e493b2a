//! Regressions: tests of before that fail, as they were, on the program as it is. What hides one is seen by this whatever
//! way it was hidden: another value, a patched comparison, data, helpers, a test that never looks.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::case::{Case, Skip, cases};
use super::change::{Changed, Kind, kind, surplus};
use super::compare::matched_pairs;
use super::context::is_definition;
use super::double::called;
use super::expect::{self, Asked};
use super::patch;
use crate::domain::tampering::Suspicion;
use crate::domain::tests::{TestCase, TestOutcome, words};

/// Letters of a word that says what a test is about.
const TELLING: usize = 3;
/// Words of tests' names that say nothing of what they are about.
const GENERIC: &[&str] = &[
    "test", "tests", "should", "when", "with", "that", "does", "returns", "case", "works", "spec", "the",
    "and", "for", "not", "has", "are", "one", "two", "all", "any", "new", "get", "set", "add", "can", "its",
    "from", "into", "run", "than", "then", "this", "have", "what", "each", "some", "more", "less",
];

/// What the test commands say with the tests as they were before a feature, on the program as the feature left it.
#[derive(Debug, Clone, Default)]
pub struct Regressions {
    /// Tests that passed before and fail, by the names that the runner gives them.
    pub failed: Vec<String>,
    /// Tests that passed before and are not run at all: what they use is not there any more.
    pub unrun: Vec<String>,
    /// Commands that were green and are red, and name no tests.
    pub commands: Vec<String>,
}

impl Regressions {
    /// Whether all that passed before passes now.
    pub fn is_empty(&self) -> bool {
        self.failed.is_empty() && self.unrun.is_empty() && self.commands.is_empty()
    }
}

/// What is held against a change for the tests of before that fail.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Each with the names of its tests, without their groups.
    pub found: Vec<(Vec<String>, Suspicion)>,
    /// Those for which the work may ask.
    pub asked: Vec<String>,
}

/// Whether a change touches what earlier tests consist of: files that only add tests do not.
pub fn touches_earlier_tests(files: &[Changed]) -> bool {
    files.iter().any(|file| {
        super::helps_tests(file)
            && (!file.old.is_empty()
                || cases(&file.path, &file.new).is_empty()
                || file.new.lines().any(reaches_out))
    })
}

/// A line that gives something that belongs to another module another value.
static REACHES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*\w+(\.\w+)*\.(\w+)\s*=[^=]|\bsetattr\(|\bdefineProperty\(|\bprototype\b").ok()
});

/// Whether a line of a new file of tests may change others: an attribute of a test itself is its own.
fn reaches_out(line: &str) -> bool {
    let own = ["self.", "this.", "cls."].iter().any(|own| line.trim_start().starts_with(own));
    !own && REACHES.as_ref().is_some_and(|reaches| reaches.is_match(line))
}

/// A test of before that fails now.
struct Failing<'a> {
    name: String,
    /// Where it stood, and as what.
    before: Option<(&'a str, Case)>,
    /// The file that changed, and the test as it is; nothing where it is gone.
    after: Option<(&'a Changed, Option<Case>)>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Fate {
    /// The work may ask for it.
    Asked,
    /// It expects something else now, which nothing asks for.
    Changed,
    /// It reads as before, and passes by what is around it.
    Hidden,
    /// It is not there any more.
    Gone,
}

/// Judges which of them the work may ask for. The base's files of programs come by their paths and texts.
pub(super) fn judge(
    files: &[Changed],
    base: &[(String, String)],
    red: &Regressions,
    asked: &Asked,
) -> Judged {
    let change = Whole::of(files, base, asked);
    let mut judged = Judged::default();
    let mut by_file: Vec<(String, Fate, Vec<Failing<'_>>)> = Vec::new();
    for failing in failing(files, base, red) {
        let fate = change.fate(&failing);
        if fate == Fate::Asked {
            judged.asked.push(failing.name);
            continue;
        }
        let path = failing.before.as_ref().map_or("", |(path, _)| path).to_owned();
        match by_file.iter_mut().find(|(known, of, _)| *known == path && *of == fate) {
            Some((.., all)) => all.push(failing),
            None => by_file.push((path, fate, vec![failing])),
        }
    }
    let told = by_file.into_iter().map(|(path, fate, all)| suspicion(files, &path, fate, &all));
    judged.found.extend(told);
    // What is not run says only that its names are others.
    if red.failed.is_empty() {
        let of_change = |name: &&String| {
            let mut all = files.iter().flat_map(|file| cases(&file.old_path, &file.old));
            all.any(|case| is_meant(name, &case))
        };
        judged.asked.extend(red.unrun.iter().filter(of_change).cloned());
    }
    judged
}

fn failing<'a>(files: &'a [Changed], base: &'a [(String, String)], red: &Regressions) -> Vec<Failing<'a>> {
    let pairs = matched_pairs(files);
    let after = |path: &str, case: &Case| {
        let file = files.iter().find(|file| file.old_path == path)?;
        let pair = pairs.iter().find(|(before, _)| before.0 == path && before.1.name == case.name);
        Some((file, pair.map(|(_, after)| after.clone())))
    };
    let all: Vec<(&str, Case)> = base
        .iter()
        .filter(|(path, _)| super::is_of_tests(path))
        .flat_map(|(path, text)| cases(path, text).into_iter().map(move |case| (path.as_str(), case)))
        .collect();
    let named = red.failed.iter().map(|name| {
        let before = all.iter().find(|(path, case)| is_meant(name, case) && is_in(name, path));
        let before = before.or_else(|| all.iter().find(|(_, case)| is_meant(name, case))).cloned();
        let after = before.as_ref().and_then(|(path, case)| after(path, case));
        Failing { name: name.clone(), before, after }
    });
    // A command that names none is all that changed of them.
    let whole = |path: &str, text: &str| Case {
        // What results are compared with is known by its name.
        name: if kind(path) == Kind::Reference { expect::stem(path) } else { "the script".to_owned() },
        lines: text.lines().map(str::to_owned).collect(),
        skip: Skip::Run,
    };
    let of_tests = || files.iter().filter(|file| !file.old.is_empty() && super::is_of_tests(&file.old_path));
    let unnamed = red.commands.iter().flat_map(|_| of_tests()).map(|file| Failing {
        name: file.old_path.clone(),
        before: Some((file.old_path.as_str(), whole(&file.old_path, &file.old))),
        after: Some((file, (!file.new.is_empty()).then(|| whole(&file.path, &file.new)))),
    });
    named.chain(unnamed).collect()
}

/// Whether a runner that gives a test this name means that one.
fn is_meant(name: &str, case: &Case) -> bool {
    TestCase::new(name, TestOutcome::Failed).is_called(bare(case))
}

/// Whether a runner's name has that of the file in it.
fn is_in(name: &str, path: &str) -> bool {
    let (name, stem) = (words(name), words(&expect::stem(path)));
    !stem.is_empty() && name.windows(stem.len()).any(|part| part == stem.as_slice())
}

/// A test's name without its group.
fn bare(case: &Case) -> &str {
    case.name.rsplit(" › ").next().unwrap_or(&case.name)
}

/// What a whole change says of the tests that fail by it.
struct Whole<'a> {
    /// What is asked for, and its words that tell.
    words: &'a str,
    asked: BTreeSet<String>,
    /// Names that the program defined.
    defined: BTreeSet<String>,
    /// Names whose definitions the program has no more, or otherwise.
    redefined: BTreeSet<String>,
    /// What results are compared with that changed.
    references: Vec<String>,
    /// It only has more than before.
    references_grew: bool,
    /// Anything else of the tests changed than tests and references.
    helpers_changed: bool,
}

impl<'a> Whole<'a> {
    fn of(files: &[Changed], base: &[(String, String)], asked: &'a Asked) -> Self {
        let programs = base.iter().filter(|(path, _)| !super::is_of_tests(path));
        let lines = programs.flat_map(|(_, text)| text.lines()).filter(|line| is_definition(line));
        let defined = lines.flat_map(expect::words).collect();
        let product = files.iter().filter(|file| kind(&file.old_path) == Kind::Product);
        let gone = product.flat_map(|file| surplus(&file.old, &file.new));
        let redefined = gone.filter(|line| is_definition(line)).flat_map(expect::words).collect();
        let references =
            files.iter().filter(|file| kind(&file.old_path) == Kind::Reference && !file.old.is_empty());
        let grew = |file: &&Changed| {
            let plain = |text: &str| {
                text.lines().map(|line| line.trim_end_matches(',')).collect::<Vec<_>>().join("\n")
            };
            surplus(&plain(&file.old), &plain(&file.new)).is_empty()
        };
        let references: Vec<&Changed> = references.collect();
        let references_grew = !references.is_empty() && references.iter().all(grew);
        let outside = |file: &Changed| {
            let in_cases = |text: &str, path: &str| {
                cases(path, text).into_iter().flat_map(|case| case.lines).collect::<Vec<_>>().join("\n")
            };
            let rest = |text: &str, path: &str| {
                surplus(text, &in_cases(text, path)).into_iter().map(str::to_owned).collect::<Vec<_>>()
            };
            rest(&file.old, &file.old_path) != rest(&file.new, &file.path)
        };
        let tests = files.iter().filter(|file| kind(&file.path) == Kind::Test);
        Self {
            words: &asked.words,
            asked: telling(&asked.words).collect(),
            defined,
            redefined,
            references: references.iter().map(|file| file.old_path.clone()).collect(),
            references_grew,
            helpers_changed: tests.into_iter().any(outside),
        }
    }

    fn fate(&self, failing: &Failing<'_>) -> Fate {
        let Some((path, before)) = &failing.before else {
            return if self.is_asked(&failing.name, "", &[]) { Fate::Asked } else { Fate::Hidden };
        };
        let after = failing.after.as_ref().and_then(|(_, after)| after.as_ref());
        let is_gone = matches!(&failing.after, Some((_, None)));
        let is_same = match &failing.after {
            None => true,
            Some((_, after)) => after.as_ref().is_none_or(|after| after.lines == before.lines),
        };
        let grew = is_same && self.references_grew && !self.helpers_changed
            || after.is_some_and(|after| names_more(before, after));
        if grew
            || self.is_asked(bare(before), path, &before.lines)
            || is_same && self.is_reference_asked()
            || failing.after.as_ref().is_some_and(|(file, _)| imports_otherwise(file))
            || after.is_some_and(|after| self.is_called_otherwise(before, after))
        {
            Fate::Asked
        } else if is_gone {
            Fate::Gone
        } else if is_same && (self.helpers_changed || self.references.is_empty()) {
            Fate::Hidden
        } else {
            Fate::Changed
        }
    }

    /// Whether what is asked for speaks of what a test is about: of its name, or what it calls; or of its file.
    fn is_asked(&self, name: &str, path: &str, lines: &[String]) -> bool {
        let file = path.rsplit('/').next().unwrap_or(path);
        let called = lines.iter().flat_map(|line| called(line));
        let called = called.filter(|name| self.defined.contains(name));
        let mut said = std::iter::once(name.to_owned()).chain(called);
        !file.is_empty() && self.words.contains(file)
            || said.any(|said| telling(&said).any(|word| self.asked.contains(&word)))
    }

    /// Whether what is asked for speaks of what results are compared with.
    fn is_reference_asked(&self) -> bool {
        let names = self.references.iter().flat_map(|path| telling(&expect::stem(path)).collect::<Vec<_>>());
        !self.references.is_empty() && names.into_iter().any(|word| self.asked.contains(&word))
    }

    /// Whether all that a test named is named still, and only what it calls is called otherwise, as the program has it.
    fn is_called_otherwise(&self, before: &Case, after: &Case) -> bool {
        let literals = |case: &Case| -> BTreeSet<String> {
            case.lines.iter().flat_map(|line| expect::literals(line)).collect()
        };
        let mut called = before.lines.iter().flat_map(|line| called(line));
        before.lines != after.lines
            && literals(before).is_subset(&literals(after))
            && called.any(|name| self.redefined.contains(&name))
    }
}

/// Whether the tests of a file read as before, and only what they import is called otherwise, from outside the tests.
fn imports_otherwise(file: &Changed) -> bool {
    let lines = |path: &str, text: &str| -> Vec<Vec<String>> {
        cases(path, text).into_iter().map(|case| case.lines).collect()
    };
    let (old, new) = (lines(&file.old_path, &file.old), lines(&file.path, &file.new));
    let imports =
        |line: &&str| ["import ", "require(", "from ", "use "].iter().any(|word| line.contains(word));
    let (removed, added) = (file.removed(), file.added());
    // What lies beside a test belongs to the tests.
    let is_local = |line: &&str| ["\"./", "'./", "tests.", "test."].iter().any(|own| line.contains(own));
    !old.is_empty()
        && old == new
        && !removed.is_empty()
        && removed.iter().all(&imports)
        && added.iter().all(imports)
        && !added.iter().any(is_local)
}

/// The words of a text that say what it is about, in small letters; the parts of a program's names are words.
fn telling(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::with_capacity(text.len());
    let mut was_small = false;
    for c in text.chars() {
        if c.is_uppercase() && was_small || c == '_' {
            spaced.push(' ');
        }
        was_small = c.is_lowercase();
        if c != '_' {
            spaced.push(c);
        }
    }
    let is_telling = |word: &String| word.chars().count() >= TELLING && !GENERIC.contains(&word.as_str());
    // One of several is the same thing.
    let bare = |word: String| word.strip_suffix('s').map(str::to_owned).unwrap_or(word);
    words(&spaced).into_iter().filter(is_telling).map(bare)
}

/// Whether each value that a test no longer names is part of one that it names now.
fn names_more(before: &Case, after: &Case) -> bool {
    let literals = |case: &Case| -> BTreeSet<String> {
        case.lines.iter().flat_map(|line| expect::literals(line)).collect()
    };
    let (old, new) = (literals(before), literals(after));
    let mut lost = old.difference(&new).map(|text| text.trim_matches('"')).peekable();
    lost.peek().is_some() && lost.all(|lost| lost.len() > 2 && new.iter().any(|new| new.contains(lost)))
}

fn suspicion(files: &[Changed], path: &str, fate: Fate, all: &[Failing<'_>]) -> (Vec<String>, Suspicion) {
    let names: Vec<String> = all
        .iter()
        .map(|one| match &one.before {
            Some((_, case)) if case.name != "the script" => bare(case).to_owned(),
            _ => one.name.clone(),
        })
        .collect();
    let shown: String = all
        .iter()
        .filter_map(|one| {
            let ((_, before), (file, after)) = (one.before.as_ref()?, one.after.as_ref()?);
            let after = after.as_ref().map_or(&[][..], |after| after.lines.as_slice());
            (before.lines != after).then(|| patch::of(&file.path, &before.lines, after))
        })
        .collect();
    let hunk = if shown.is_empty() { super::lines(files) } else { shown };
    let place = if path.is_empty() || names == [path] { String::new() } else { format!(" in {path}") };
    let lead = match names.len() {
        1 => "a test of before, as it was, fails on the program as it is now",
        _ => "tests of before, as they were, fail on the program as it is now",
    };
    let said = |why: &str| format!("{lead}: {}{place}; {why}", names.join(", "));
    let suspicion = match fate {
        Fate::Hidden => {
            Suspicion::blocking(said("only what is around it was changed, so that it passes"), hunk)
        }
        Fate::Gone => Suspicion::blocking(said("it is not there any more"), hunk),
        Fate::Changed | Fate::Asked => {
            Suspicion::doubtful(said("what it expects was changed with it, and nothing asks for that"), hunk)
        }
    };
    (names, suspicion)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = "import unittest\n\nfrom app.slug import slug\n\n\nclass SlugTest(unittest.TestCase):\n    def test_small(self):\n        self.assertEqual(slug(\"Hello World\"), \"hello-world\")\n";

    fn changed(path: &str, old: &str, new: &str) -> Changed {
        Changed { old_path: path.into(), path: path.into(), old: old.into(), new: new.into() }
    }

    /// What is held against a change, and what is left to a reader, where the test of a slug fails as it was.
    fn judged(files: &[Changed], words: &str) -> (Vec<String>, usize) {
        let red =
            Regressions { failed: vec!["test_small (test_slug.SlugTest)".into()], ..Regressions::default() };
        let base =
            [("tests/test_slug.py", TEST), ("app/slug.py", "def slug(title):\n    return title.lower()\n")]
                .map(|(path, text)| (path.to_owned(), text.to_owned()));
        let asked = Asked { words: words.to_owned(), ..Asked::default() };
        let judged = judge(files, &base, &red, &asked);
        let found =
            judged.found.into_iter().map(|(_, found)| format!("{:?} {}", found.severity, found.description));
        (found.collect(), judged.asked.len())
    }

    fn program(new: &str) -> Changed {
        changed("app/slug.py", "def slug(title):\n    return title.lower()\n", new)
    }

    #[test]
    fn what_hides_a_regression_is_told_by_whether_the_test_reads_as_before() {
        let broken = program("def slug(title):\n    return title\n");
        let around =
            changed("tests/__init__.py", "", "import unittest\nunittest.TestCase.assertEqual = print\n");
        let (found, _) = judged(&[broken.clone(), around], "A text has so many words.");
        assert_eq!(
            found,
            [
                "Blocking a test of before, as it was, fails on the program as it is now: test_small in tests/test_slug.py; only what is around it was changed, so that it passes"
            ]
        );
        let other = changed("tests/test_slug.py", TEST, &TEST.replace("hello-world", "Hello-World"));
        let (found, _) = judged(&[broken, other], "A text has so many words.");
        assert!(
            found[0].starts_with("NonBlocking") && found[0].ends_with("nothing asks for that"),
            "{found:?}"
        );
    }

    #[test]
    fn what_the_work_asks_for_and_what_follows_from_it_is_left_to_a_reader() {
        let other = changed("tests/test_slug.py", TEST, &TEST.replace("hello-world", "hello_world"));
        let broken = program("def slug(title):\n    return title\n");
        for words in ["Slugs have underscores.", "Mend what test_slug.py expects."] {
            assert_eq!(judged(&[broken.clone(), other.clone()], words), (vec![], 1), "{words}");
        }
        // It is called otherwise, as the program has it.
        let called = changed("tests/test_slug.py", TEST, &TEST.replace("World\")", "World\", \"-\")"));
        let program = program("def slug(title, mark):\n    return title.lower()\n");
        assert_eq!(judged(&[program, called], "A text has so many words."), (vec![], 1));
        // What results are compared with has more than before.
        let golden = changed("tests/golden/usage.txt", "slug\n", "slug\nwords\n");
        assert_eq!(judged(&[golden], "A text has so many words."), (vec![], 1));
        let golden = changed("tests/golden/usage.txt", "slug\n", "words\n");
        assert_eq!(judged(&[golden], "A text has so many words.").1, 0);
    }

    #[test]
    fn files_that_only_add_tests_touch_no_earlier_ones() {
        assert!(!touches_earlier_tests(&[changed("tests/test_words.py", "", TEST), program("")]));
        assert!(touches_earlier_tests(&[changed("tests/conftest.py", "", "import app\n")]));
        assert!(touches_earlier_tests(&[changed("tests/test_slug.py", TEST, "")]));
        let reaches = format!("{TEST}\n\nimport other\n\nother.SlugTest.test_small = lambda self: None\n");
        assert!(touches_earlier_tests(&[changed("tests/test_words.py", "", &reaches)]));
    }
}
