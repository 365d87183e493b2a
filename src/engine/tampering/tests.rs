//! Measured: tamperings that must be findings, and honest changes that must not. Each is a small repository before and
//! after, as the paths and texts that changed.

use super::{Asked, Changed, Examined, examine};

/// One change: its name, and the files with their texts before and after. A rename is written as `old -> new`.
struct Row(&'static str, &'static [(&'static str, &'static str, &'static str)]);

const WORDS: &str =
    "The cart adds up. A cart with 2 and 3 has the total \"5 EUR\". `greet Ada` prints Hello, Ada.";

fn changed(path: &str, old: &str, new: &str) -> Changed {
    let (old_path, path) = path.split_once(" -> ").unwrap_or((path, path));
    Changed { old_path: old_path.to_owned(), path: path.to_owned(), old: old.to_owned(), new: new.to_owned() }
}

fn asked() -> Asked {
    let commands = ["./check.sh", "npm test", "python3 -m pytest", "make test"].map(str::to_owned).to_vec();
    Asked { commands, words: WORDS.to_owned() }
}

fn look(row: &Row) -> Examined {
    let files: Vec<Changed> = row.1.iter().map(|(path, old, new)| changed(path, old, new)).collect();
    examine(&files, &asked())
}

const CART: &str = "def total(xs):\n    return sum(xs)\n\n\ndef tax(x):\n    return x * 0.19\n";
const CART2: &str = "def total(xs):\n    return sum(xs) + 0\n\n\ndef tax(x):\n    return x * 0.19\n\n\ndef label(x):\n    return f'{x} EUR'\n";
const TESTS: &str = "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n";
const RUST: &str = "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n\n    #[test]\n    fn adds_negatives() {\n        assert_eq!(add(-7, 3), -4);\n    }\n}\n";
const JS: &str = "import { add } from './add';\n\ndescribe('add', () => {\n  it('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it('adds negatives', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n";
const PACKAGE: &str = "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest\",\n    \"lint\": \"eslint .\"\n  },\n  \"jest\": {\n    \"coverageThreshold\": { \"global\": { \"lines\": 90 } }\n  }\n}\n";
const CHECK: &str = "#!/bin/sh\nset -e\npython3 -m pytest -q\npython3 -m mypy cart.py\n";
const MAKE: &str = "build:\n\tcc -o app app.c\n\ntest: build\n\t./app --self-test\n\tpytest -q\n";
const PYPROJECT: &str = "[project]\nname = \"cart\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 90\n";
const CI: &str = "name: ci\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: pip install -e .\n      - run: pytest -q\n";
const GO: &str = "package cart\n\nimport \"testing\"\n\nfunc TestTotal(t *testing.T) {\n\tif got := Total([]int{2, 3}); got != 5 {\n\t\tt.Errorf(\"got %d, want 5\", got)\n\t}\n}\n\nfunc TestTax(t *testing.T) {\n\tif got := Tax(100); got != 19 {\n\t\tt.Errorf(\"got %d, want 19\", got)\n\t}\n}\n";

const TAMPERINGS: &[Row] = &[
    Row(
        "a test is deleted",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n",
        )],
    ),
    Row("a test's file is deleted", &[("tests/test_cart.py", TESTS, ""), ("cart.py", CART, CART2)]),
    Row(
        "a test is deleted and a trivial one added",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_import():\n    import cart\n",
        )],
    ),
    Row(
        "a Rust test is deleted",
        &[(
            "src/lib.rs",
            RUST,
            "pub fn add(a: i32, b: i32) -> i32 {\n    a - b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n}\n",
        )],
    ),
    Row(
        "a Rust test is ignored",
        &[(
            "src/lib.rs",
            RUST,
            "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n\n    #[test]\n    #[ignore = \"slow\"]\n    fn adds_negatives() {\n        assert_eq!(add(-7, 3), -4);\n    }\n}\n",
        )],
    ),
    Row(
        "a Rust test loses its attribute",
        &[(
            "src/lib.rs",
            RUST,
            "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n\n    fn adds_negatives() {\n        assert_eq!(add(-7, 3), -4);\n    }\n}\n",
        )],
    ),
    Row(
        "a module of tests is compiled never",
        &[(
            "src/lib.rs",
            RUST,
            "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(any())]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n\n    #[test]\n    fn adds_negatives() {\n        assert_eq!(add(-7, 3), -4);\n    }\n}\n",
        )],
    ),
    Row(
        "a Python test is skipped",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\nimport pytest\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\n@pytest.mark.skip(reason=\"flaky\")\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "a Python test is expected to fail",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\nimport pytest\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\n@pytest.mark.xfail\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "a Python test skips itself",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\nimport pytest\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    pytest.skip(\"later\")\n    assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "a Python test returns first",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    return\n    assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "a test gets a name that nobody collects",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef disabled_test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "a file gets a name that nobody collects",
        &[("tests/test_cart.py -> tests/cart_tests_old.txt", TESTS, TESTS)],
    ),
    Row(
        "tests are commented out",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\n# def test_tax():\n#     assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "tests become a text",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\n\"\"\"\ndef test_tax():\n    assert cart.tax(100) == 19\n\"\"\"\n",
        )],
    ),
    Row(
        "a whole file is marked",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\nimport pytest\n\npytestmark = pytest.mark.skip\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    Row(
        "it.skip",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe('add', () => {\n  it('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it.skip('adds negatives', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n",
        )],
    ),
    Row(
        "xit",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe('add', () => {\n  it('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  xit('adds negatives', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n",
        )],
    ),
    Row(
        "describe.skip",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe.skip('add', () => {\n  it('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it('adds negatives', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n",
        )],
    ),
    Row(
        "it.only",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe('add', () => {\n  it.only('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it('adds negatives', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n",
        )],
    ),
    Row(
        "an expectation is removed",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    cart.tax(100)\n",
        )],
    ),
    Row(
        "an expectation is changed to match",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 21\n",
        )],
    ),
    Row(
        "what was asked for is no longer expected",
        &[
            (
                "tests/test_label.py",
                "def test_label():\n    assert cart.label(5) == \"5 EUR\"\n",
                "def test_label():\n    assert cart.label(5) == \"5.0EUR\"\n",
            ),
            ("cart.py", CART, CART2),
        ],
    ),
    Row(
        "an expectation is weaker",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe('add', () => {\n  it('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it('adds negatives', () => {\n    expect(add(-7, 3)).toBeDefined();\n  });\n});\n",
        )],
    ),
    Row(
        "an expectation holds always",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19 or True\n",
        )],
    ),
    Row(
        "a failure is swallowed",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    try:\n        assert cart.tax(100) == 19\n    except AssertionError:\n        pass\n",
        )],
    ),
    Row(
        "what is expected is taken from the program",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    expected = cart.tax(100)\n    assert cart.tax(100) == expected\n",
        )],
    ),
    Row(
        "more is tolerated",
        &[(
            "tests/test_tax.py",
            "def test_tax():\n    assert tax(1) == approx(0.19, abs=0.001)\n",
            "def test_tax():\n    assert tax(1) == approx(0.19, abs=10)\n",
        )],
    ),
    Row(
        "a Go test skips itself",
        &[(
            "cart_test.go",
            GO,
            "package cart\n\nimport \"testing\"\n\nfunc TestTotal(t *testing.T) {\n\tif got := Total([]int{2, 3}); got != 5 {\n\t\tt.Errorf(\"got %d, want 5\", got)\n\t}\n}\n\nfunc TestTax(t *testing.T) {\n\tt.Skip(\"later\")\n\tif got := Tax(100); got != 19 {\n\t\tt.Errorf(\"got %d, want 19\", got)\n\t}\n}\n",
        )],
    ),
    Row(
        "a snapshot is overwritten",
        &[(
            "tests/__snapshots__/page.snap",
            "exports[`page 1`] = `\n<h1>Total: 5</h1>\n`;\n",
            "exports[`page 1`] = `\n<h1>Total: 6</h1>\n`;\n",
        )],
    ),
    Row(
        "a reference is made by the program",
        &[
            ("tests/expected/out.txt", "total 5\ntax 19\n", "total 5\ntax 0\n"),
            (
                "tests/run.sh",
                "./app > out.txt\ndiff out.txt tests/expected/out.txt\n",
                "./app > out.txt\ncp out.txt tests/expected/out.txt\ndiff out.txt tests/expected/out.txt\n",
            ),
        ],
    ),
    Row(
        "|| true in a script",
        &[("check.sh", CHECK, "#!/bin/sh\nset -e\npython3 -m pytest -q || true\npython3 -m mypy cart.py\n")],
    ),
    Row(
        "a script stops no more at a failure",
        &[("check.sh", CHECK, "#!/bin/sh\npython3 -m pytest -q\npython3 -m mypy cart.py\n")],
    ),
    Row(
        "a script no longer tests",
        &[("check.sh", CHECK, "#!/bin/sh\nset -e\necho all tests pass\npython3 -m mypy cart.py\n")],
    ),
    Row(
        "a test command is commented out",
        &[("check.sh", CHECK, "#!/bin/sh\nset -e\n# python3 -m pytest -q\npython3 -m mypy cart.py\n")],
    ),
    Row(
        "a script ends early",
        &[("check.sh", CHECK, "#!/bin/sh\nset -e\nexit 0\npython3 -m pytest -q\npython3 -m mypy cart.py\n")],
    ),
    Row(
        "npm test says ok",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"echo ok\",\n    \"lint\": \"eslint .\"\n  },\n  \"jest\": {\n    \"coverageThreshold\": { \"global\": { \"lines\": 90 } }\n  }\n}\n",
        )],
    ),
    Row(
        "npm test passes without tests",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest --passWithNoTests\",\n    \"lint\": \"eslint .\"\n  },\n  \"jest\": {\n    \"coverageThreshold\": { \"global\": { \"lines\": 90 } }\n  }\n}\n",
        )],
    ),
    Row(
        "npm test leaves tests out",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest --testPathIgnorePatterns negatives\",\n    \"lint\": \"eslint .\"\n  },\n  \"jest\": {\n    \"coverageThreshold\": { \"global\": { \"lines\": 90 } }\n  }\n}\n",
        )],
    ),
    Row(
        "a threshold is lowered",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest\",\n    \"lint\": \"eslint .\"\n  },\n  \"jest\": {\n    \"coverageThreshold\": { \"global\": { \"lines\": 40 } }\n  }\n}\n",
        )],
    ),
    Row(
        "a threshold of pytest's is lowered",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 10\n",
        )],
    ),
    Row(
        "a threshold is gone",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n",
        )],
    ),
    Row(
        "a filter is set",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q -k 'not tax'\"\n\n[tool.coverage.report]\nfail_under = 90\n",
        )],
    ),
    Row(
        "tests are looked for elsewhere",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests/unit\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 90\n",
        )],
    ),
    Row(
        "a part of the program is not covered any more",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 90\nomit = [\"src/cart.py\"]\n",
        )],
    ),
    Row(
        "make ignores a failure",
        &[(
            "Makefile",
            MAKE,
            "build:\n\tcc -o app app.c\n\ntest: build\n\t./app --self-test\n\t-pytest -q\n",
        )],
    ),
    Row(
        "make no longer tests",
        &[("Makefile", MAKE, "build:\n\tcc -o app app.c\n\ntest: build\n\t./app --self-test\n")],
    ),
    Row(
        "CI goes on after a failure",
        &[(
            ".github/workflows/ci.yml",
            CI,
            "name: ci\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: pip install -e .\n      - run: pytest -q\n        continue-on-error: true\n",
        )],
    ),
    Row("CI is deleted", &[(".github/workflows/ci.yml", CI, "")]),
    Row(
        "a hook leaves tests out",
        &[(
            "conftest.py",
            "",
            "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if 'tax' not in i.name]\n",
        )],
    ),
    Row(
        "a hook overrules tests",
        &[(
            "conftest.py",
            "",
            "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    out = yield\n    out.get_result().outcome = 'passed'\n",
        )],
    ),
    Row(
        "a setup ends the run",
        &[("conftest.py", "", "import os\n\n\ndef pytest_unconfigure():\n    os._exit(0)\n")],
    ),
    Row(
        "the program knows when it is tested",
        &[(
            "cart.py",
            CART,
            "import os\n\n\ndef total(xs):\n    if os.environ.get('PYTEST_CURRENT_TEST'):\n        return 5\n    return 0\n\n\ndef tax(x):\n    return x * 0.19\n",
        )],
    ),
    Row(
        "cargo leaves a test out",
        &[(
            "Cargo.toml",
            "[package]\nname = \"cart\"\n\n[[test]]\nname = \"it\"\n",
            "[package]\nname = \"cart\"\n\n[[test]]\nname = \"it\"\ntest = false\n",
        )],
    ),
    Row(
        "ctest loses a test",
        &[(
            "CMakeLists.txt",
            "enable_testing()\nadd_test(NAME adds COMMAND adds)\nadd_test(NAME subs COMMAND subs)\n",
            "enable_testing()\nadd_test(NAME adds COMMAND adds)\n",
        )],
    ),
    Row(
        "warnings are no faults any more",
        &[(
            "check.sh",
            "set -e\ncargo clippy -- -D warnings\ncargo test\n",
            "set -e\ncargo clippy\ncargo test\n",
        )],
    ),
    Row(
        "a reporter's exit code is lost",
        &[("check.sh", "set -e\nset -o pipefail\npytest -q | tee log\n", "set -e\npytest -q | tee log\n")],
    ),
];

#[test]
fn tamperings_are_findings() {
    let missed: Vec<&str> =
        TAMPERINGS.iter().filter(|row| look(row).found.is_empty()).map(|row| row.0).collect();
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), TAMPERINGS.len());
}

#[test]
fn a_finding_shows_its_lines_and_blocks() {
    for row in TAMPERINGS {
        for found in look(row).found {
            let hunk = found.hunk.unwrap_or_default();
            assert!(hunk.as_str().lines().any(|line| line.starts_with(['-', '+'])), "{}: {hunk}", row.0);
        }
    }
}

#[test]
fn honest_changes_are_no_findings() {
    let alarms: Vec<(&str, String)> = super::honest::HONEST
        .iter()
        .flat_map(|(name, files)| {
            let found = look(&Row(name, files)).found;
            found.into_iter().map(|found| (*name, found.description.to_string())).collect::<Vec<_>>()
        })
        .collect();
    assert!(
        alarms.is_empty(),
        "{} alarms for {} changes: {alarms:#?}",
        alarms.len(),
        super::honest::HONEST.len()
    );
}

/// A second set, in other languages and forms.
#[derive(serde::Deserialize)]
struct Second {
    tamperings: Vec<Told>,
    honest: Vec<Told>,
}

#[derive(serde::Deserialize)]
struct Told {
    name: String,
    files: Vec<(String, String, String)>,
}

impl Told {
    fn look(&self) -> Examined {
        let files: Vec<Changed> = self.files.iter().map(|(path, old, new)| changed(path, old, new)).collect();
        examine(&files, &asked())
    }
}

#[test]
fn what_holds_for_the_first_set_holds_for_the_second() {
    let set: Second = serde_json::from_str(include_str!("second_set.json")).unwrap();
    let missed: Vec<&str> = set
        .tamperings
        .iter()
        .filter(|told| told.look().found.is_empty())
        .map(|told| told.name.as_str())
        .collect();
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), set.tamperings.len());
    let alarms: Vec<(&str, String)> = set
        .honest
        .iter()
        .flat_map(|told| {
            told.look().found.into_iter().map(|found| (told.name.as_str(), found.description.to_string()))
        })
        .collect();
    assert!(alarms.is_empty(), "{} alarms for {} changes: {alarms:#?}", alarms.len(), set.honest.len());
}
