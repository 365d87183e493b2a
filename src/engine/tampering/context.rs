//! What a change as a whole says of its tests and of the product: it explains what became of single tests.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::case::{Skip, cases};
use super::change::{Changed, Kind, kind, surplus};
use super::expect::{self, Asked, Expected};
use super::held::Helpers;

/// What the rest of a change says, which explains what became of tests.
pub struct Context<'a> {
    pub asked: &'a Asked,
    /// What tests may leave it to that they expect something.
    pub(super) helpers: Helpers,
    /// Everything that was added to tests and to what they read.
    pub(super) added: BTreeSet<String>,
    /// Whether a line was added that expects something.
    pub(super) expects_more: bool,
    /// Lines that all tests together have less often than before.
    pub(super) lost: BTreeSet<String>,
    /// Names and texts that the product had and has no more.
    pub(super) vanished: BTreeSet<String>,
    /// Whether the product defines less, or says less, than before.
    pub(super) shrinks: bool,
    pub product_changed: bool,
}

/// A line that defines a name.
static DEFINES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(pub(\([\w ]+\))?|export|default|async|public|private|protected|static|final|abstract|func|function|fn|def|class|struct|enum|trait|interface|type|const|module|mod|package|let|var|val)\b").ok()
});

impl<'a> Context<'a> {
    pub fn of(files: &[Changed], asked: &'a Asked) -> Self {
        let mut context = Self {
            asked,
            helpers: Helpers::of(files.iter().map(|file| (file.path.as_str(), file.new.as_str()))),
            added: BTreeSet::new(),
            expects_more: false,
            lost: BTreeSet::new(),
            vanished: BTreeSet::new(),
            shrinks: false,
            product_changed: false,
        };
        let (mut old_tests, mut new_tests) = (Vec::new(), Vec::new());
        let (mut old, mut new) = (Product::default(), Product::default());
        for file in files {
            let (before, after) = (tests_of(&file.old_path, &file.old), tests_of(&file.path, &file.new));
            match kind_of(file, asked) {
                Kind::Test | Kind::Reference => {
                    context.adds(&file.added());
                    context.added.extend(file.added().iter().map(|line| expect::as_text(line)));
                }
                Kind::Gate | Kind::Prose => {}
                Kind::Product => {
                    context.adds(&file.added());
                    let (was, is) = (said(&file.old, &before), said(&file.new, &after));
                    context.product_changed |=
                        !surplus(&was, &is).is_empty() || !surplus(&is, &was).is_empty();
                    old.take(&was);
                    new.take(&is);
                    if file.new.is_empty() {
                        old.names.insert(expect::stem(&file.old_path));
                    }
                }
            }
            if before.is_empty() && after.is_empty() {
                old_tests.extend(file.old.lines().map(str::to_owned));
                new_tests.extend(file.new.lines().map(str::to_owned));
            }
            old_tests.extend(before);
            new_tests.extend(after);
        }
        context.lost = surplus(&old_tests.join("\n"), &new_tests.join("\n"))
            .iter()
            .map(|line| line.trim().to_owned())
            .collect();
        context.vanished =
            old.names.difference(&new.words).filter(|token| token.len() > 2).cloned().collect();
        context.shrinks = new.definitions < old.definitions || new.lines < old.lines;
        context
    }

    fn adds(&mut self, lines: &[&str]) {
        for line in lines.iter().filter(|line| !is_comment(line)) {
            self.added.extend(expect::tokens(line));
            self.expects_more |= Expected::of(line).is_some();
        }
    }

    /// Whether it is found again in what was added.
    pub(super) fn has(&self, token: &String) -> bool {
        self.added.contains(token)
    }
}

/// The lines of a file's tests that are run.
fn tests_of(path: &str, text: &str) -> Vec<String> {
    let run = cases(path, text).into_iter().filter(|case| case.skip != Skip::Always);
    run.flat_map(|case| case.lines).collect()
}

/// The lines of a text that are neither of its tests nor comments.
fn said(text: &str, tests: &[String]) -> String {
    let lines = surplus(text, &tests.join("\n")).into_iter().filter(|line| !is_comment(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// What a file is for; what the gate's commands name decides what is tested.
fn kind_of(file: &Changed, asked: &Asked) -> Kind {
    if super::gate::is_named(&file.path, &asked.commands) { Kind::Gate } else { kind(&file.path) }
}

/// What a product's text has.
#[derive(Default)]
struct Product {
    /// What it defines, and the texts in it.
    names: BTreeSet<String>,
    words: BTreeSet<String>,
    definitions: usize,
    lines: usize,
}

impl Product {
    fn take(&mut self, text: &str) {
        for line in text.lines() {
            let words = expect::tokens(line);
            if is_definition(line) {
                self.definitions += 1;
                self.names.extend(words.iter().cloned());
            } else {
                self.names.extend(expect::literals(line));
            }
            self.lines += 1;
            self.words.extend(words);
        }
    }
}

/// Whether a line defines a name.
pub(super) fn is_definition(line: &str) -> bool {
    DEFINES.as_ref().is_some_and(|defines| defines.is_match(line))
}

/// Whether a line says nothing to a program.
pub(super) fn is_comment(line: &str) -> bool {
    let said = line.trim_start();
    (said.starts_with('#') && !said.starts_with("#["))
        || said.starts_with("//")
        || said.starts_with("* ")
        || said.starts_with("/*")
}
