//! How much of the code the tests reach, as the usual tools say it in their last lines.

use std::sync::LazyLock;

use regex::Regex;

/// What the tools print, each with the percentage of lines.
static LINES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // pytest-cov and coverage.py; cargo llvm-cov, whose third percentage is that of lines; go; jest, vitest and c8;
    // tarpaulin; SimpleCov; lcov.
    [
        r"(?m)^TOTAL(?:\s+\d+){2,4}\s+(\d+(?:\.\d+)?)%\s*$",
        r"(?m)^TOTAL\s.*?%.*?%.*?(\d+(?:\.\d+)?)%",
        r"coverage: (\d+(?:\.\d+)?)% of statements",
        r"(?m)^All files\s*\|(?:\s*[\d.]+\s*\|){3}\s*(\d+(?:\.\d+)?)\s*\|",
        r"(\d+(?:\.\d+)?)% coverage, \d+/\d+ lines covered",
        r"Line Coverage: (\d+(?:\.\d+)?)%",
        r"(?m)^\s*lines\.+: (\d+(?:\.\d+)?)%",
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// The percentage of lines that the last word about it in a command's output gives: `87.5`.
pub(super) fn coverage(output: &str) -> Option<&str> {
    let last = |pattern: &Regex| pattern.captures_iter(output).last().and_then(|found| found.get(1));
    LINES.iter().find_map(last).map(|found| found.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_tools_are_understood_and_nothing_else_is() {
        assert_eq!(LINES.len(), 7, "every pattern is one");
        for (output, percent) in [
            ("TOTAL      42      3    93%\n===== 5 passed =====", Some("93")),
            ("TOTAL   120   10   30   4   88.4%", Some("88.4")),
            ("TOTAL  310  42  86.45%  55  8  85.45%  602  71  88.21%  0  0  -", Some("88.21")),
            ("ok  	demo	0.2s	coverage: 81.2% of statements", Some("81.2")),
            ("All files |   91.1 |    80.0 |   75 |   90.9 |", Some("90.9")),
            ("72.34% coverage, 123/170 lines covered", Some("72.34")),
            ("Line Coverage: 99.0% (198 / 200)", Some("99.0")),
            ("  lines......: 77.7% (7 of 9 lines)", Some("77.7")),
            ("5 passed in 0.1s, 100% of what was asked", None),
        ] {
            assert_eq!(coverage(output), percent, "{output}");
        }
    }
}
