//! What changed between two commits, as whole texts, and what kind of file each one is.

use crate::workspace::diff::FileTexts;

/// A file as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub old_path: String,
    pub path: String,
    /// Empty for a file that is new.
    pub old: String,
    /// Empty for a file that is gone.
    pub new: String,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Test,
    /// What a test's result is compared with.
    Reference,
    /// Scripts and settings that decide what is tested, and how strictly.
    Gate,
    Prose,
    Product,
}

/// Files that decide what is tested, by their whole names.
const GATES: &[&str] = &[
    "package.json",
    "makefile",
    "gnumakefile",
    "justfile",
    "taskfile.yml",
    "rakefile",
    "tox.ini",
    "pytest.ini",
    "pyproject.toml",
    "setup.cfg",
    ".coveragerc",
    "noxfile.py",
    ".nycrc",
    ".nycrc.json",
    ".c8rc.json",
    "codecov.yml",
    ".eslintignore",
    "eslint.config.js",
    "eslint.config.mjs",
    "biome.json",
    ".flake8",
    "ruff.toml",
    "mypy.ini",
    ".golangci.yml",
    "clippy.toml",
    "deny.toml",
    "cargo.toml",
    "nextest.toml",
    "config.toml",
    "cmakelists.txt",
    "build.gradle",
    "build.gradle.kts",
    "pom.xml",
    "phpunit.xml",
    ".rspec",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    "jenkinsfile",
    ".travis.yml",
    ".pre-commit-config.yaml",
    "tarpaulin.toml",
    "tsconfig.json",
];

/// How names of files begin that decide what is tested.
const GATE_STARTS: &[&str] = &[
    "jest.config",
    "vitest.config",
    "vite.config",
    "karma.conf",
    ".mocharc",
    "playwright.config",
    "cypress.config",
    ".eslintrc",
    "pytest.ini",
];

/// Directories and endings of what results are compared with.
const REFERENCE_PLACES: &[&str] = &[
    "__snapshots__",
    "snapshots",
    "golden",
    "goldens",
    "expected",
    "approved",
    "baselines",
    "references",
    "reference",
];
const REFERENCE_ENDINGS: &[&str] = &[".snap", ".golden", ".expected", ".approved.txt", ".snap.new", ".ambr"];

/// Directories of tests.
const TEST_PLACES: &[&str] =
    &["test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "testdata", "it"];

impl Changed {
    /// From the texts of both commits.
    pub fn of(texts: FileTexts) -> Self {
        Self {
            old_path: texts.old_path,
            path: texts.path,
            old: texts.old.unwrap_or_default(),
            new: texts.new.unwrap_or_default(),
        }
    }

    /// Lines that this text has and the other has not, each as often as that is so.
    pub fn added(&self) -> Vec<&str> {
        surplus(&self.new, &self.old)
    }

    /// Lines that are gone.
    pub fn removed(&self) -> Vec<&str> {
        surplus(&self.old, &self.new)
    }
}

/// The lines of one text beyond those of another, without regard to their indentation and order.
pub fn surplus<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let mut known: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for line in other.lines() {
        *known.entry(line.trim()).or_default() += 1;
    }
    let is_surplus = |line: &&str| match known.get_mut(line.trim()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => !line.trim().is_empty(),
    };
    text.lines().filter(is_surplus).collect()
}

/// What a file is for, by its path.
pub fn kind(path: &str) -> Kind {
    let lower = path.to_lowercase();
    let mut parts: Vec<&str> = lower.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let in_any = |places: &[&str]| parts.iter().any(|part| places.contains(part));
    let is_code = |name: &str| CODE.iter().any(|ending| name.ends_with(ending));
    if name != "conftest.py" && is_gate(&lower, name) {
        Kind::Gate
    } else if REFERENCE_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || !is_code(name)
            && (in_any(REFERENCE_PLACES)
                || ["expected", "golden"].iter().any(|start| name.starts_with(start)))
    {
        Kind::Reference
    } else if is_test_name(name) || in_any(TEST_PLACES) {
        Kind::Test
    } else if [".md", ".rst", ".txt", ".adoc"].iter().any(|ending| name.ends_with(ending))
        || name.starts_with("license")
    {
        Kind::Prose
    } else {
        Kind::Product
    }
}

/// Endings of programs' texts.
const CODE: &[&str] = &[
    ".py", ".rs", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".go", ".c", ".cc", ".cpp", ".h", ".hpp",
    ".java", ".kt", ".cs", ".rb", ".php", ".ex", ".exs", ".sh", ".bash", ".bats", ".swift", ".scala",
];

/// Endings of what a program shows that are no program's text.
const VIEWS: &[&str] = &[".html", ".htm", ".css", ".scss", ".vue", ".svelte", ".erb", ".jinja", ".tmpl"];

/// Whether a file decides what a program does or how it is built: its texts, its views, its settings for tools. Data that a
/// program may write is none.
pub fn is_program(path: &str) -> bool {
    let lower = path.to_lowercase();
    CODE.iter().chain(VIEWS).any(|ending| lower.ends_with(ending)) || kind(path) == Kind::Gate
}

fn is_gate(path: &str, name: &str) -> bool {
    GATES.contains(&name)
        || GATE_STARTS.iter().any(|start| name.starts_with(start))
        || path.starts_with(".github/workflows/")
        || path.starts_with(".circleci/")
        || path.starts_with(".ci/")
        || path.starts_with("ci/")
}

/// Whether a file's name says that it holds tests or prepares them.
pub fn is_test_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let middle = name.split('.').rev().nth(1).unwrap_or_default();
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem.ends_with("_tests")
        || ["tests", "test", "conftest"].contains(&stem)
        || ["test", "spec", "setup", "cy"].contains(&middle)
        || name.ends_with("test.java")
        || name.ends_with("tests.cs")
        || name.ends_with("test.kt")
        || name.ends_with("test.php")
        || name.rsplit('.').next() == Some("bats")
}
