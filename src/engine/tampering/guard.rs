//! What happens only under a condition: a statement that leaves a test early, and an expectation or a check inside an `if`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::expect::{Expected, without_texts};
use super::expect_words::is;
use super::statements::{Statement, Style, statements};

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A statement that leaves a test, or a round of its loop, without a word.
static EXIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:return(?:\s+(?:None|null|undefined|true|nil|0|Ok\(\(\)\)))?|continue|break|next|(?:sys\.|os\._|process\.)?exit\(0?\)|exit(?:\s+0)?);?$",
    )
});
/// The same in one line with its condition.
static EXIT_IF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:if|unless)\b.*(?:[:){]|then)\s*(?:return(?:\s+(?:None|null|undefined|true|nil|Ok\(\(\)\)))?|continue|break|(?:sys\.|os\._|process\.)?exit\(0?\)|exit 0)\s*;?\s*(?:\}|fi)?$|(?:&&|\|\|)\s*(?:\{\s*)?(?:return|exit|continue)(?:\s+0)?\s*;?\s*\}?$|^(?:return|next)\s+(?:if|unless)\b|\belse\s*\{\s*(?:return|continue)\b[^;}]*;?\s*\};?$",
    )
});
/// An expectation in one line with its condition.
static EXPECTS_IF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^if\b.*(?:[:){]|then)\s*(?:self\.)?(?:assert|expect|test\b|\[)|(?:\band|&&)\s+(?:self\.)?(?:assert\w*|expect)[!.(]|^(?:self\.)?(?:assert|expect)\w*[!.(].*\)\s+if\b|^assert\b.*\sif\b.*\selse\b",
    )
});
/// What says aloud that a test failed, or that it was left out.
static TELLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b[tbf]\.(error|fatal|skip|fail)|\braise\b|\bthrow\b|\bpanic|\bfail|skip|assert|\bexpect\(|exit [1-9]",
    )
});
/// Conditions that say on what a test can run, and not whether somebody wants it to.
static MACHINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)platform|windows|win32|darwin|linux|macos|\bos\.name\b|\bcfg!|\bGOOS\b|consts::OS|version|\bhasattr\(|\bcallable\(|\bwhich\(|find_spec|command -v|\buname\b|isatty|\bgete?uid\b|available|supports|\bHAVE_|cfg\((?:not\()?(?:unix|windows|target_os)",
    )
});

/// How a test looks less often than before.
pub(super) struct Silenced {
    pub(super) words: String,
    /// The condition says on what it can run: a reader judges it.
    pub(super) by_machine: bool,
}

/// What a test does only under a condition that it did before whatever held.
pub(super) fn silenced(path: &str, before: &[String], after: &[String]) -> Option<Silenced> {
    let style = Style::of(path);
    let (before, after) = (before.join("\n"), after.join("\n"));
    let [old, new] = [&before, &after].map(|text| statements(&text.lines().collect::<Vec<_>>(), style));
    let looks = |statement: &Statement<'_>| {
        style == Style::Shell || Expected::of(&without_texts(statement.said)).is_some()
    };
    let known = exits(&old, &looks);
    let exit = exits(&new, &looks).into_iter().find(|exit| !known.contains(exit));
    let told = |words: &str, condition: &str| Silenced {
        words: format!("{words} now: `{condition}`"),
        by_machine: is(&MACHINE, condition),
    };
    exit.map(|(condition, _)| told("a test ends early under a condition", condition))
        .or_else(|| guarded(&old, &new).map(|head| told("an expectation stands under a condition", head)))
}

/// The silent ends of a test, or of a round of its loop, that stand under a condition, each before something that looks:
/// condition and statement.
fn exits<'a>(all: &[Statement<'a>], looks: &dyn Fn(&Statement<'_>) -> bool) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for (at, statement) in all.iter().enumerate().filter(|(_, statement)| !statement.inner) {
        let told = at
            .checked_sub(1)
            .and_then(|before| all.get(before))
            .is_some_and(|before| before.under == statement.under && is(&TELLS, &without_texts(before.said)));
        let condition = match statement.under.last() {
            Some(head) if is(&EXIT, statement.said) && !told => *head,
            _ if is(&EXIT_IF, statement.said) => statement.said,
            _ => continue,
        };
        let rest = all.get(at + 1..).unwrap_or_default();
        // What ends a round only passes over the rest of its loop.
        let of_round = ["continue", "break", "next"].iter().any(|word| statement.said.contains(word));
        let passed = rest.iter().take_while(|later| !of_round || later.level >= statement.around);
        if passed.filter(|later| !["fi", "}", "done"].contains(&later.said)).any(looks) {
            found.push((condition, statement.said));
        }
    }
    found
}

/// The condition under which something is expected that was expected without one.
fn guarded<'a>(old: &[Statement<'_>], new: &[Statement<'a>]) -> Option<&'a str> {
    let known: BTreeSet<&str> = old.iter().map(|statement| statement.said).collect();
    // In another case something else is expected.
    if new.iter().any(|statement| is_otherwise(statement.said) && !known.contains(statement.said)) {
        return None;
    }
    let expects = |statement: &&Statement<'_>| Expected::of(&without_texts(statement.said)).is_some();
    let condition = |statement: &Statement<'a>| {
        let inline = is(&EXPECTS_IF, &without_texts(statement.said)).then_some(statement.said);
        inline.or_else(|| statement.under.last().copied())
    };
    let free = |all: &[Statement<'_>]| -> Vec<String> {
        let free = all.iter().filter(expects);
        let free = free.filter(|one| one.under.is_empty() && !is(&EXPECTS_IF, &without_texts(one.said)));
        free.map(|statement| statement.said.to_owned()).collect()
    };
    let (was, is_now) = (free(old), free(new));
    let of = |all: &[Statement<'_>]| all.iter().filter(expects).count();
    let fewer = is_now.len() < was.len() && of(new) <= of(old);
    let times = |all: &[String], said: &str| all.iter().filter(|one| one.as_str() == said).count();
    let mut conditional = new.iter().filter(expects).filter_map(|one| Some((one, condition(one)?)));
    let found = conditional.find_map(|(one, head)| {
        let same = times(&was, one.said) > times(&is_now, one.said);
        (!known.contains(head) && (same || fewer)).then_some(head)
    });
    found.or_else(|| asks_more(&was, &is_now, new))
}

/// The condition of a failure that asks for more than before: `if full && got != 5 {`.
fn asks_more<'a>(was: &[String], is_now: &[String], new: &[Statement<'a>]) -> Option<&'a str> {
    let gone = was.iter().filter(|said| !is_now.contains(said));
    let asked = gone.filter_map(|said| said.strip_prefix("if ")?.strip_suffix(" {"));
    let asked: Vec<&str> = asked.filter(|asked| !asked.contains("&&")).collect();
    let more = |said: &str| {
        let condition = said.strip_prefix("if ").and_then(|rest| rest.strip_suffix(" {"));
        condition.is_some_and(|condition| {
            condition.contains("&&") && asked.iter().any(|asked| condition.contains(asked))
        })
    };
    new.iter().map(|statement| statement.said).find(|said| more(said))
}

/// Whether a statement looks at what a test is about: a script's does if it was there before.
fn was_there(statement: &Statement<'_>, known: &BTreeSet<&str>) -> bool {
    statement.said.len() > 3 && known.contains(statement.said)
}

fn is_otherwise(said: &str) -> bool {
    let said = said.trim_start_matches('}').trim_start();
    said.starts_with("else") || said.starts_with("elif") || said.starts_with("elsif")
}

/// The condition under which a script does what it did before whatever held, or the statement that ends it there.
pub(super) fn conditional(path: &str, old: &str, new: &str) -> Option<String> {
    let style = Style::of(path);
    let [was, is_now] = [old, new].map(|text| statements(&text.lines().collect::<Vec<_>>(), style));
    let known: BTreeSet<&str> = was.iter().map(|statement| statement.said).collect();
    let free = |all: &[Statement<'_>], said: &str| {
        all.iter().filter(|one| one.said == said && one.under.is_empty()).count()
    };
    let ends = is_now.windows(2).find(|pair| {
        is(&EXIT, pair[1].said) && !known.contains(pair[1].said) && known.contains(pair[0].said)
    });
    if let Some(end) = ends.and_then(|pair| pair.last()) {
        return Some(end.said.to_owned());
    }
    let looks = |statement: &Statement<'_>| was_there(statement, &known);
    let ended = exits(&was, &looks);
    if let Some((condition, _)) = exits(&is_now, &looks).into_iter().find(|exit| !ended.contains(exit)) {
        return Some(condition.to_owned());
    }
    let telling = is_now.iter().filter(|one| was_there(one, &known));
    let lost = telling.filter(|one| free(&was, one.said) > free(&is_now, one.said));
    let heads = lost.filter_map(|one| one.under.last().copied());
    heads.into_iter().find(|head| !known.contains(head)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_looks_under_a_condition_only_is_told() {
        for (path, before, after) in [
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    if time.time() < 9: return\n    assert f() == 5",
            ),
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    if today() < 9:\n        x = 1\n        return\n    assert f() == 5",
            ),
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    if f() == 5:\n        assert f() == 5",
            ),
            ("t.py", "def test_a():\n    assert f() == 5", "def test_a():\n    if FULL: assert f() == 5"),
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    for x in []:\n        assert f() == 5",
            ),
            (
                "t.rs",
                "fn a() {\n    assert_eq!(f(), 5);\n}",
                "fn a() {\n    if std::env::var(\"FULL\").is_err() { return; }\n    assert_eq!(f(), 5);\n}",
            ),
            (
                "t.rs",
                "fn a() {\n    assert_eq!(f(), 5);\n}",
                "fn a() {\n    let Ok(_) = std::env::var(\"FULL\") else {\n        return;\n    };\n    assert_eq!(f(), 5);\n}",
            ),
            (
                "t.js",
                "test('a', () => {\n  expect(f()).toBe(5);\n});",
                "test('a', () => {\n  if (Date.now() < 9) return;\n  expect(f()).toBe(5);\n});",
            ),
            (
                "t.js",
                "test('a', () => {\n  expect(f()).toBe(5);\n});",
                "test('a', () => {\n  if (process.env.FULL) {\n  expect(f()).toBe(5);\n  }\n});",
            ),
            (
                "t.js",
                "test('a', () => {\n  expect(f()).toBe(5);\n});",
                "test('a', () => {\n  if (process.env.FULL)\n    expect(f()).toBe(5);\n});",
            ),
            (
                "t_test.go",
                "func TestA(t *testing.T) {\n\tif f() != 5 {\n\t\tt.Fatal(\"no\")\n\t}\n}",
                "func TestA(t *testing.T) {\n\tif os.Getenv(\"FULL\") == \"\" {\n\t\treturn\n\t}\n\tif f() != 5 {\n\t\tt.Fatal(\"no\")\n\t}\n}",
            ),
            ("t.sh", "set -e\ntest \"$(f)\" = 5", "set -e\nif [ -n \"$FULL\" ]; then\ntest \"$(f)\" = 5\nfi"),
        ] {
            assert!(
                silenced(path, &lines(before), &lines(after)).is_some_and(|it| !it.by_machine),
                "{after}"
            );
        }
    }

    #[test]
    fn what_is_told_or_done_otherwise_is_no_loss() {
        for (path, before, after) in [
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    if win:\n        assert f() == 6\n    else:\n        assert f() == 5",
            ),
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    def g(x):\n        if x:\n            return\n        return 2\n    assert f() == 5",
            ),
            (
                "t_test.go",
                "func TestA(t *testing.T) {\n\tf()\n\tif f() != 5 {\n\t\tt.Fatal(1)\n\t}\n}",
                "func TestA(t *testing.T) {\n\tif err := f(); err != nil {\n\t\tt.Error(err)\n\t\treturn\n\t}\n\tif f() != 5 {\n\t\tt.Fatal(1)\n\t}\n}",
            ),
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    for n in range(50):\n        if ready():\n            break\n        wait()\n    assert f() == 5",
            ),
            (
                "t.rs",
                "fn a() {\n    assert_eq!(f(), 5);\n}",
                "fn a() {\n    for x in [1, 2] {\n        assert_eq!(f(), 5);\n    }\n}",
            ),
            (
                "t.py",
                "def test_a():\n    assert f() == 5",
                "def test_a():\n    assert f() == 5\n    if more:\n        assert g() == 6",
            ),
        ] {
            assert!(silenced(path, &lines(before), &lines(after)).is_none(), "{after}");
        }
    }
}
