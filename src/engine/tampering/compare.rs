//! The tests of a change, before and after: which are gone, which are left out, and which expect less.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::case::{Case, Skip, cases};
use super::change::{Changed, Kind, kind, surplus};
use super::expect::{self, Asked, Expected};
use super::patch;
use crate::domain::tampering::Suspicion;

/// How alike two tests are that are one, renamed.
const ALIKE: f64 = 0.5;
/// How much of a test is found again where it was merged into others.
const MERGED: f64 = 0.7;
/// How much of a test another one has that makes it superfluous.
const DUPLICATE: f64 = 0.95;

/// What a change does to tests.
#[derive(Debug, Default)]
pub struct Compared {
    pub found: Vec<Suspicion>,
    /// Expectations that changed together with the code: a reader judges whether the work asks for it.
    pub to_read: Vec<String>,
    /// How many tests are gone for a reason that shows in the change.
    pub explained: usize,
}

/// A test with the file that it stands in.
struct Placed<'a> {
    file: &'a Changed,
    case: Case,
}

/// What the rest of a change says, which explains what became of tests.
pub struct Context<'a> {
    pub asked: &'a Asked,
    /// Everything that was added to tests and to what they read.
    added: BTreeSet<String>,
    /// Whether a line was added that expects something.
    expects_more: bool,
    /// Lines that all tests together have less often than before.
    lost: BTreeSet<String>,
    /// Names and texts that the product had and has no more.
    vanished: BTreeSet<String>,
    /// Whether the product defines less, or says less, than before.
    shrinks: bool,
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
            let of_tests = |path: &str, text: &str| -> Vec<String> {
                let run = cases(path, text).into_iter().filter(|case| case.skip != Skip::Always);
                run.flat_map(|case| case.lines).collect()
            };
            let (before, after) = (of_tests(&file.old_path, &file.old), of_tests(&file.path, &file.new));
            let kind = if super::gate::is_named(&file.path, &asked.commands) {
                Kind::Gate
            } else {
                kind(&file.path)
            };
            match kind {
                Kind::Test | Kind::Reference => {
                    context.adds(&file.added());
                    context.added.extend(file.added().iter().map(|line| expect::as_text(line)));
                }
                Kind::Gate | Kind::Prose => {}
                Kind::Product => {
                    let (was, is) = (before.join("\n"), after.join("\n"));
                    context.adds(&file.added());
                    let (was, is) = (surplus(&file.old, &was), surplus(&file.new, &is));
                    let said = |lines: &[&str]| {
                        lines
                            .iter()
                            .filter(|line| !is_comment(line))
                            .map(|line| format!("{line}\n"))
                            .collect::<String>()
                    };
                    let (was, is) = (said(&was), said(&is));
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
    fn has(&self, token: &String) -> bool {
        self.added.contains(token)
    }
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
            if DEFINES.as_ref().is_some_and(|defines| defines.is_match(line)) {
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

fn is_comment(line: &str) -> bool {
    let said = line.trim_start();
    (said.starts_with('#') && !said.starts_with("#["))
        || said.starts_with("//")
        || said.starts_with("* ")
        || said.starts_with("/*")
}

/// Compares the tests of all changed files.
pub fn compare(files: &[Changed], context: &Context<'_>) -> Compared {
    let place = |text: fn(&Changed) -> (&str, &str)| -> Vec<Placed<'_>> {
        let of_file = |file| {
            let (path, text) = text(file);
            cases(path, text).into_iter().map(move |case| Placed { file, case })
        };
        files
            .iter()
            .filter(|file| kind(&file.path) != Kind::Gate || file.path.ends_with("CMakeLists.txt"))
            .flat_map(of_file)
            .collect()
    };
    let old = place(|file| (file.old_path.as_str(), file.old.as_str()));
    let mut new: Vec<Option<Placed<'_>>> =
        place(|file| (file.path.as_str(), file.new.as_str())).into_iter().map(Some).collect();
    let mut compared = Compared::default();
    let mut left = Vec::new();
    for before in old {
        let same = |after: &Option<Placed<'_>>| {
            after.as_ref().is_some_and(|after| {
                after.case.name == before.case.name && after.file.path == before.file.path
            })
        };
        match new.iter().position(same).and_then(|at| new.get_mut(at)?.take()) {
            Some(after) => pair(&before, &after, context, &mut compared),
            None => left.push(before),
        }
    }
    let mut gone = Vec::new();
    for before in left {
        let last = |name: &str| name.rsplit(" › ").next().unwrap_or(name).to_owned();
        let moved = new.iter().position(|after| {
            after.as_ref().is_some_and(|after| {
                last(&after.case.name) == last(&before.case.name) && likeness(&before.case, &after.case) > 0.2
            })
        });
        let alike = || {
            let scores = new
                .iter()
                .enumerate()
                .filter_map(|(at, after)| Some((at, likeness(&before.case, &after.as_ref()?.case))));
            scores.filter(|(_, score)| *score >= ALIKE).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
        };
        match moved.or_else(alike).and_then(|at| new.get_mut(at)?.take()) {
            Some(after) => pair(&before, &after, context, &mut compared),
            None => gone.push(before),
        }
    }
    scripts(files, context, &mut compared);
    let come: Vec<&Case> =
        new.iter().flatten().map(|placed| &placed.case).filter(|case| case.skip != Skip::Always).collect();
    let replaced = context.shrinks || come.len() >= gone.len();
    let kept: Vec<Case> = files
        .iter()
        .flat_map(|file| cases(&file.path, &file.new))
        .filter(|case| case.skip == Skip::Run)
        .collect();
    removed(
        &gone,
        &kept,
        &|case| (replaced && went_with_product(case, context)) || is_merged(case, context),
        &mut compared,
    );
    compared
}

/// Scripts that the gate runs and that hold no named tests are one test each.
fn scripts(files: &[Changed], context: &Context<'_>, compared: &mut Compared) {
    let is_script = |file: &&Changed| {
        let is_shell =
            [".sh", ".bash"].iter().any(|ending| file.path.ends_with(ending)) || !file.path.contains('.');
        let commands = &context.asked.commands;
        (is_shell && kind(&file.path) == Kind::Test || super::gate::is_named(&file.path, commands))
            && kind(&file.path) != Kind::Gate
            && cases(&file.path, &file.old).is_empty()
            && !file.old.is_empty()
    };
    for file in files.iter().filter(is_script) {
        let case = |text: &str| Case {
            name: "the script".to_owned(),
            lines: text.lines().map(str::to_owned).collect(),
            skip: Skip::Run,
        };
        let (before, after) = (case(&file.old), case(&file.new));
        pair(&Placed { file, case: before }, &Placed { file, case: after }, context, compared);
    }
}

/// How much two tests have in common, from 0 to 1.
fn likeness(one: &Case, other: &Case) -> f64 {
    let tokens = |case: &Case| -> BTreeSet<String> {
        case.lines
            .iter()
            .filter(|line| !line.contains(&case.name))
            .flat_map(|line| expect::tokens(line))
            .collect()
    };
    let (one, other) = (tokens(one), tokens(other));
    ratio(one.intersection(&other).count(), one.union(&other).count())
}

/// A part of a whole; nothing of nothing is all of it.
fn ratio(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if whole == 0 { 1.0 } else { number(part) / number(whole) }
}

/// Tests that are gone, unless the change shows where they went or that what they tested is gone too.
fn removed(
    gone: &[Placed<'_>],
    kept: &[Case],
    is_explained: &dyn Fn(&Case) -> bool,
    compared: &mut Compared,
) {
    let mut by_file: Vec<(&str, Vec<&Placed<'_>>)> = Vec::new();
    for placed in gone {
        let case = &placed.case;
        if case.skip == Skip::Always || is_explained(case) || kept.iter().any(|other| is_within(case, other))
        {
            compared.explained += 1;
            continue;
        }
        match by_file.iter_mut().find(|(path, _)| *path == placed.file.old_path) {
            Some((_, cases)) => cases.push(placed),
            None => by_file.push((&placed.file.old_path, vec![placed])),
        }
    }
    for (path, cases) in by_file {
        let names: Vec<&str> = cases.iter().map(|placed| placed.case.name.as_str()).collect();
        let hunk: String = cases.iter().map(|placed| patch::of(path, &placed.case.lines, &[])).collect();
        let what = if names.len() == 1 { "a test is" } else { "tests are" };
        let words = format!("{what} removed in {path} while what it tests stays: {}", names.join(", "));
        compared.found.push(Suspicion::blocking(words, hunk));
    }
}

/// The tokens of a test, but for its name.
fn body(case: &Case) -> BTreeSet<String> {
    let own = case.name.rsplit(" › ").next().unwrap_or(&case.name);
    case.lines.iter().flat_map(|line| expect::tokens(line)).filter(|token| token != own).collect()
}

/// Whether one test does nothing that the other does not do.
fn is_within(case: &Case, other: &Case) -> bool {
    let (one, other_body) = (body(case), body(other));
    let expects = |case: &Case| case.lines.iter().any(|line| Expected::of(line).is_some());
    let expected =
        case.lines.iter().filter_map(|line| Expected::of(line)).flat_map(|expected| expected.literals);
    expects(case)
        && ratio(one.intersection(&other_body).count(), one.len()) >= DUPLICATE
        && expected.into_iter().all(|literal| other_body.contains(&literal))
}

/// Whether what a test did is found again in what was added to tests.
fn is_merged(case: &Case, context: &Context<'_>) -> bool {
    let body = body(case);
    let telling: Vec<&String> = body.iter().filter(|token| token.len() > 1).collect();
    let asserted: Vec<Expected> = case.lines.iter().filter_map(|line| Expected::of(line)).collect();
    let literals: Vec<&String> = asserted.iter().flat_map(|expected| &expected.literals).collect();
    context.expects_more
        && !telling.is_empty()
        && literals.iter().all(|literal| context.has(literal))
        && ratio(telling.iter().filter(|token| context.has(token)).count(), telling.len()) >= MERGED
}

/// Whether a test uses what the product no longer has.
fn went_with_product(case: &Case, context: &Context<'_>) -> bool {
    body(case).iter().any(|token| context.vanished.contains(token) && !context.has(token))
}

/// One test, as it was and as it is.
fn pair(before: &Placed<'_>, after: &Placed<'_>, context: &Context<'_>, compared: &mut Compared) {
    let (path, name) = (&after.file.path, &after.case.name);
    let hunk = || {
        if before.case.lines != after.case.lines {
            return patch::of(path, &before.case.lines, &after.case.lines);
        }
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        patch::of(path, &lines(&before.file.old), &lines(&after.file.new))
    };
    if after.case.skip > before.case.skip {
        compared.found.push(match after.case.skip {
            Skip::Always => {
                Suspicion::blocking(format!("a test is skipped that was run: {name} in {path}"), hunk())
            }
            Skip::Sometimes | Skip::Run => Suspicion::doubtful(
                format!("a test is skipped under a condition now: {name} in {path}"),
                hunk(),
            ),
        });
        return;
    }
    let text = |case: &Case| case.lines.join("\n");
    let elsewhere = expect::Elsewhere {
        has: &|token| context.added.contains(token),
        lost: &|line| context.lost.contains(line),
        expects_more: context.expects_more,
    };
    let change = expect::change(&text(&before.case), &text(&after.case), &elsewhere);
    match expect::judge(&change, context.asked, context.product_changed, &|token| {
        context.shrinks && context.vanished.contains(token)
    }) {
        expect::Judgement::Sound => {}
        expect::Judgement::ToRead(words) => compared.to_read.push(format!("{name} in {path}: {words}")),
        expect::Judgement::Weaker(words) => {
            compared.found.push(Suspicion::blocking(format!("{words}: {name} in {path}"), hunk()));
        }
    }
}
