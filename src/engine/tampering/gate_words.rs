//! The words by which scripts and settings take something away: patterns, each with what it means.

use std::sync::LazyLock;

use regex::Regex;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// What makes a command pass whatever it finds, and the words for it.
const NEUTERING: &[(&str, &str)] = &[
    (r"\|\|\s*(true|:|exit 0|echo\b|/bin/true)|;\s*(true|exit 0|:)\s*[\x22']?,?\s*$", "lets a failure pass"),
    (r"^\s*set \+e|\bset \+o (errexit|pipefail)|^\s*trap .*exit 0", "lets a failure pass"),
    (r"^\s*exit 0\b|\b(os\._exit|sys\.exit|process\.exit)\(0?\)", "ends as if all were well"),
    (
        r"(continue-on-error|allow_failure)\s*:\s*true|ignore_outcome\s*=\s*true|ignore_errors\s*=\s*true|ignoreFailures\s*[=:]?\s*true|testFailureIgnore|test\.failure\.ignore|--exit-zero|--no-error-on",
        "lets a failure pass",
    ),
    (
        r"pass-?with-?no-?tests|--passWithNoTests|--no-tests[= ](pass|warn)|--noTests|--suppress-no-test-exit-code",
        "passes without any test",
    ),
    (
        r"-DskipTests|skip\.?tests?\s*[=>:]\s*true|\bif\s*:\s*(\$\{\{\s*)?false|^\s*(harness|test|doctest|autotests)\s*=\s*false|\bif false\b|--no-run\b|--collect-only|--dry-run|--list-tests|\s--co\b",
        "runs no test",
    ),
    (r"-DNDEBUG\b|PYTHONOPTIMIZE=|\bpython3?\s+-OO?\b", "runs no assertion"),
    (
        r"^\s*(function\s+)?(pytest|python3?|node|npm|npx|cargo|go|make|sh|bash|test|grep|diff|cmp|git|\[)\s*\(\)|^\s*alias\s+\w+=",
        "puts something else in the place of a program",
    ),
    (
        r"--snapshot-update|--update-?snapshots?|jest\b.*\s-u\b|vitest\b.*\s-u\b|INSTA_UPDATE=(always|unseen|1)|INSTA_FORCE_PASS|UPDATE_(GOLDEN|EXPECT|SNAPSHOT|REF)\w*=|--force-regen|--update-golden|--inline-snapshot=fix|^\s*(cp|mv)\s.*(golden|expected|snapshot|reference)|(>|tee)\s*\S*(golden|expected|snapshot|reference)",
        "writes what it is compared with",
    ),
    (
        r"--(reruns|retries|flaky-test-attempts|rerun-fails|max-reruns|force-flaky)\b|\bretries[\x22']?\s*[=:]\s*([1-9]|process)|rerunFailingTestsCount|retryTimes|&&\s*(break|exit 0)\b",
        "tries what failed again until it passes",
    ),
];

/// Programs that test or look for faults.
const RUNNER: &str = r"\b(pytest|unittest|cargo\s+(?:test|nextest|clippy|check)|go\s+(?:test|vet)|npm\s+(?:run\s+)?(?:test|lint)|npm t\b|yarn\s+(?:run\s+)?(?:test|lint)|pnpm\s+(?:run\s+)?(?:test|lint)|jest|vitest|mocha|node\s+--test|ctest|make\s+(?:test|check)|tox|nox|rspec|phpunit|mvn|gradlew?|dotnet\s+test|mix\s+test|bats|deno\s+test|bun\s+test|eslint|flake8|ruff|mypy|pyright|tsc|golangci-lint|shellcheck|playwright|cypress|prettier|black)\b";

/// What makes a check strict.
const STRICT: &str = r"set -\w*e|pipefail|-D[\s\x22',]*warnings|--deny|--strict\b|-Werror|fail[_-]under|max-warnings|coverageThreshold|\bthresholds?\b|--check\b|--fail-on|--forbid-only|--locked-tests|error_on_warn|denyWarnings|xfail_strict|--cov\b|--coverage\b";

/// What leaves tests out.
const FILTER: &str = r"(?:^|\s|\x22|')(-k|--deselect|--ignore-glob|--ignore|-m\s*[\x22'\\]*not\b|--skip|--exclude\b|--exclude-regex|--filter-expr|--filterset|-skip|--testNamePattern|--testPathIgnorePatterns|--grep|--invert|--fgrep|--test-name-pattern|--lf|--last-failed|--onlyChanged|--changed|--shard|--bail-on-first|-LE)\b";

/// Settings that leave tests out by what they list, and those that choose them.
const EXCLUDING: &str = r"(?i)\b(testPathIgnorePatterns|modulePathIgnorePatterns|coveragePathIgnorePatterns|norecursedirs|collect_ignore\w*|omit|exclude\w*|exclude_lines|testIgnore|test_?exclude|deselect|ignore|excludes|ignorePatterns)\b[\x22']?\s*(=|:)|^(omit|ignore|exclude)\s*$";
const CHOOSING: &str = r"(?i)\b(testpaths|testMatch|testRegex|python_(?:files|functions|classes)|specPattern|spec|testDir|include|collectCoverageFrom|pattern)\b[\x22']?\s*(?:=|:)\s*(\[[^\]]*\]|[^,}]*)";
/// Settings that leave tests out wherever they appear.
const NARROWING: &str = r"(?i)\b(default-filter|markexpr|test_filter|only_?tests|testNamePattern|grep|fgrep)\b[\x22']?\s*(=|:)|\bmarkexpr\b";
/// A word of a command that names one file of tests, or one test.
const ONE_TEST: &str = r"\s(\S*[\w*]\.(py|js|mjs|cjs|ts|tsx|go|rb|rs)\b\S*|\S+::\S+|\w+\.test_\w+\S*)";
/// How serious a fault is, the heaviest first.
pub(super) const SEVERITIES: [&[&str]; 2] = [&["error", "warn", "off"], &["deny", "warn", "allow"]];

/// What nobody calls a test or a part of the program.
pub(super) const HARMLESS: &[&str] = &[
    "node_modules",
    "dist",
    "build",
    "target",
    "venv",
    "vendor",
    "coverage",
    "git",
    "__pycache__",
    "generated",
    "out",
    "tmp",
    "cache",
    "egg",
    "tox",
    "nox",
    "next",
    "docs",
    "doc",
    "migrations",
    "third_party",
    "examples",
    "fixtures",
];

/// Numbers that weaken a gate when they fall, and when they rise.
const FALLING: &str =
    r"(?i)fail[_-]?under|cover|minimum|\bmin[_-]?|branches|functions|lines|statements|threshold|score|target";
const RISING: &str = r"(?i)max[_-]?(warn|fail|len|line|depth|complex|param|statement|arg|size|error)|\bmax\w*\s*=|toleran|allowed|retr(y|ies)|maxDiffPixel|reruns|\btimeout\b\s*[=:\s]|test_?timeout";

pub(super) static NEUTERS: LazyLock<Vec<(Regex, &str)>> =
    LazyLock::new(|| NEUTERING.iter().filter_map(|(text, words)| Some((pattern(text)?, *words))).collect());
pub(super) static RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(RUNNER));
pub(super) static STRICTLY: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(STRICT));
pub(super) static FILTERS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(FILTER));
pub(super) static EXCLUDES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(EXCLUDING));
pub(super) static CHOOSES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(CHOOSING));
pub(super) static FALLS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(FALLING));
pub(super) static RISES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(RISING));
pub(super) static NARROWS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(NARROWING));
pub(super) static ONE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(ONE_TEST));
pub(super) static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\d+(?:\.\d+)?"));

/// Whether a pattern is found in a text.
pub(super) fn is(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}
