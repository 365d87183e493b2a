//! The tests of a change, before and after: which are gone, which are left out, and which expect less.

use std::collections::BTreeSet;

use super::case::{Case, Skip, cases};
use super::change::{Changed, Kind, kind};
use super::context::{Context, is_comment};
use super::double;
use super::expect::{self, Expected};
use super::guard;
use super::held;
use super::patch;
use crate::domain::tampering::Suspicion;

/// How alike two tests of one name are that are one, moved.
const MOVED: f64 = 0.2;
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

/// The tests of all changed files, those of before beside those of after.
struct Matched<'a> {
    /// As it was, and as it is.
    pairs: Vec<(Placed<'a>, Placed<'a>)>,
    gone: Vec<Placed<'a>>,
    come: Vec<Placed<'a>>,
}

/// A test with the file that it stands in.
struct Placed<'a> {
    file: &'a Changed,
    case: Case,
}

/// Compares the tests of all changed files.
pub fn compare(files: &[Changed], context: &Context<'_>) -> Compared {
    let Matched { pairs, gone, come } = matched(files);
    let mut compared = Compared::default();
    for (before, after) in &pairs {
        pair(before, after, context, &mut compared);
    }
    scripts(files, context, &mut compared);
    compared.found.extend(held::emptied_helpers(files));
    let come = come.iter().filter(|placed| placed.case.skip != Skip::Always).count();
    let replaced = context.shrinks || come >= gone.len();
    let all = files.iter().flat_map(|file| cases(&file.path, &file.new));
    let kept: Vec<Case> = all.filter(|case| case.skip == Skip::Run).collect();
    let explained = |case: &Case| {
        (replaced && went_with_product(case, context))
            || is_merged(case, context)
            || is_spread(case, context)
            || never_failed(case)
    };
    removed(&gone, &kept, &explained, &mut compared);
    compared
}

/// The tests of files of tests that are run and were neither there before, nor are one that was renamed or moved: the path
/// of each, and its name without its group.
pub fn come(files: &[Changed]) -> Vec<(String, String)> {
    let come = matched(files).come.into_iter();
    let run = come.filter(|placed| kind(&placed.file.path) == Kind::Test && placed.case.skip == Skip::Run);
    let name = |case: &Case| case.name.rsplit(" › ").next().unwrap_or(&case.name).to_owned();
    run.map(|placed| (placed.file.path.clone(), name(&placed.case))).collect()
}

/// The tests that a change leaves there, as they were and as they are, each with the path of its file.
pub(super) fn matched_pairs(files: &[Changed]) -> Vec<((&str, Case), Case)> {
    let pairs = matched(files).pairs.into_iter();
    pairs.map(|(before, after)| ((before.file.old_path.as_str(), before.case), after.case)).collect()
}

/// Finds each test again: by its name and file, or else by what it does.
fn matched(files: &[Changed]) -> Matched<'_> {
    let old = placed(files, |file| (file.old_path.as_str(), file.old.as_str()));
    let mut new: Vec<Option<Placed<'_>>> =
        placed(files, |file| (file.path.as_str(), file.new.as_str())).into_iter().map(Some).collect();
    let (mut pairs, mut left, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for before in old {
        let same = |after: &Option<Placed<'_>>| {
            after.as_ref().is_some_and(|after| {
                after.case.name == before.case.name && after.file.path == before.file.path
            })
        };
        match new.iter().position(same).and_then(|at| new.get_mut(at)?.take()) {
            Some(after) => pairs.push((before, after)),
            None => left.push(before),
        }
    }
    for before in left {
        match again(&before.case, &new).and_then(|at| new.get_mut(at)?.take()) {
            Some(after) => pairs.push((before, after)),
            None => gone.push(before),
        }
    }
    Matched { pairs, gone, come: new.into_iter().flatten().collect() }
}

/// The tests of all files, as they were or as they are.
fn placed(files: &[Changed], text: fn(&Changed) -> (&str, &str)) -> Vec<Placed<'_>> {
    let of_file = |file| {
        let (path, text) = text(file);
        cases(path, text).into_iter().map(move |case| Placed { file, case })
    };
    let may_test = |file: &&Changed| kind(&file.path) != Kind::Gate || file.path.ends_with("CMakeLists.txt");
    files.iter().filter(may_test).flat_map(of_file).collect()
}

/// Where a test is that was moved or renamed.
fn again(before: &Case, new: &[Option<Placed<'_>>]) -> Option<usize> {
    let last = |name: &str| name.rsplit(" › ").next().unwrap_or(name).to_owned();
    let scores = |least: f64| {
        let all = new.iter().enumerate();
        let all = all.filter_map(|(at, after)| Some((at, after.as_ref()?)));
        all.map(|(at, after)| (at, &after.case, likeness(before, &after.case)))
            .filter(move |(.., score)| *score >= least)
    };
    let moved = scores(MOVED).find(|(_, case, _)| last(&case.name) == last(&before.name));
    let alike = || scores(ALIKE).max_by(|one, other| one.2.total_cmp(&other.2));
    moved.or_else(alike).map(|(at, ..)| at)
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
        if sources_more(&before, &after) {
            let words = format!("{} reads another script, which may expect in its place", file.path);
            compared.to_read.push(words);
            continue;
        }
        pair(&Placed { file, case: before }, &Placed { file, case: after }, context, compared);
    }
}

/// How much two tests have in common, from 0 to 1.
fn likeness(one: &Case, other: &Case) -> f64 {
    let (one, other) = (body(one), body(other));
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

/// The tokens of a test, but for its name and the line that gives it.
fn body(case: &Case) -> BTreeSet<String> {
    let own = case.name.rsplit(" › ").next().unwrap_or(&case.name);
    let header = case.lines.iter().position(|line| line.contains(own));
    let lines = case.lines.iter().enumerate().filter(|(at, _)| Some(*at) != header);
    lines.flat_map(|(_, line)| expect::tokens(line)).filter(|token| token != own).collect()
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

/// What goes through the cases of a test, and is gone where each case is a test of its own.
const SCAFFOLD: &[&str] =
    &["subTest", "parametrize", "param", "each", "zip", "enumerate", "range", "items", "case", "test_case"];

/// Whether every value of a test that goes through cases, and all that it calls, is found again in what was added.
fn is_spread(case: &Case, context: &Context<'_>) -> bool {
    let lines = || case.lines.iter().filter(|line| !is_comment(line));
    let known: BTreeSet<String> = lines().flat_map(|line| expect::tokens(line)).collect();
    // The names of a table's columns are no values.
    let names = |literal: &String| {
        let mut parts = literal.trim_matches('"').split(',').map(str::trim);
        literal.starts_with('"') && parts.all(|part| known.contains(part))
    };
    let values: BTreeSet<String> = lines().flat_map(|line| expect::literals(line)).collect();
    let values: Vec<&String> = values.iter().filter(|value| value.len() > 1 && !names(value)).collect();
    let own = case.name.rsplit(" › ").next().unwrap_or(&case.name);
    let called = case.lines.iter().flat_map(|line| double::called(line));
    let mut called = called.filter(|name| name != own && !SCAFFOLD.contains(&name.as_str()));
    context.expects_more
        && values.len() > 1
        && values.into_iter().all(|value| context.has(value))
        && called.all(|name| context.has(&name))
}

/// Whether a test expects something, and nothing that could have failed.
fn never_failed(case: &Case) -> bool {
    let mut expected = case.lines.iter().filter_map(|line| Expected::of(line)).peekable();
    expected.peek().is_some() && expected.all(|expected| !expected.can_fail())
}

/// Whether a test uses what the product no longer has.
fn went_with_product(case: &Case, context: &Context<'_>) -> bool {
    body(case).iter().any(|token| context.vanished.contains(token) && !context.has(token))
}

/// What a condition asks that is about the system, and not about who runs the test.
const PLATFORM: &[&str] = &[
    "platform",
    "os.name",
    "win32",
    "version_info",
    "goos",
    "goarch",
    "target_os",
    "cfg(windows)",
    "cfg(unix)",
];

/// Whether what a test is newly skipped under is the system that it runs on.
fn is_of_platform(before: &Case, after: &Case) -> bool {
    let come = after.lines.iter().filter(|line| !before.lines.contains(line));
    let mut asks = come
        .map(|line| line.to_lowercase())
        .filter(|line| line.contains("skip") || line.contains("cfg"))
        .peekable();
    asks.peek().is_some() && asks.all(|line| PLATFORM.iter().any(|word| line.contains(word)))
}

/// Whether words name a test or its file.
fn is_named(case: &Case, path: &str, words: &str) -> bool {
    let own = case.name.rsplit(" › ").next().unwrap_or(&case.name);
    let file = path.rsplit('/').next().unwrap_or(path);
    words.contains(file) || own.contains('_') && words.contains(own)
}

/// Whether a shell's script reads another one that it did not read before.
fn sources_more(before: &Case, after: &Case) -> bool {
    let sources =
        |line: &&String| line.trim_start().starts_with(". ") || line.trim_start().starts_with("source ");
    after.lines.iter().filter(sources).any(|line| !before.lines.contains(line))
}

/// A test that is left out more than it was.
fn skipped(before: &Placed<'_>, after: &Placed<'_>, hunk: String, compared: &mut Compared) {
    let (path, name) = (&after.file.path, &after.case.name);
    if after.case.skip == Skip::Always {
        let words = format!("a test is skipped that was run: {name} in {path}");
        compared.found.push(Suspicion::blocking(words, hunk));
    } else if is_of_platform(&before.case, &after.case) {
        // That it is skipped here, the runs would say.
        compared.to_read.push(format!("{name} in {path} is skipped on some systems now"));
    } else {
        let words = format!("a test is skipped under a condition now: {name} in {path}");
        compared.found.push(Suspicion::doubtful(words, hunk));
    }
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
        skipped(before, after, hunk(), compared);
        return;
    }
    if let Some(silenced) = guard::silenced(path, &before.case.lines, &after.case.lines) {
        let words = format!("{}: {name} in {path}", silenced.words);
        if silenced.by_machine {
            compared.to_read.push(words);
        } else {
            compared.found.push(Suspicion::blocking(words, hunk()));
            return;
        }
    }
    if context.helpers.is_emptied(&before.case, &after.case) {
        let words = format!("nothing is expected any more in a test: {name} in {path}");
        compared.found.push(Suspicion::blocking(words, hunk()));
        return;
    }
    let text = |case: &Case| case.lines.join("\n");
    let elsewhere = expect::Elsewhere {
        has: &|token| context.added.contains(token),
        lost: &|line| context.lost.contains(line),
        expects_more: context.expects_more,
    };
    let change = expect::change(&text(&before.case), &text(&after.case), &elsewhere);
    if let Some(line) = double::replaced(&before.case.lines, &after.case.lines) {
        let words = format!("what is tested is replaced in the test now: `{line}`: {name} in {path}");
        compared.found.push(Suspicion::blocking(words, hunk()));
    }
    if let Some(words) = &change.slower {
        compared.found.push(Suspicion::doubtful(format!("{words}: {name} in {path}"), hunk()));
    }
    match expect::judge(&change, context.asked, context.product_changed, &|token| {
        context.shrinks && context.vanished.contains(token)
    }) {
        expect::Judgement::Sound => {}
        expect::Judgement::ToRead(words) => compared.to_read.push(format!("{name} in {path}: {words}")),
        // Who names the test asks for what becomes of it.
        expect::Judgement::Unasked(words) if is_named(&before.case, path, &context.asked.words) => {
            compared.to_read.push(format!("{name} in {path}: {words}"));
        }
        expect::Judgement::Weaker(words) | expect::Judgement::Unasked(words) => {
            compared.found.push(Suspicion::blocking(format!("{words}: {name} in {path}"), hunk()));
        }
    }
}
