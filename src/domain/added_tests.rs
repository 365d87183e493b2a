//! The tests that a handoff adds or changes, held against what is there: whether anybody finds them, whether they would
//! notice that what was built is missing, and which of before fail as they were.

use serde::{Deserialize, Serialize};

use super::finding::Severity;
use super::id::FeatureId;
use super::text::{Line, Title, plural};

/// Names that are kept of tests that prove nothing.
pub const MOST_NAMES: usize = 40;
/// Names that a sentence has room for.
const NAMED: usize = 6;

/// What the engine saw of the tests that came with a feature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedTests {
    /// Tests that are new with the feature, passed at its head and were tried without what was built; 0 where none was.
    pub tried: u32,
    /// How many of them pass all the same: they prove nothing about the feature.
    pub hollow: u32,
    /// Their names; of very many the first.
    #[serde(default)]
    pub names: Vec<Title>,
    /// What the handoff names as added and nobody finds.
    #[serde(default)]
    pub missing: Vec<MissingTest>,
    /// Tests of before that fail or are not run, as they were, on the program as it is, where the work may ask for that.
    /// For what is held against the others there are findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regressed: Vec<Title>,
    /// Milliseconds it took to try them.
    pub wall_ms: u64,
    /// Whether it names tests, and the runs name none, so that nothing was compared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
}

/// A test that a handoff says it added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingTest {
    pub file: Title,
    /// Its name; nothing where the whole file is not there.
    #[serde(default)]
    pub case: Option<Title>,
    pub lack: Lack,
}

/// What is missing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// There is no such file at the commit.
    File,
    /// Neither a run nor the file knows a test of that name.
    Test,
    /// It stands in the file, and no test command runs it.
    Run,
    /// It is described and not named, and no run knows a test that is called like it.
    Words,
}

impl Lack {
    /// Whether what the handoff says is not so, beyond doubt.
    pub fn refutes(self) -> bool {
        matches!(self, Self::File | Self::Test)
    }

    fn words(self) -> &'static str {
        match self {
            Self::File => "there is no such file",
            Self::Test => "no run knows such a test, nor does the file",
            Self::Run => "it stands there, and no test command runs it",
            Self::Words => "no run knows a test that is called like it",
        }
    }
}

impl AddedTests {
    /// Whether there is something to tell.
    pub fn tells(&self) -> bool {
        self.tried > 0 || !self.missing.is_empty() || self.unnamed || !self.regressed.is_empty()
    }

    /// That nothing is known of each of its tests, where that is so.
    pub fn unnamed_words(&self, feature: FeatureId) -> Option<String> {
        self.unnamed.then(|| {
            format!("the test commands name no tests, so those that came with {feature} were not compared with what it says")
        })
    }

    /// Which tests of before hold no more as they were, where there are such.
    pub fn regressed_words(&self) -> Option<String> {
        let all = u32::try_from(self.regressed.len()).unwrap_or(u32::MAX);
        (all > 0).then(|| {
            let (tests, verb) = (plural(count(all), "test"), if all == 1 { "holds" } else { "hold" });
            format!(
                "{tests} of before no longer {verb}, with the tests as they were then: judge whether the work asks for that: {}",
                named(&self.regressed, all)
            )
        })
    }

    /// Whether the handoff names tests that are not there.
    pub fn refutes(&self) -> bool {
        self.missing.iter().any(|missing| missing.lack.refutes())
    }

    /// What is held against tests that pass without what they came with, and how much that weighs; nothing where all were
    /// seen to fail. One of several may be there to hold what was there before.
    pub fn hollow_words(&self, feature: FeatureId) -> Option<(Severity, String)> {
        let names = named(&self.names, self.hollow);
        let (tried, hollow) = (count(self.tried), count(self.hollow));
        match (hollow, tried) {
            (0, _) => None,
            (1, 1) => {
                let words =
                    format!("the one test that came with {feature} passes without what it built: {names}");
                Some((Severity::NonBlocking, words))
            }
            (hollow, tried) if hollow >= tried => {
                let words = format!(
                    "none of the {tried} tests that came with {feature} fails without what it built: {names}"
                );
                Some((Severity::NonBlocking, words))
            }
            (hollow, tried) => {
                let pass = if hollow == 1 { "passes" } else { "pass" };
                let words = format!(
                    "{hollow} of {} that came with {feature} {pass} without what it built: {names}",
                    plural(tried, "test")
                );
                Some((Severity::Suggestion, words))
            }
        }
    }

    /// What a handoff names as added and nobody finds: what is refuted, or what is only not shown.
    pub fn missing_words(&self, feature: FeatureId, kind: Missing, commands: &[Line]) -> Option<String> {
        let wanted = kind == Missing::Refuted;
        let found: Vec<&MissingTest> =
            self.missing.iter().filter(|missing| missing.lack.refutes() == wanted).collect();
        let one = |missing: &&MissingTest| {
            let what = missing.case.as_ref().map(|case| format!("`{case}` in ")).unwrap_or_default();
            format!("{what}{} ({})", missing.file, missing.lack.words())
        };
        let mut shown: Vec<String> = found.iter().take(NAMED).map(one).collect();
        let more = found.len().saturating_sub(NAMED);
        if more > 0 {
            shown.push(format!("{more} more"));
        }
        let runs: Vec<String> = commands.iter().map(|command| format!("`{command}`")).collect();
        let lead = match kind {
            Missing::Refuted => "names tests as added that are not there",
            Missing::Unshown => "names tests as added that nothing shows",
        };
        let ran =
            if runs.is_empty() { String::new() } else { format!("; what was run: {}", runs.join(", ")) };
        (!shown.is_empty()).then(|| format!("the handoff of {feature} {lead}: {}{ran}", shown.join("; ")))
    }
}

/// Which of the tests that nobody finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// What the handoff says of them is not so.
    Refuted,
    /// Nothing shows that it is.
    Unshown,
}

fn named(names: &[Title], all: u32) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = count(all).saturating_sub(shown.len());
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Title {
        Title::clipped(text)
    }

    #[test]
    fn tests_that_pass_without_the_feature_weigh_more_when_they_are_all_there_is() {
        let added = |tried, names: &[&str]| AddedTests {
            tried,
            hollow: u32::try_from(names.len()).unwrap(),
            names: names.iter().map(|name| title(name)).collect(),
            ..AddedTests::default()
        };
        let said = |added: AddedTests| added.hollow_words(FeatureId(2));
        assert_eq!(said(added(3, &[])), None);
        let (severity, words) = said(added(3, &["t::usage"])).unwrap();
        assert_eq!(severity, Severity::Suggestion);
        assert_eq!(words, "1 of 3 tests that came with F2 passes without what it built: `t::usage`");
        let (severity, words) = said(added(2, &["a", "b"])).unwrap();
        assert_eq!(severity, Severity::NonBlocking);
        assert_eq!(words, "none of the 2 tests that came with F2 fails without what it built: `a`, `b`");
        let (severity, words) = said(added(1, &["a"])).unwrap();
        assert_eq!(severity, Severity::NonBlocking);
        assert_eq!(words, "the one test that came with F2 passes without what it built: `a`");
        let many: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(said(added(20, &many)).unwrap().1.ends_with("`5`, 3 more"));
    }

    #[test]
    fn what_is_refuted_is_told_apart_from_what_nothing_shows() {
        let missing = |file: &str, case: Option<&str>, lack| MissingTest {
            file: title(file),
            case: case.map(title),
            lack,
        };
        let added = AddedTests {
            missing: vec![
                missing("tests/a.py", None, Lack::File),
                missing("tests/b.py", Some("test_find"), Lack::Test),
                missing("tests/b.py", Some("test_e2e"), Lack::Run),
                missing("tests/b.py", Some("a blank title is refused"), Lack::Words),
            ],
            ..AddedTests::default()
        };
        let commands = [Line::clipped("pytest -v")];
        let said = |kind| added.missing_words(FeatureId(1), kind, &commands).unwrap();
        assert_eq!(
            said(Missing::Refuted),
            "the handoff of F1 names tests as added that are not there: tests/a.py (there is no such file); `test_find` in tests/b.py (no run knows such a test, nor does the file); what was run: `pytest -v`"
        );
        let unshown = said(Missing::Unshown);
        assert!(unshown.contains("`test_e2e` in tests/b.py (it stands there, and no test command runs it)"));
        assert!(unshown.contains("`a blank title is refused`") && !unshown.contains("test_find"));
        assert!(added.refutes() && added.tells());
        assert_eq!(AddedTests::default().missing_words(FeatureId(1), Missing::Refuted, &commands), None);
    }
}
