//! How much a test bears: its tolerances, its time, and which error it is content with.

use std::sync::LazyLock;

use regex::Regex;

use super::context::is_comment;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static TOLERANCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(delta|abs|rel|tol|atol|rtol|tolerance|epsilon|eps|abs_tol|rel_tol)\s*[=:]\s*([\d.e-]+)")
});
/// How many places are compared: fewer bear more.
static PLACES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(places|decimals?|digits|precision|significant)\s*[=:]\s*(\d+)|toBeCloseTo\((?:[^()]|\([^()]*\))*,\s*(\d+)\s*\)",
    )
});
static TIMEOUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)(time_?out)\w*\s*(?:[=:(]\s*){1,2}([\d_]+(?:\.\d+)?)|(^\s*\}),\s*(\d{3,})\s*\)")
});
/// Which part of a value may be lost by rounding.
const ROUNDING: f64 = 0.01;
/// How many times as long is no longer the patience that a slow machine needs.
const MANY: f64 = 10.0;
/// The error that a program has to end with, by its type.
static RAISES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:raises|assertRaises|assertThrows|toThrow|throws|rejects)\w*\(\s*([A-Za-z_][\w.]*)")
});
/// Types that every error has.
const ANY_ERROR: &[&str] = &["Exception", "BaseException", "Throwable", "Error", "StandardError"];

/// A line without what it bears, which is no value.
pub(super) fn without(line: &str) -> String {
    let bears = [&TOLERANCE, &PLACES].into_iter().filter_map(|pattern| pattern.as_ref());
    bears.fold(line.to_owned(), |bare, pattern| pattern.replace_all(&bare, " ").into_owned())
}

/// The numbers that stand behind a name, in some lines.
fn numbers(pattern: &LazyLock<Option<Regex>>, lines: &[&str]) -> Vec<f64> {
    let Some(pattern) = pattern.as_ref() else { return Vec::new() };
    let lines = lines.iter().filter(|line| !is_comment(line));
    let found = lines.flat_map(|line| pattern.captures_iter(line).collect::<Vec<_>>());
    let last = |found: regex::Captures<'_>| {
        found.iter().flatten().last().map(|number| number.as_str().replace('_', ""))
    };
    found.filter_map(last).filter_map(|number| number.parse().ok()).collect()
}

/// More is borne than before: a wider tolerance, fewer places, or any error where one was named.
pub(super) fn looser(gone: &[&str], come: &[&str]) -> Option<String> {
    let ends = |pattern: &LazyLock<Option<Regex>>, choose: fn(f64, f64) -> f64| {
        let of = |lines: &[&str]| numbers(pattern, lines).into_iter().reduce(choose);
        Some((of(gone)?, of(come)?))
    };
    let wider = ends(&TOLERANCE, f64::max).filter(|(before, after)| after > before);
    let coarser = ends(&PLACES, f64::min).filter(|(before, after)| after < before);
    if let Some((before, after)) = wider.or(coarser) {
        return Some(format!("a test tolerates more than before ({after} instead of {before})"));
    }
    if let Some(words) = tolerated(gone, come) {
        return Some(words);
    }
    let raises = RAISES.as_ref()?;
    let types = |lines: &[&str]| -> Vec<String> {
        let all = lines.iter().flat_map(|line| raises.captures_iter(line).collect::<Vec<_>>());
        all.filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect()
    };
    let is_any = |name: &String| ANY_ERROR.contains(&name.as_str());
    let (before, after) = (types(gone), types(come));
    let named = before.iter().find(|name| !is_any(name) && !after.contains(name))?;
    let any = after.iter().find(|name| is_any(name))?;
    Some(format!("a test is content with any error now (`{any}` instead of `{named}`)"))
}

/// A value that had to be met is met by far too many now: a tolerance came, and it is no matter of rounding.
fn tolerated(gone: &[&str], come: &[&str]) -> Option<String> {
    if !numbers(&TOLERANCE, gone).is_empty() {
        return None;
    }
    let tolerance = TOLERANCE.as_ref()?;
    come.iter().filter(|line| !is_comment(line)).find_map(|line| {
        let found = tolerance.captures(line)?;
        let borne: f64 = found.get(2)?.as_str().parse().ok()?;
        let is_part = found.get(1)?.as_str().to_lowercase().starts_with('r');
        let bare = without(line);
        let values = super::expect::literals(&bare).into_iter().filter_map(|value| value.parse::<f64>().ok());
        let largest = values.map(f64::abs).fold(0.0, f64::max);
        let was_there = gone.iter().any(|old| super::expect::Expected::of(old).is_some());
        (was_there && borne > ROUNDING * if is_part { 1.0 } else { largest })
            .then(|| format!("a test tolerates more than rounding ({borne}): `{}`", line.trim()))
    })
}

/// A test may take many times as long as before: what hangs passes then.
pub(super) fn slower(gone: &[&str], come: &[&str]) -> Option<String> {
    let longest = |lines: &[&str]| numbers(&TIMEOUT, lines).into_iter().reduce(f64::max);
    let (before, after) = (longest(gone)?, longest(come)?);
    (after >= before * MANY)
        .then(|| format!("a test may take longer than before ({after} instead of {before})"))
}
