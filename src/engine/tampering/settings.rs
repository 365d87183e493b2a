//! Settings of checkers, and the files of `make` and of packages: how a change of them looks for less.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::gate_lines::entries;
use super::gate_words::is;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Settings that make a checker strict, and those that make it look away.
static STRICT_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)strict|disallow|warn_|no_?(implicit|unused|unchecked|fallthrough)|check|enable|fail|required|forbid|deny",
    )
});
static LAX_KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)ignore_|skip|allow|disable|exclude|suppress|implicit_"));
/// Lists of what a checker looks for.
static LISTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?i)^\s*["']?(?:extend-)?(select|enable|rules|plugins|checks|linters)["']?\s*[:=]\s*\[([^\]]*)\]"#,
    )
});
/// What lets `make` pass whatever fails.
static MAKE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\.(IGNORE|ONESHELL)\b|\bMAKEFLAGS\b.*\s(-[a-zA-Z]*[inqt][a-zA-Z]*|--(ignore-errors|just-print|dry-run|touch|question))(\s|$)|\.SHELLFLAGS\s*[:?]?=.*-[a-z]*n",
    )
});
static SHELL: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?:^|:)\s*(?:override\s+)?SHELL\s*[:?]?=\s*(\S+)"));
/// Programs that run what a recipe says.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ksh", "fish", "env", "pwsh", "cmd"];

/// The words before a number in its line, back to the one before it; of a file that has nothing but numbers, its name.
pub(super) fn key_of(line: &str, at: usize, path: &str) -> String {
    let before = line.get(..at).unwrap_or_default();
    let key = before.rsplit(|c: char| c.is_ascii_digit()).find(|part| part.chars().any(char::is_alphabetic));
    key.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path)).to_owned()
}

/// How a checker's settings look for less than before, in words.
pub(super) fn looser(path: &str, added: &[String], removed: &[String]) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    if name.contains("makefile") || name.rsplit('.').next() == Some("mk") {
        let is_no_shell = |line: &String| {
            let found = SHELL.as_ref().and_then(|shell| shell.captures(line)?.get(1));
            let program = found.map(|found| found.as_str().rsplit('/').next().unwrap_or_default());
            program.is_some_and(|program| {
                !program.starts_with('$') && !SHELLS.contains(&program.trim_end_matches(".exe"))
            })
        };
        let line =
            added.iter().find(|line| is(&MAKE, line) || is_no_shell(line) || goes_on(line, removed))?;
        return Some(format!("`make` lets a failure pass now: `{}`", line.trim()));
    }
    if name == "package.json"
        && let Some(line) = added.iter().find(|line| goes_on(line, removed))
    {
        return Some(format!("a line lets a failure pass now: `{}`", line.trim()));
    }
    if is_baseline(path) && !added.is_empty() {
        return Some("a checker passes over more than before".to_owned());
    }
    if name.starts_with(".pre-commit") || name.starts_with(".golangci") {
        let bare = |line: &String| line.trim().trim_start_matches("- ").to_owned();
        let is_item = |line: &&String| {
            let said = line.trim();
            said.starts_with("- ") && !said.contains("rev:") && !said.contains("repo:")
        };
        let gone =
            removed.iter().filter(is_item).find(|line| !added.iter().any(|new| bare(new) == bare(line)))?;
        return Some(format!("what looked for faults is no longer there: `{}`", gone.trim()));
    }
    less_strict(added, removed).or_else(|| fewer_rules(added, removed))
}

/// A switch of a checker that is turned, or another one in its place.
fn less_strict(added: &[String], removed: &[String]) -> Option<String> {
    let switch = |line: &str, from: &str, to: &str| -> Option<(String, String)> {
        let lower = line.to_lowercase();
        let at = lower.find(from)?;
        let before = line.get(..at)?;
        let key = before.rsplit([',', '{']).next().unwrap_or(before).to_owned();
        Some((key, lower.replacen(from, to, 1))).filter(|(key, _)| !key.contains("fast"))
    };
    // A number beside it may have changed as well.
    let bare = |line: &str| line.to_lowercase().replace(|c: char| c.is_ascii_digit(), "");
    let turned = |from: &str, to: &str, keys: &LazyLock<Option<Regex>>| {
        removed.iter().find_map(|old| {
            let (key, wanted) = switch(old, from, to)?;
            let is_turned = added.iter().any(|new| bare(new) == bare(&wanted));
            (is_turned && is(keys, &key))
                .then(|| format!("a check is less strict: `{}` is turned the other way", old.trim()))
        })
    };
    // A setting that was on is gone, and another one came that lets something pass.
    let on = |line: &&String, keys: &LazyLock<Option<Regex>>| {
        is(keys, line) && line.to_lowercase().contains("true")
    };
    let swapped = || {
        let gone = removed.iter().find(|line| on(line, &STRICT_KEY) && !is(&LAX_KEY, line))?;
        let come = added.iter().find(|line| on(line, &LAX_KEY))?;
        Some(format!("a check is less strict: `{}` instead of `{}`", come.trim(), gone.trim()))
    };
    turned("true", "false", &STRICT_KEY).or_else(|| turned("false", "true", &LAX_KEY)).or_else(swapped)
}

/// Whether a file lists the faults that a checker passes over.
pub(super) fn is_baseline(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let is_list =
        [".txt", ".json", ".xml", ".yml", ".yaml", ".neon", ".toml"].iter().any(|end| name.ends_with(end));
    is_list && name.contains("baseline")
}

/// Whether a line ran a command whose failure counted, and something else stands behind it now that decides.
fn goes_on(line: &str, removed: &[String]) -> bool {
    let said = |line: &str| line.trim().trim_end_matches([',', '"']).trim_start_matches('@').to_owned();
    let new = said(line);
    removed.iter().map(|old| said(old)).filter(|old| old.len() > 3).any(|old| {
        let more = new.strip_prefix(&old).map(str::trim_start);
        more.is_some_and(|more| {
            let is_alone = |more: &str, sign: char| {
                more.starts_with(sign) && !more.starts_with(&format!("{sign}{sign}"))
            };
            // Where its output goes changes nothing; what stands behind that may.
            let behind =
                if more.starts_with('>') { more.find([';', '|']).map_or("", |at| &more[at..]) } else { more };
            behind.starts_with(';') || is_alone(behind, '&') || is_alone(behind, '|')
        })
    })
}

/// A list of what a checker looks for that has less in it.
fn fewer_rules(added: &[String], removed: &[String]) -> Option<String> {
    let lists = LISTS.as_ref()?;
    let list = |line: &String| {
        let found = lists.captures(line)?;
        Some((found.get(1)?.as_str().to_owned(), entries(found.get(2)?.as_str())))
    };
    let now: Vec<(String, BTreeSet<String>)> = added.iter().filter_map(list).collect();
    removed.iter().find_map(|line| {
        let (key, before) = list(line)?;
        let (_, after) = now.iter().find(|(other, _)| *other == key)?;
        (!before.is_subset(after))
            .then(|| format!("a checker looks for less: `{}` is other now", line.trim()))
    })
}
