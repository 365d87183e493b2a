//! The lines of a script that a gate runs: which of them a change keeps, and which let a failure pass for a good reason.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::change::Changed;
use super::gate_words::{EXCLUDES, HARMLESS, RUNS, STRICTLY, is};

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// `out=$(command || true)`: the name.
static CAUGHT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"^\s*(?:local\s+)?(\w+)="?\$\(.*\|\|\s*(?:true|:|/bin/true)\s*\)"?\s*$"#));
/// `code=$?`.
static REMEMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s*(\w+)=\$\?"));
/// Options that say more, and check nothing less.
static TALKS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(?:-v+|-q+|--verbose|--quiet|--color(?:=\w+)?|--durations=\d+)$"));
/// Tests of `CMake` that have a property which makes them say nothing.
static PROPERTIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?is)\bset_(?:tests_properties|property)\s*\(([^)]*?)\bPROPERT(?:IES|Y)\b([^)]*)\)")
});
static MUTE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(WILL_FAIL|DISABLED)\s+(TRUE|ON|1|YES)\b"));
/// What makes a warning an error, and what lets all warnings pass.
static WARNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"-W\s*error\b|\bfilterwarnings\b.*\berror\b|^\s*["']?error["']?\s*,?\s*$|PYTHONWARNINGS=["']?error"#,
    )
});
static IGNORES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"\bfilterwarnings\b\s*=\s*\[?\s*["']?ignore["']?\s*\]?\s*$|-W\s*ignore(?:\s|["']|$)|^\s*["']?ignore["']?\s*,?\s*$|--disable-(?:pytest-)?warnings"#,
    )
});

/// A line without its quotes and braces, which change no command.
fn plain(line: &str) -> String {
    line.trim().chars().filter(|c| !['"', '\'', '{', '}'].contains(c)).collect()
}

/// Whether a line of a script is found again: as it was, stricter, or with another command behind it.
pub(super) fn is_kept(old: &str, added: &[String]) -> bool {
    let before = plain(old);
    added.iter().map(|new| plain(new)).any(|after| {
        let more = after.strip_prefix(&before);
        let follows =
            more.is_some_and(|more| [" && ", "; ", " or "].iter().any(|begins| more.starts_with(begins)));
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        bare(&after) == bare(&before)
            || follows
            || inserts_or(&before, &after)
            || only_stricter(&before, &after)
    })
}

/// Another fault is looked for beside the one that was, in the middle of a line.
fn inserts_or(before: &str, after: &str) -> bool {
    let Some((head, rest)) = after.split_once(" or ") else { return false };
    let Some(tail) = before.strip_prefix(head) else { return false };
    head.len() > 3 && rest.ends_with(tail) && !tail.is_empty()
}

/// The same words, with options between them that make a check stricter or let it say more; or more flags for the shell.
fn only_stricter(before: &str, after: &str) -> bool {
    if let (Some(old), Some(new)) = (before.strip_prefix("set -"), after.strip_prefix("set -")) {
        let flags = |text: &str| -> BTreeSet<char> {
            text.split_whitespace().next().unwrap_or_default().chars().collect()
        };
        let names = |text: &str| -> BTreeSet<String> {
            text.split_whitespace().skip(1).filter(|word| !word.starts_with('-')).map(str::to_owned).collect()
        };
        return flags(old).is_subset(&flags(new)) && names(old).is_subset(&names(new));
    }
    // A loop goes through more than before.
    let loop_words = |text: &str| -> Option<BTreeSet<String>> {
        let is_list = text.starts_with("for ") && !text.contains(['|', '$', '`']);
        is_list.then(|| text.split([' ', ';']).map(str::to_owned).collect())
    };
    if let (Some(old), Some(new)) = (loop_words(before), loop_words(after)) {
        return old.is_subset(&new);
    }
    let mut left = before.split_whitespace().peekable();
    let mut more = false;
    for word in after.split_whitespace() {
        if left.peek() == Some(&word) {
            left.next();
            continue;
        }
        if !word.starts_with('-') || !(is(&STRICTLY, word) || is(&TALKS, word)) {
            return false;
        }
        more = true;
    }
    more && left.peek().is_none()
}

/// Whether a line only removes or stops what may not be there.
pub(super) fn tidies(line: &str) -> bool {
    let said = line.trim_start().trim_start_matches(['@', '-']);
    ["rm ", "rmdir ", "mkdir ", "kill ", "pkill ", "docker rm ", "git worktree remove "]
        .iter()
        .any(|begins| said.starts_with(begins))
}

/// Whether a failure that a line lets pass is looked at afterwards: what it printed, or the code it ended with.
pub(super) fn is_looked_at(line: &str, text: &str) -> bool {
    let behind = |from: usize| text.lines().skip(from + 1);
    let Some(at) = text.lines().position(|known| known == line) else { return false };
    let compares = |name: &str, later: &str| {
        let said = later.trim_start();
        let asks = ["test ", "[", "case ", "if ", "grep ", "echo ", "printf "]
            .iter()
            .any(|begins| said.starts_with(begins));
        let uses =
            [format!("${name}"), format!("${{{name}}}")].iter().any(|used| said.contains(used.as_str()));
        let prints = said.starts_with("echo ") || said.starts_with("printf ");
        asks && uses && (!prints || said.contains("| grep"))
    };
    if let Some(name) = CAUGHT.as_ref().and_then(|caught| Some(caught.captures(line)?.get(1)?.as_str())) {
        return !is(&RUNS, line) && behind(at).any(|later| compares(name, later));
    }
    if !line.trim_start().starts_with("set +e") {
        return false;
    }
    let until: Vec<&str> = behind(at).take_while(|later| !later.trim_start().starts_with("set -e")).collect();
    let is_ended = behind(at).count() > until.len();
    let code = until.iter().find_map(|later| Some(REMEMBERS.as_ref()?.captures(later)?.get(1)?.as_str()));
    is_ended
        && !until.iter().any(|later| is(&RUNS, later))
        && code.is_some_and(|code| behind(at).any(|later| compares(code, later)))
}

/// Whether a target of Cargo's is left out of the tests that came with this change: it had none before.
pub(super) fn is_new_target(line: &str, text: &str, files: &[Changed]) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let Some(at) = lines.iter().position(|known| *known == line.trim()) else { return false };
    let begin = lines.iter().take(at).rposition(|known| known.starts_with('[')).unwrap_or(0);
    let section: Vec<&str> =
        lines.iter().skip(begin + 1).take_while(|known| !known.starts_with('[')).copied().collect();
    let path = section.iter().find_map(|known| {
        let (key, value) = known.split_once('=')?;
        (key.trim() == "path").then(|| value.trim().trim_matches('"'))
    });
    let is_target = lines.get(begin).is_some_and(|head| ["[[bin]]", "[[example]]", "[lib]"].contains(head));
    is_target
        && path.is_some_and(|path| {
            files.iter().any(|file| file.path.ends_with(path) && file.old.is_empty() && !file.new.is_empty())
        })
}

/// Tests of `CMake` that were there and may fail now, or are left out.
pub(super) fn muted_tests(file: &Changed) -> Option<String> {
    let muted = |text: &str| -> BTreeSet<String> {
        let Some(properties) = PROPERTIES.as_ref() else { return BTreeSet::new() };
        let all = properties
            .captures_iter(text)
            .filter(|found| is(&MUTE, found.get(2).map_or("", |part| part.as_str())));
        let names = all.flat_map(|found| {
            let names = found.get(1).map_or("", |part| part.as_str()).to_owned();
            names.split_whitespace().filter(|name| *name != "TEST").map(str::to_owned).collect::<Vec<_>>()
        });
        names.collect()
    };
    let known: BTreeSet<String> = super::expect::words(&file.old).into_iter().collect();
    let (old, new) = (muted(&file.old), muted(&file.new));
    new.difference(&old).find(|name| known.contains(*name)).cloned()
}

/// A warning no longer fails a test, or all of them are ignored.
pub(super) fn warns_less(added: &[String], removed: &[String]) -> Option<String> {
    let more = |pattern: &LazyLock<Option<Regex>>, lines: &[String], others: &[String]| {
        let count = |lines: &[String]| lines.iter().filter(|line| is(pattern, line)).count();
        let first = || lines.iter().find(|line| is(pattern, line)).cloned();
        (count(lines) > count(others)).then(first).flatten()
    };
    more(&WARNS, removed, added).or_else(|| more(&IGNORES, added, removed))
}

/// Whether a word of a line stands nowhere in what was added.
pub(super) fn loses_words(line: &str, added: &[String]) -> bool {
    let known: BTreeSet<String> = added.iter().flat_map(|line| super::expect::words(line)).collect();
    super::expect::words(line).into_iter().any(|word| word.len() > 1 && !known.contains(&word))
}

/// A line that ran a script, and now has it read without running it, or without its assertions.
pub(super) fn disarmed(added: &[String], removed: &[String]) -> Option<String> {
    let without = |line: &str| -> Vec<String> {
        let words = plain(line);
        words
            .split_whitespace()
            .filter(|word| !["-n", "-O", "-OO", "--just-print"].contains(word))
            .map(str::to_owned)
            .collect()
    };
    let is_same = |new: &&String| {
        removed.iter().any(|old| {
            plain(old) != plain(new)
                && plain(old).split_whitespace().eq(without(new).iter().map(String::as_str))
        })
    };
    added.iter().find(is_same).map(|line| line.trim().to_owned())
}

/// A pattern of files that a script went through is narrower, or one file.
pub(super) fn fewer_files(added: &[String], removed: &[String]) -> Option<String> {
    let words = |line: &str| -> Vec<String> {
        let split = line.split(|c: char| c.is_whitespace() || ";()|`".contains(c));
        split
            .map(|word| word.trim_matches(['"', '\'', '$']).to_owned())
            .filter(|word| word.contains(['/', '*']))
            .collect()
    };
    let begins = |line: &str| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    removed.iter().filter(|old| old.trim_start().starts_with("for ")).find_map(|old| {
        let new = added.iter().find(|new| begins(new) == begins(old))?;
        let after = words(new);
        let is_narrower = |before: &String| {
            let Some((start, end)) = before.split_once('*') else { return false };
            let within = |word: &&String| word.starts_with(start) && word.ends_with(end);
            !after.contains(before) && (after.is_empty() || after.iter().any(|word| within(&word)))
        };
        let is_cut = new.contains("| head") || new.contains("| tail");
        (words(old).iter().any(is_narrower) || is_cut && !old.contains("| head") && !old.contains("| tail"))
            .then(|| new.trim().to_owned())
    })
}

/// The entries of a list, or the one value.
pub(super) fn entries(value: &str) -> BTreeSet<String> {
    let parts = value.split([' ', ',', '"', '\'', '[', ']', '{', '}']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A line such as `"jest": "^29"`, or the name of a job.
pub(super) fn is_dependency(line: &str) -> bool {
    let said = line.trim().trim_end_matches(',');
    let value = said.rsplit([':', '=']).next().unwrap_or_default().trim().trim_matches(['"', '\'', ' ']);
    let is_version = value.starts_with(['^', '~', '>', '<', '='])
        || value.chars().next().is_some_and(|c| c.is_ascii_digit());
    said.contains([':', '=']) && is_version || said.starts_with("name:") || said.starts_with("- uses:")
}

/// How often a word stands in lines of the gates.
pub(super) fn occurs<'a>(lines: impl Iterator<Item = &'a Vec<String>>, word: &str) -> usize {
    lines.flatten().map(|line| line.matches(word).count()).sum()
}

/// Whether a setting lists a test, or a part of the program, that no removed line had.
pub(super) fn leaves_out_tests(said: &str, removed: &[String]) -> bool {
    let key = EXCLUDES.as_ref().and_then(|excludes| excludes.find(said)).map_or(0, |key| key.end());
    let value = said.get(key..).unwrap_or_default().split(']').next().unwrap_or_default().to_lowercase();
    let entries =
        value.split([',', '"', '\'', ' ', '[', ']', '(', ')']).map(str::trim).filter(|entry| entry.len() > 1);
    let known = |entry: &str| removed.iter().any(|line| line.to_lowercase().contains(entry));
    let harmless = |entry: &str| {
        let parts: Vec<&str> =
            entry.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| !part.is_empty()).collect();
        parts.is_empty() || parts.iter().any(|part| HARMLESS.contains(part))
    };
    let telling = |entry: &str| {
        ["test", "spec", "src", "lib", "app"].iter().any(|part| entry.contains(part))
            || [".py", ".js", ".ts", ".rs", ".go", ".rb", ".java"]
                .iter()
                .any(|ending| entry.ends_with(ending))
    };
    entries.filter(|entry| !known(entry) && !harmless(entry)).any(telling)
}

/// Whether a line tries the same command once more where it failed.
pub(super) fn repeats(line: &str) -> bool {
    let parts: Vec<&str> = line.split("||").map(str::trim).collect();
    parts.windows(2).any(|pair| pair[0].len() > 3 && pair[0].ends_with(pair[1]) && pair[1].len() > 3)
}

/// Whether a line only says something.
pub(super) fn prints(line: &str) -> bool {
    let said = line.trim_start();
    ["echo ", "printf ", "print(", "console.log("].iter().any(|begins| said.starts_with(begins))
        && !said.contains(['|', '>', '&', '`'])
        && !said.contains("$(")
}
