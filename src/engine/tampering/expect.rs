//! What a test expects, line by line, and whether a change of it expects less.

use std::collections::BTreeSet;

use super::change::surplus;
use super::context::is_comment;
use super::expect_words::{
    ALWAYS, BOUNDS, COMPARING, COMPLAINS, EXACT, EXPECTS, IDLE, INVERTS, LITERAL, LOOSE, MATCHER, NEGATED,
    ROW, SIDES, SWALLOWS, TEXT, TOKEN, is,
};
use super::leeway;

/// What the work asks for, in the words of its feature and assertions.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The environment's commands.
    pub commands: Vec<String>,
    /// Title, description, criteria and statements.
    pub words: String,
}

/// A line that expects something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "signs of one line, each of which may hold with any other")]
pub struct Expected {
    pub line: String,
    /// Texts and numbers in it, without those that say no more than yes or no.
    pub literals: Vec<String>,
    exact: bool,
    loose: bool,
    /// It holds whatever the program does.
    always: bool,
    /// It says so little that no program that runs fails it: of which type something is, or a code that may be any.
    idle: bool,
    /// It wants something else than the value.
    negated: bool,
}

/// What became of a test's expectations.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "signs of one change, each of which may hold with any other"
)]
pub struct Change {
    /// Those that could fail.
    removed: Vec<Expected>,
    /// How many went that held whatever the program did.
    was_always: usize,
    added: Vec<Expected>,
    /// Literals that no line of the tests has any more.
    lost: Vec<String>,
    /// Literals that are new.
    gained: Vec<String>,
    /// Expectations of which nothing is left in the tests.
    lost_lines: usize,
    swallows: bool,
    /// Nothing is expected any more.
    bare: bool,
    /// Rows of a table are gone, and none came.
    fewer_rows: bool,
    /// Values of rows that are gone where others came, and those that came.
    other_rows: (Vec<String>, Vec<String>),
    /// How it bears more than before, in words.
    looser: Option<String>,
    /// It may take many times as long as before, in words.
    pub(super) slower: Option<String>,
    /// What it expects stays, and it is expected to fail.
    inverted: bool,
}

/// What a change of expectations comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Judgement {
    Sound,
    /// It may be what was asked for.
    ToRead(String),
    /// Another value, for which nothing asks by its words.
    Unasked(String),
    Weaker(String),
}

/// Whether a value is compared with itself.
fn is_same_twice(line: &str) -> bool {
    let Some(found) = SIDES.as_ref().and_then(|sides| sides.captures(line)) else { return false };
    let sides: Vec<&str> = found.iter().skip(1).flatten().map(|side| side.as_str()).collect();
    // What is called twice may differ.
    sides.first() == sides.get(1) && !sides.iter().any(|side| side.contains('('))
}

/// The names, numbers and texts of a line; texts stand in quotes.
pub fn tokens(line: &str) -> Vec<String> {
    let mut found = literals(line);
    if let (Some(token), Some(text)) = (TOKEN.as_ref(), TEXT.as_ref()) {
        let bare = text.replace_all(line, " ");
        found.extend(token.find_iter(&bare).map(|token| token.as_str().to_owned()));
    }
    found
}

/// All words of a line, those in texts too.
pub fn words(line: &str) -> Vec<String> {
    TOKEN
        .as_ref()
        .map(|token| token.find_iter(line).map(|word| word.as_str().to_owned()).collect())
        .unwrap_or_default()
}

/// What a line of data says beside its words: the whole of it, as a program names it.
pub fn as_text(line: &str) -> String {
    format!("\"{}\"", line.trim())
}

/// The name of a file without its ending, as a program names it that uses it.
pub fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// A line with its texts taken out.
pub fn without_texts(line: &str) -> String {
    TEXT.as_ref().map_or_else(|| line.to_owned(), |text| text.replace_all(line, "\"\"").into_owned())
}

/// The texts and numbers of a line.
pub fn literals(line: &str) -> Vec<String> {
    let Some(literal) = LITERAL.as_ref() else { return Vec::new() };
    let all = literal.captures_iter(line).filter_map(|found| match found.get(4) {
        Some(number) => Some(number.as_str().to_owned()),
        None => found
            .iter()
            .skip(1)
            .flatten()
            .next()
            .map(|text| text.as_str())
            .filter(|text| !text.trim().is_empty())
            .map(as_text),
    });
    all.collect()
}

/// The part of an expectation that says what is expected; what is asked stands before it.
fn wanted(line: &str) -> &str {
    if let Some(matcher) = MATCHER.as_ref().and_then(|matcher| matcher.find_iter(line).last()) {
        return line.get(matcher.start()..).unwrap_or(line);
    }
    match line.rsplit_once("==") {
        Some((_, right)) if line.matches("==").count() == 1 && !literals(right).is_empty() => right,
        _ => line,
    }
}

impl Expected {
    /// What a line expects, if it expects something.
    pub fn of(line: &str) -> Option<Self> {
        let said = line.trim();
        let is_comment =
            ["//", "#", "*", "/*", "--"].iter().any(|mark| said.starts_with(mark)) && !said.starts_with("#[");
        if is_comment
            || !is(&EXPECTS, said)
            || said.starts_with("def ")
            || said.starts_with("fn ")
            || said.starts_with("import ")
            || said.starts_with("use ")
        {
            return None;
        }
        // What Go's tests say when they fail is no expectation: the condition above it is.
        if is(&COMPLAINS, said) {
            return None;
        }
        let mut literals = literals(&leeway::without(wanted(said)));
        // A shell's variables are no values.
        literals.retain(|literal| !literal.starts_with("\"$"));
        let (exact, loose) = (is(&EXACT, said), is(&LOOSE, said));
        Some(Self {
            line: said.to_owned(),
            literals,
            exact,
            loose,
            always: is(&ALWAYS, said) || is_same_twice(said),
            idle: is(&IDLE, said),
            negated: is(&NEGATED, said),
        })
    }

    /// Whether any program fails it.
    pub fn can_fail(&self) -> bool {
        !self.always && !self.idle
    }

    /// What it asks: its names, without those of the way it compares.
    fn asks(&self) -> BTreeSet<String> {
        let names = words(&without_texts(&self.line)).into_iter();
        names
            .filter(|name| !is(&COMPARING, name) && !name.starts_with(|c: char| c.is_ascii_digit()))
            .collect()
    }
}

/// What the tests of the whole change say beside the one that is looked at.
pub struct Elsewhere<'a> {
    /// Whether something was added to any test.
    pub has: &'a dyn Fn(&String) -> bool,
    /// Whether all tests together have a line less often than before.
    pub lost: &'a dyn Fn(&str) -> bool,
    /// Whether a line was added to any test that expects something.
    pub expects_more: bool,
}

/// What became of the expectations of a test.
pub fn change(before: &str, after: &str, elsewhere: &Elsewhere<'_>) -> Change {
    let (gone, come) = (surplus(before, after), surplus(after, before));
    let expected = |lines: &[&str]| lines.iter().filter_map(|line| Expected::of(line)).collect::<Vec<_>>();
    let (mut removed, added) = (expected(&gone), expected(&come));
    removed.retain(|expected| (elsewhere.lost)(&expected.line));
    let was_always = removed.iter().filter(|expected| expected.always).count();
    // What could not fail is no loss.
    removed.retain(Expected::can_fail);
    // What is only a comment any more is not there.
    let tokens_of =
        |text: &str| text.lines().filter(|line| !is_comment(line)).flat_map(tokens).collect::<BTreeSet<_>>();
    let (known, present) = (tokens_of(before), tokens_of(after));
    let is_kept = |token: &String| present.contains(token) || (elsewhere.has)(token);
    let mut lost: Vec<String> = Vec::new();
    for literal in removed.iter().flat_map(|expected| &expected.literals) {
        if !is_kept(literal) && !lost.contains(literal) {
            lost.push(literal.clone());
        }
    }
    let lost_lines = removed.iter().filter(|expected| {
        let all = tokens(&expected.line);
        all.iter().filter(|token| is_kept(token)).count() * 10 < all.len() * 7
    });
    let lost_lines = lost_lines.count();
    let gained = added
        .iter()
        .flat_map(|expected| expected.literals.clone())
        .filter(|literal| !known.contains(literal))
        .collect();
    let swallowed = |lines: &[&str]| lines.iter().filter(|line| is(&SWALLOWS, line)).count();
    let expects = |text: &str| text.lines().any(|line| Expected::of(line).is_some());
    let rows = |lines: &[&str]| -> Vec<String> {
        let rows = lines.iter().filter(|line| is(&ROW, line) && Expected::of(line).is_none());
        rows.flat_map(|line| literals(line)).collect()
    };
    let rows_lost: Vec<String> = rows(&gone).into_iter().filter(|literal| !is_kept(literal)).collect();
    let rows_gained: Vec<String> =
        rows(&come).into_iter().filter(|literal| !known.contains(literal)).collect();
    let fewer_rows = !rows_lost.is_empty() && rows_gained.is_empty();
    let bare = !removed.is_empty() && !expects(after) && !elsewhere.expects_more;
    let marked = |lines: &[&str]| lines.iter().any(|line| is(&INVERTS, line) && !is_comment(line));
    Change {
        other_rows: (rows_lost, rows_gained),
        looser: leeway::looser(&gone, &come),
        slower: leeway::slower(&gone, &come),
        inverted: marked(&come) && !marked(&gone) && removed.is_empty(),
        lost_lines,
        swallows: swallowed(&come) > swallowed(&gone),
        removed,
        was_always,
        added,
        lost,
        gained,
        bare,
        fewer_rows,
    }
}

/// Whether a change expects less.
pub fn judge(
    change: &Change,
    asked: &Asked,
    product_changed: bool,
    vanished: &dyn Fn(&String) -> bool,
) -> Judgement {
    let gone_with_product = !change.lost.is_empty() && change.lost.iter().all(vanished);
    let weaker = |words: &str| Judgement::Weaker(words.to_owned());
    if change.added.iter().filter(|expected| expected.always).count() > change.was_always {
        return weaker("an expectation holds now whatever the program does");
    }
    if change.swallows {
        return weaker("a failed expectation is swallowed now");
    }
    if change.inverted {
        return weaker("a test is expected to fail now");
    }
    if let Some(words) = &change.looser {
        return Judgement::Weaker(words.clone());
    }
    if change.fewer_rows {
        return weaker("a test goes through fewer cases");
    }
    if change.removed.is_empty() {
        let (lost, gained) = &change.other_rows;
        if lost.is_empty() {
            return Judgement::Sound;
        }
        return Judgement::ToRead(format!("{} in its cases before, {} now", shown(lost), shown(gained)));
    }
    let (fewer, says_less) = (change.added.len() < change.removed.len(), !change.lost.is_empty());
    if change.bare || fewer && (says_less || change.lost_lines > 0) {
        return weaker("an expectation is removed from a test");
    }
    if is_less_exact(change) {
        return weaker("an expectation is less exact than it was");
    }
    if !says_less {
        return Judgement::Sound;
    }
    if gone_with_product {
        return Judgement::ToRead("what it expected is gone from the program".to_owned());
    }
    if change.gained.is_empty() {
        return weaker("a test no longer names what it expects");
    }
    changed_value(change, asked, product_changed)
}

/// How many other outcomes a line is content with.
fn offers(expected: &Expected) -> usize {
    let bare = without_texts(&expected.line);
    bare.matches(" or ").count() + bare.matches("||").count()
}

/// Whether the same value is looked for less strictly.
fn is_less_exact(change: &Change) -> bool {
    let same = |old: &Expected, new: &Expected| {
        !old.literals.is_empty() && old.literals.iter().all(|literal| new.literals.contains(literal))
    };
    // Of the same thing no value is named any more, and any that is no other one, or large enough, will do.
    let same_asked = |old: &Expected, new: &Expected| {
        !old.literals.is_empty() && old.asks() == new.asks() && is(&BOUNDS, &new.line)
    };
    // A part of the text that it named, or a pattern that many texts fit.
    let part = |old: &Expected, new: &Expected| {
        let bare = |literal: &str| literal.trim_matches('"').to_lowercase();
        let wider = |literal: &String| {
            let new = bare(literal);
            !literal.is_empty()
                && !old.literals.contains(literal)
                && old.literals.iter().map(|old| bare(old)).any(|old| {
                    new.len() > 2 && old.contains(&new)
                        || old.len() > 2 && new.contains(&old) && new.contains(['(', '*', '.', '?', '|', '['])
                })
        };
        new.loose && !new.exact && new.literals.iter().any(wider)
    };
    change.removed.iter().filter(|old| old.exact).any(|old| {
        let again =
            change.added.iter().filter(|new| same(old, new) || same_asked(old, new) || part(old, new));
        let mut again = again.peekable();
        again.peek().is_some()
            && again.all(|new| {
                new.loose && !new.exact || new.negated && !old.negated || offers(new) > offers(old)
            })
    })
}

/// Another value is expected: asked for, or only made to fit.
fn changed_value(change: &Change, asked: &Asked, product_changed: bool) -> Judgement {
    let names = |literal: &String| {
        let words = literal.trim_matches('"').trim();
        words.chars().count() > 2 && asked.words.contains(words)
    };
    // The same number with more digits says more.
    let is_finer = |old: &String| {
        old.contains('.') && !old.starts_with('"') && change.gained.iter().any(|new| new.starts_with(old))
    };
    if change.lost.iter().all(is_finer) {
        return Judgement::Sound;
    }
    let words = format!("{} expected before, {} now", shown(&change.lost), shown(&change.gained));
    if change.lost.iter().any(names) && !change.gained.iter().any(names) {
        return Judgement::Unasked(format!("what a test expects no longer is what was asked for ({words})"));
    }
    if change.gained.iter().any(names) {
        return Judgement::Sound;
    }
    if product_changed {
        return Judgement::ToRead(words);
    }
    Judgement::Unasked(format!("what a test expects was changed and the program was not ({words})"))
}

/// Some values, for a sentence.
fn shown(literals: &[String]) -> String {
    let texts: Vec<String> =
        literals.iter().take(3).map(|text| format!("`{}`", text.trim_matches('"'))).collect();
    texts.join(", ")
}
