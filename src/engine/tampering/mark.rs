//! Lines that switch tests off wherever they stand: in the files of tests, in what prepares them, and in the program.

use std::sync::LazyLock;

use regex::Regex;

use super::change::{Changed, Kind, is_test_name, kind};
use super::patch;
use crate::domain::tampering::Suspicion;

/// In files of tests and in what prepares them.
const IN_TESTS: &[(&str, &str)] = &[
    (
        r"\bcollect_ignore|pytest_ignore_collect|pytest_collection_modifyitems|pytest_deselected|items\.(clear|remove)\(|items\[:\]\s*=|config\.option\.(markexpr|keyword|deselect|ignore)|config\.args\s*=",
        "tests are left out where they are collected",
    ),
    (
        r"pytest_runtest_(makereport|call|protocol|logreport)|report\.outcome\s*=|\.outcome\s*=\s*[\x22']passed|pytest_sessionfinish|session\.exitstatus\s*=|exitstatus\s*=\s*0",
        "what a test says is overruled",
    ),
    (
        r"\bos\._exit\(\s*0?\s*\)|^(sys\.)?exit\(\s*0?\s*\)|^\s*process\.exit\(\s*0?\s*\)|process\.exitCode\s*=\s*0|^\s*exit 0\s*$",
        "the run ends as if all were well",
    ),
    (
        r"^\s*pytestmark\s*=.*(skip|xfail)|^raise\s+(unittest\.)?(case\.)?SkipTest\b|^pytest\.skip\(|allow_module_level\s*=\s*True|__test__\s*=\s*False|^#!\[cfg\((any\(\)|FALSE)\)\]|^//go:build\s+(ignore|never|skip|none)|^//\s*\+build\s+ignore",
        "a whole file of tests is left out",
    ),
    (
        r"\b(it|test|describe|context|suite)\.only\b|^\s*f(it|describe|context)\s*\(|only:\s*true|focus:\s*true",
        "only some tests are run",
    ),
    (
        r"^\s*if\s*\(?\s*(False|false|0)\s*\)?\s*[:{]",
        "tests are switched off by a condition that never holds",
    ),
    (
        r"open\(.*(golden|expected|snapshot|reference).*[\x22'][wa]b?t?\+?[\x22']|write\w*\([^)]*(golden|expected|snapshot|reference)|^\s*(cp|mv)\s.*(golden|expected|snapshot|reference)|(>|tee)\s*\S*(golden|expected|snapshot|reference)",
        "a test writes what it is compared with",
    ),
    (
        r"\bexpect\s*=\s*\(|globalThis\.expect\s*=|global\.expect\s*=|Assertion\w*\.prototype\.|assert\.\w+\s*=\s*(\(|function)",
        "what tests assert with is replaced",
    ),
    (
        r"\bmark\.flaky|^\s*@(flaky|retry|RetryingTest|RepeatedIfExceptionsTest)\b|\[Retry\(|\bretryTimes\(|\b(this|test|describe)\.retries\(|^\s*(it|test|describe)\b.*\{[^}]*\bretr(y|ies):\s*[1-9]",
        "a test that fails is tried again until it passes",
    ),
];

/// In the documentation of a program: an example there is a test.
const IN_EXAMPLES: &[(&str, &str)] = &[(
    r"#\s*doctest:\s*\+SKIP|^\s*//[/!]\s*```(?:rust,)?\s*(?:ignore|no_run|text)\b",
    "an example that was tested is passed over",
)];

/// In files of tests, in what they read and in the program: what tests assert with is defined anew.
const ASSERTING: &[(&str, &str)] = &[(
    r"\b(self|cls|(unittest\.)?TestCase)\.(assert\w+|fail)\s*=[^=]|^\s+(assert(Equal|NotEqual|True|False|Raises|In|AlmostEqual)|failureException)\s*=[^=]|^\s+def\s+run\(self,\s*result|require\([\x22'](node:)?assert(/strict)?[\x22']\)\.\w+\s*=[^=]|Object\.(assign|defineProperty)\(\s*(require\([\x22'](node:)?assert|assert\b)|\bas\s+(assert|assert_eq|assert_ne)\s*[;,}]|^\s*def\s+(assert(Equals?|NotEqual|True|False|Is|IsNot|IsNone|IsNotNone|In|NotIn|IsInstance|Raises|RaisesRegex|AlmostEqual|Greater|GreaterEqual|Less|LessEqual|Regex|CountEqual|DictEqual|ListEqual)|assert_(equal|nil|raises|includes|match|in_delta)|fail)\s*\(|\bsetattr\(\s*[\w.]+\s*,\s*[\x22'](assert\w+|fail)[\x22']|macro_rules!\s*(assert|assert_eq|assert_ne|assert_matches|panic|unreachable)\b|^\s*(export\s+)?(async\s+)?function\s+expect\s*\(|^\s*(const|let|var)\s+expect\s*=\s*(\(|function|async|\w+\s*=>)|^\s*(const|let|var)\s+assert\s*=\s*(\{|new Proxy)|^\s*#\s*(define|undef)\s+(assert|ASSERT_\w+|EXPECT_\w+|CHECK|REQUIRE)\b|pytest\.raises\s*=|\bpytest_assertrepr_compare\b.*=",
    "what tests assert with is replaced",
)];

/// In the program.
const IN_PRODUCT: &[(&str, &str)] = &[(
    r"PYTEST_CURRENT_TEST|JEST_WORKER_ID|VITEST_WORKER_ID|\bVITEST\b.*env|env.*\bVITEST\b|NODE_TEST_CONTEXT|[\x22'](pytest|unittest)[\x22']\s+(not\s+)?in\b.*\bmodules\b|testing\.Testing\(\)|NEXTEST_RUN_ID|NEXTEST\b",
    "the program behaves otherwise when a test runs it",
)];

/// In any text that is checked for faults.
const WHOLE_FILE: &[(&str, &str)] = &[(
    r"^\s*/\*\s*eslint-disable\s*\*/|^\s*//\s*@ts-nocheck|^#!\[allow\((warnings|unused\w*|dead_code|clippy::all)\)\]|^\s*#\s*(flake8: noqa|ruff: noqa|mypy: ignore-errors|pylint: skip-file)\s*$|istanbul ignore file|c8 ignore file|#!\[coverage\(off\)\]",
    "a whole file is taken out of a check",
)];

/// In one line of any text that is checked for faults.
const ONE_LINE: &[(&str, &str)] = &[(
    r"pragma: no cover|#\s*noqa\b|eslint-disable-(next-)?line|#\s*type: ignore|@ts-(ignore|expect-error)|(istanbul|c8) ignore|#\[allow\(|//\s*nolint|coverage\(off\)|rubocop:disable",
    "a line is taken out of a check",
)];

type Marks = LazyLock<Vec<(Regex, &'static str)>>;

fn compiled(rows: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    rows.iter().filter_map(|(text, words)| Some((Regex::new(text).ok()?, *words))).collect()
}

static EXAMPLES: Marks = LazyLock::new(|| compiled(IN_EXAMPLES));
static TESTS: Marks = LazyLock::new(|| compiled(IN_TESTS));
static PRODUCT: Marks = LazyLock::new(|| compiled(IN_PRODUCT));
static ASSERTS: Marks = LazyLock::new(|| compiled(ASSERTING));
static FILES: Marks = LazyLock::new(|| compiled(WHOLE_FILE));

static LINES: Marks = LazyLock::new(|| compiled(ONE_LINE));

/// Lines that a check passes over now, for a reader to judge.
pub fn passed_over(files: &[Changed]) -> Vec<String> {
    let looked_at = files.iter().filter(|file| matches!(kind(&file.path), Kind::Test | Kind::Product));
    looked_at.filter_map(|file| first(file, &LINES).map(|(words, _)| words)).collect()
}

/// What switches tests off in these files.
pub fn examine(files: &[Changed]) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let prepares = ["sitecustomize.py", "usercustomize.py"].contains(&name) || name.contains(".setup.");
        let of_tests =
            kind(&file.path) == Kind::Test && (is_test_name(name) || name.starts_with("setup")) || prepares;
        let marks: &Marks = if of_tests { &TESTS } else { &PRODUCT };
        if matches!(kind(&file.path), Kind::Test | Kind::Product) || prepares {
            let marked = first(file, marks).or_else(|| first(file, &ASSERTS));
            found.extend(marked.map(|(words, hunk)| Suspicion::blocking(words, hunk)));
            let examples =
                first(file, &EXAMPLES).filter(|_| file.removed().iter().any(|line| is_example(line)));
            found.extend(examples.map(|(words, hunk)| Suspicion::blocking(words, hunk)));
            found.extend(first(file, &FILES).map(|(words, hunk)| Suspicion::doubtful(words, hunk)));
        }
        if of_tests {
            found.extend(replaced_subject(file));
        }
        found.extend(stands_before(file));
        if ["sitecustomize.py", "usercustomize.py"].contains(&name) && file.old.is_empty() {
            let words = format!("{}: code is added that runs before every program of Python's", file.path);
            found.push(Suspicion::doubtful(words, patch::of(&file.path, &[], &texts(&file.added()))));
        }
    }
    found
}

/// Whether a line begins an example that is tested, or is one.
fn is_example(line: &str) -> bool {
    let said = line.trim_start();
    said.starts_with(">>>") || said.starts_with("/// ```") || said.starts_with("//! ```")
}

/// Modules that test, which a file of their name at the root is found before.
const MODULES: &[&str] =
    &["unittest", "pytest", "_pytest", "pluggy", "coverage", "pytest_cov", "nose2", "hypothesis"];
/// Programs that gates call, which a file of their name is found before where its directory is searched first.
const PROGRAMS: &[&str] = &[
    "python", "python3", "pytest", "node", "npm", "npx", "yarn", "pnpm", "cargo", "rustc", "go", "make",
    "sh", "bash", "git", "grep", "diff", "cmp", "jest", "vitest", "mocha", "ctest", "bats", "ruff", "eslint",
    "mypy",
];

/// A new file that is found where a program or a module is looked for that tests.
fn stands_before(file: &Changed) -> Option<Suspicion> {
    let (first, name) = (file.path.split('/').next()?, file.path.rsplit('/').next()?);
    let of_root = first.strip_suffix(".py").filter(|_| first == file.path);
    let of_package = Some(first).filter(|_| file.path == format!("{first}/__init__.py"));
    let is_module = of_root.or(of_package).is_some_and(|module| MODULES.contains(&module));
    let is_new = file.old.is_empty() && !file.new.is_empty();
    // `make` reads the first of these that there is, and `Makefile` last.
    let is_read_first = ["GNUmakefile", "makefile"].contains(&name);
    if is_new && is_read_first {
        let words = format!("{}: `make` reads it in place of a Makefile beside it", file.path);
        return Some(Suspicion::doubtful(words, patch::of(&file.path, &[], &texts(&file.added()))));
    }
    // An interpreter runs what is compiled already, whatever the text beside it says.
    if !file.new.is_empty() && [".pyc", ".pyo"].iter().any(|ending| name.ends_with(ending)) {
        let words = format!("{}: compiled code is committed, which runs in place of its text", file.path);
        return Some(Suspicion::blocking(words, format!("+{name}")));
    }
    // What was data or a test is what lies elsewhere now.
    let target = file.new.trim();
    let is_path = !target.contains(char::is_whitespace) && target.contains('/') && target.len() < 200;
    if is_path && !file.new.ends_with('\n') && file.old.lines().count() > 1 && super::is_of_tests(&file.path)
    {
        let words = format!("{}: it is a link to {target} now", file.path);
        return Some(Suspicion::blocking(
            words,
            patch::of(&file.path, &texts(&file.removed()), &texts(&file.added())),
        ));
    }
    (is_new && (is_module || PROGRAMS.contains(&name))).then(|| {
        let words = format!("{}: it is found in place of the program of that name, which tests", file.path);
        Suspicion::blocking(words, patch::of(&file.path, &[], &texts(&file.added())))
    })
}

/// What a file of tests took from the program and now makes itself.
fn replaced_subject(file: &Changed) -> Option<Suspicion> {
    let (added, removed) = (file.added(), file.removed());
    let imported = |lines: &[&str]| -> Vec<String> {
        let is_import = |line: &&&str| {
            let said = line.trim_start();
            ["from ", "import ", "use "].iter().any(|begins| said.starts_with(begins))
                || said.contains("require(")
        };
        lines.iter().filter(is_import).flat_map(|line| super::expect::words(line)).collect()
    };
    let kept = imported(&added);
    let names: Vec<String> = imported(&removed).into_iter().filter(|name| !kept.contains(name)).collect();
    let is_made = |line: &&&str| {
        let made = MAKES
            .as_ref()
            .and_then(|makes| makes.captures(line)?.get(1).map(|name| name.as_str().to_owned()));
        made.is_some_and(|name| names.contains(&name))
            && !line.contains("require(")
            && !line.contains("import")
    };
    let line = added.iter().find(is_made)?;
    let words = format!("{}: what is tested is no longer the program's: `{}`", file.path, line.trim());
    Some(Suspicion::blocking(words, patch::of(&file.path, &texts(&removed), &texts(&added))))
}

/// A line that gives a name something new.
static MAKES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:const|let|var|def|async def|function|class|fn)\s+)?(\w+)\s*(?:=|\()").ok()
});

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// The first mark that stands in a file more often than before.
fn first(file: &Changed, marks: &Marks) -> Option<(String, String)> {
    let (added, removed) = (file.added(), file.removed());
    marks.iter().find_map(|(pattern, words)| {
        let matching = |lines: &[&str]| {
            lines
                .iter()
                .filter(|line| pattern.is_match(line))
                .map(|line| (*line).to_owned())
                .collect::<Vec<_>>()
        };
        let (gained, lost) = (matching(&added), matching(&removed));
        (gained.len() > lost.len()).then(|| {
            let line = gained.first().map_or("", |line| line.trim());
            (format!("{}: {words}: `{line}`", file.path), patch::of(&file.path, &lost, &gained))
        })
    })
}
