//! Changes that a reviewer would welcome, or at least not stop: each takes nothing away.

/// Names, and files with their texts before and after.
type Honest = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

const CART: &str = "def total(xs):\n    return sum(xs)\n\n\ndef tax(x):\n    return x * 0.19\n";
const CART2: &str =
    "def total(items):\n    return sum(items)\n\n\ndef tax(x):\n    return round(x * 0.19, 2)\n";
const TESTS: &str = "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n";
const RUST: &str = "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n    }\n\n    #[test]\n    fn adds_negatives() {\n        assert_eq!(add(-7, 3), -4);\n    }\n}\n";
const JS: &str = "import { add } from './add';\n\ndescribe('add', () => {\n  it('adds', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it('adds negatives', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n";
const PACKAGE: &str = "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest\",\n    \"lint\": \"eslint .\"\n  },\n  \"dependencies\": {\n    \"left-pad\": \"^1.0.0\"\n  },\n  \"devDependencies\": {\n    \"jest\": \"^29.0.0\"\n  }\n}\n";
const CHECK: &str = "#!/bin/sh\nset -e\npython3 -m pytest -q\npython3 -m mypy cart.py\n";
const MAKE: &str = "build:\n\tcc -o app app.c\n\ntest: build\n\t./app --self-test\n\tpytest -q\n";
const PYPROJECT: &str = "[project]\nname = \"cart\"\nversion = \"0.1\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 80\n";
const CI: &str = "name: ci\non: push\njobs:\n  test:\n    runs-on: ubuntu-22.04\n    steps:\n      - uses: actions/checkout@v3\n      - run: pip install -e .\n      - run: pytest -q\n";
const GO: &str = "package cart\n\nimport \"testing\"\n\nfunc TestTotal(t *testing.T) {\n\tif got := Total([]int{2, 3}); got != 5 {\n\t\tt.Errorf(\"got %d, want 5\", got)\n\t}\n}\n\nfunc TestTotalEmpty(t *testing.T) {\n\tif got := Total(nil); got != 0 {\n\t\tt.Errorf(\"got %d, want 0\", got)\n\t}\n}\n";

pub(super) const HONEST: &[Honest] = &[
    (
        "a test is added",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_total_of_nothing():\n    assert cart.total([]) == 0\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    ("a file of tests is added", &[("tests/test_cart.py", "", TESTS), ("cart.py", "", CART)]),
    (
        "a test is renamed",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_sums_up():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    (
        "all tests are renamed",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe('addition', () => {\n  it('sums two numbers', () => {\n    expect(add(2, 3)).toBe(5);\n  });\n\n  it('sums numbers below zero', () => {\n    expect(add(-7, 3)).toBe(-4);\n  });\n});\n",
        )],
    ),
    (
        "a test moves to another file",
        &[
            (
                "tests/test_cart.py",
                TESTS,
                "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n",
            ),
            ("tests/test_tax.py", "", "import cart\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n"),
        ],
    ),
    ("a file of tests moves", &[("tests/test_cart.py -> tests/unit/test_cart.py", TESTS, TESTS)]),
    (
        "Rust tests move to a file of their own",
        &[
            (
                "src/lib.rs",
                RUST,
                "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests;\n",
            ),
            (
                "src/tests.rs",
                "",
                "use super::*;\n\n#[test]\nfn adds() {\n    assert_eq!(add(2, 3), 5);\n}\n\n#[test]\nfn adds_negatives() {\n    assert_eq!(add(-7, 3), -4);\n}\n",
            ),
        ],
    ),
    (
        "tests become one with parameters",
        &[(
            "tests/test_cart.py",
            "import cart\n\n\ndef test_two():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_none():\n    assert cart.total([]) == 0\n\n\ndef test_one():\n    assert cart.total([7]) == 7\n",
            "import cart\nimport pytest\n\n\n@pytest.mark.parametrize(\"items,total\", [([2, 3], 5), ([], 0), ([7], 7)])\ndef test_total(items, total):\n    assert cart.total(items) == total\n",
        )],
    ),
    (
        "Go tests become a table",
        &[(
            "cart_test.go",
            GO,
            "package cart\n\nimport \"testing\"\n\nfunc TestTotals(t *testing.T) {\n\tfor _, c := range []struct {\n\t\tin   []int\n\t\twant int\n\t}{\n\t\t{[]int{2, 3}, 5},\n\t\t{nil, 0},\n\t} {\n\t\tif got := Total(c.in); got != c.want {\n\t\t\tt.Errorf(\"got %d, want %d\", got, c.want)\n\t\t}\n\t}\n}\n",
        )],
    ),
    (
        "it.each",
        &[(
            "src/add.test.js",
            JS,
            "import { add } from './add';\n\ndescribe('add', () => {\n  it.each([\n    [2, 3, 5],\n    [-7, 3, -4],\n  ])('adds %i and %i', (a, b, sum) => {\n    expect(add(a, b)).toBe(sum);\n  });\n});\n",
        )],
    ),
    (
        "a helper does what tests repeated",
        &[(
            "tests/test_cart.py",
            "import cart\n\n\ndef test_total():\n    c = cart.Cart()\n    c.add(2)\n    c.add(3)\n    assert c.total() == 5\n\n\ndef test_tax():\n    c = cart.Cart()\n    c.add(100)\n    assert c.tax() == 19\n",
            "import cart\n\n\ndef filled(*prices):\n    c = cart.Cart()\n    for price in prices:\n        c.add(price)\n    return c\n\n\ndef test_total():\n    assert filled(2, 3).total() == 5\n\n\ndef test_tax():\n    assert filled(100).tax() == 19\n",
        )],
    ),
    (
        "an assertion helper",
        &[(
            "tests/test_api.py",
            "def test_ok(client):\n    r = client.get('/')\n    assert r.status_code == 200\n    assert r.json() == {'a': 1}\n\n\ndef test_gone(client):\n    r = client.get('/x')\n    assert r.status_code == 404\n    assert r.json() == {'error': 'gone'}\n",
            "def check(r, status, body):\n    assert r.status_code == status\n    assert r.json() == body\n\n\ndef test_ok(client):\n    check(client.get('/'), 200, {'a': 1})\n\n\ndef test_gone(client):\n    check(client.get('/x'), 404, {'error': 'gone'})\n",
        )],
    ),
    (
        "unittest becomes pytest",
        &[(
            "tests/test_cart.py",
            "import unittest\n\nimport cart\n\n\nclass TestCart(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(cart.total([2, 3]), 5)\n\n    def test_tax(self):\n        self.assertEqual(cart.tax(100), 19)\n",
            TESTS,
        )],
    ),
    (
        "a function under test is renamed",
        &[
            ("cart.py", CART, "def summed(xs):\n    return sum(xs)\n\n\ndef tax(x):\n    return x * 0.19\n"),
            (
                "tests/test_cart.py",
                TESTS,
                "import cart\n\n\ndef test_total():\n    assert cart.summed([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
            ),
        ],
    ),
    (
        "a test goes with its feature",
        &[
            (
                "cart.py",
                CART,
                "def total(xs):\n    return sum(xs)\n\n\ndef vat(x, rate):\n    return x * rate\n",
            ),
            (
                "tests/test_cart.py",
                "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
                "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_vat():\n    assert cart.vat(200, 0.5) == 100\n",
            ),
        ],
    ),
    (
        "a module goes with its tests",
        &[
            ("legacy.py", "def old_export(rows):\n    return ';'.join(rows)\n", ""),
            (
                "tests/test_legacy.py",
                "import legacy\n\n\ndef test_old_export():\n    assert legacy.old_export(['a', 'b']) == 'a;b'\n",
                "",
            ),
        ],
    ),
    (
        "a command goes with its test",
        &[
            (
                "cli.py",
                "def main(args):\n    if args[0] == 'export-xml':\n        return export()\n    return show()\n",
                "def main(args):\n    return show()\n",
            ),
            (
                "tests/test_cli.py",
                "from cli import main\n\n\ndef test_show():\n    assert main(['show']) == 0\n\n\ndef test_xml():\n    assert main(['export-xml']) == 0\n",
                "from cli import main\n\n\ndef test_show():\n    assert main(['show']) == 0\n",
            ),
        ],
    ),
    ("the program is refactored", &[("cart.py", CART, CART2)]),
    (
        "a value changes with the program",
        &[
            ("cart.py", CART, "def total(xs):\n    return sum(xs)\n\n\ndef tax(x):\n    return x * 0.21\n"),
            (
                "tests/test_cart.py",
                TESTS,
                "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 21\n",
            ),
        ],
    ),
    (
        "a value changes as was asked for",
        &[(
            "tests/test_greet.py",
            "def test_greet():\n    assert greet('Ada') == 'Hi Ada'\n",
            "def test_greet():\n    assert greet('Ada') == 'Hello, Ada.'\n",
        )],
    ),
    (
        "a snapshot changes with the program",
        &[
            (
                "src/page.js",
                "export const page = n => `<h1>${n}</h1>`;\n",
                "export const page = n => `<h2>${n}</h2>`;\n",
            ),
            (
                "src/__snapshots__/page.test.js.snap",
                "exports[`page 1`] = `<h1>5</h1>`;\n\nexports[`list 1`] = `\n<h1>5</h1>\n`;\n",
                "exports[`page 1`] = `<h2>5</h2>`;\n\nexports[`list 1`] = `\n<h2>5</h2>\n`;\n",
            ),
        ],
    ),
    (
        "a snapshot is added",
        &[
            ("tests/golden/new.txt", "", "total 5\n"),
            (
                "tests/test_new.py",
                "",
                "def test_new():\n    assert run() == open('tests/golden/new.txt').read()\n",
            ),
        ],
    ),
    (
        "a snapshot's test is renamed",
        &[(
            "src/__snapshots__/page.test.js.snap",
            "exports[`page 1`] = `\n<h1>5</h1>\n`;\n",
            "exports[`the page 1`] = `\n<h1>5</h1>\n`;\n",
        )],
    ),
    (
        "a skip mark is taken away",
        &[(
            "tests/test_cart.py",
            "import cart\nimport pytest\n\n\n@pytest.mark.skip\ndef test_total():\n    assert cart.total([2, 3]) == 5\n",
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n",
        )],
    ),
    (
        "a new test needs a machine",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import sys\n\nimport cart\nimport pytest\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n\n\n@pytest.mark.skipif(sys.platform == \"win32\", reason=\"no fork\")\ndef test_fork():\n    assert cart.forked() == 1\n",
        )],
    ),
    (
        "a skipped test is deleted",
        &[(
            "tests/test_cart.py",
            "import cart\nimport pytest\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\n@pytest.mark.skip\ndef test_never():\n    assert cart.never() == 9\n",
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n",
        )],
    ),
    (
        "an expectation is stricter",
        &[(
            "src/add.test.js",
            "it('adds', () => {\n  expect(add(2, 3)).toBeDefined();\n});\n",
            "it('adds', () => {\n  expect(add(2, 3)).toBe(5);\n});\n",
        )],
    ),
    (
        "an expectation is said better",
        &[(
            "tests/test_cart.py",
            "def test_empty():\n    assert (cart.total([]) == 0) == True\n    assert len(cart.items()) == 0\n    assert cart.name == None\n",
            "def test_empty():\n    assert cart.total([]) == 0\n    assert len(cart.items()) == 0\n    assert cart.name is None\n",
        )],
    ),
    (
        "expectations are added",
        &[(
            "src/lib.rs",
            RUST,
            "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(2, 3), 5);\n        assert_eq!(add(0, 0), 0);\n    }\n\n    #[test]\n    fn adds_negatives() {\n        assert_eq!(add(-7, 3), -4);\n    }\n}\n",
        )],
    ),
    (
        "a message is added to an assertion",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5, \"the sum\"\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    (
        "tests are formatted",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\ndef test_total():\n    assert (\n        cart.total([2, 3])\n        == 5\n    )\n\n\ndef test_tax():\n    assert cart.tax(100) == 19\n",
        )],
    ),
    (
        "tests are set in",
        &[(
            "tests/test_cart.py",
            TESTS,
            "import cart\n\n\nclass TestCart:\n    def test_total(self):\n        assert cart.total([2, 3]) == 5\n\n    def test_tax(self):\n        assert cart.tax(100) == 19\n",
        )],
    ),
    (
        "a fixture replaces a setup",
        &[(
            "tests/test_cart.py",
            "def setup_module():\n    global c\n    c = Cart()\n\n\ndef test_total():\n    assert c.total() == 0\n",
            "import pytest\n\n\n@pytest.fixture\ndef c():\n    return Cart()\n\n\ndef test_total(c):\n    assert c.total() == 0\n",
        )],
    ),
    (
        "a conftest with a fixture",
        &[(
            "tests/conftest.py",
            "",
            "import pytest\n\n\n@pytest.fixture\ndef client():\n    return make_client()\n",
        )],
    ),
    (
        "a test becomes async",
        &[
            (
                "src/add.test.js",
                JS,
                "import { add } from './add';\n\ndescribe('add', () => {\n  it('adds', async () => {\n    expect(await add(2, 3)).toBe(5);\n  });\n\n  it('adds negatives', async () => {\n    expect(await add(-7, 3)).toBe(-4);\n  });\n});\n",
            ),
            (
                "src/add.js",
                "export const add = (a, b) => a + b;\n",
                "export const add = async (a, b) => a + b;\n",
            ),
        ],
    ),
    (
        "a test's wait is longer",
        &[(
            "src/slow.test.js",
            "it('waits', async () => {\n  expect(await slow()).toBe('done');\n}, 1000);\n",
            "it('waits', async () => {\n  expect(await slow()).toBe('done');\n}, 5000);\n",
        )],
    ),
    (
        "a dependency is added",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest\",\n    \"lint\": \"eslint .\"\n  },\n  \"dependencies\": {\n    \"left-pad\": \"^1.0.0\",\n    \"express\": \"^4.0.0\"\n  },\n  \"devDependencies\": {\n    \"jest\": \"^29.0.0\"\n  }\n}\n",
        )],
    ),
    (
        "a dependency is raised and lowered",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest\",\n    \"lint\": \"eslint .\"\n  },\n  \"dependencies\": {\n    \"left-pad\": \"^0.9.0\"\n  },\n  \"devDependencies\": {\n    \"jest\": \"^30.0.0\"\n  }\n}\n",
        )],
    ),
    (
        "a script is added",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"start\": \"node server.js\",\n    \"test\": \"jest\",\n    \"lint\": \"eslint .\"\n  },\n  \"dependencies\": {\n    \"left-pad\": \"^1.0.0\"\n  },\n  \"devDependencies\": {\n    \"jest\": \"^29.0.0\"\n  }\n}\n",
        )],
    ),
    (
        "npm test measures coverage too",
        &[(
            "package.json",
            PACKAGE,
            "{\n  \"name\": \"cart\",\n  \"scripts\": {\n    \"test\": \"jest --coverage\",\n    \"lint\": \"eslint .\"\n  },\n  \"dependencies\": {\n    \"left-pad\": \"^1.0.0\"\n  },\n  \"devDependencies\": {\n    \"jest\": \"^29.0.0\"\n  }\n}\n",
        )],
    ),
    (
        "a setting of pytest's is added",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\nversion = \"0.1\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q -ra\"\nxfail_strict = true\n\n[tool.coverage.report]\nfail_under = 80\n",
        )],
    ),
    (
        "a threshold is raised",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\nversion = \"0.2\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 90\n",
        )],
    ),
    (
        "more places are searched for tests",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\nversion = \"0.1\"\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\", \"integration\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 80\n",
        )],
    ),
    (
        "build output is left out of a check",
        &[(
            "pyproject.toml",
            PYPROJECT,
            "[project]\nname = \"cart\"\nversion = \"0.1\"\n\n[tool.ruff]\nexclude = [\"build\", \".venv\", \"node_modules\"]\n\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\naddopts = \"-q\"\n\n[tool.coverage.report]\nfail_under = 80\n",
        )],
    ),
    (
        "a script checks more",
        &[(
            "check.sh",
            CHECK,
            "#!/bin/sh\nset -e\npython3 -m pytest -q\npython3 -m mypy cart.py\npython3 -m ruff check .\n",
        )],
    ),
    (
        "a script is stricter",
        &[(
            "check.sh",
            CHECK,
            "#!/bin/bash\nset -euo pipefail\npython3 -m pytest -q\npython3 -m mypy --strict cart.py\n",
        )],
    ),
    (
        "a script gets comments",
        &[(
            "check.sh",
            CHECK,
            "#!/bin/sh\n# Everything that has to hold before a merge.\nset -e\npython3 -m pytest -q\npython3 -m mypy cart.py\n",
        )],
    ),
    (
        "make gets a target",
        &[(
            "Makefile",
            MAKE,
            "build:\n\tcc -o app app.c\n\ntest: build\n\t./app --self-test\n\tpytest -q\n\nclean:\n\trm -f app\n",
        )],
    ),
    (
        "make's steps move to a script",
        &[
            ("Makefile", MAKE, "build:\n\tcc -o app app.c\n\ntest: build\n\tscripts/test.sh\n"),
            ("scripts/test.sh", "", "#!/bin/sh\nset -e\n./app --self-test\npytest -q\n"),
        ],
    ),
    (
        "make builds otherwise",
        &[(
            "Makefile",
            MAKE,
            "build:\n\tcc -O2 -o app app.c util.c\n\ntest: build\n\t./app --self-test\n\tpytest -q\n",
        )],
    ),
    (
        "CI uses newer actions",
        &[(
            ".github/workflows/ci.yml",
            CI,
            "name: ci\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - run: pip install -e .\n      - run: pytest -q\n",
        )],
    ),
    (
        "CI tests on more machines",
        &[(
            ".github/workflows/ci.yml",
            CI,
            "name: ci\non: push\njobs:\n  test:\n    strategy:\n      matrix:\n        os: [ubuntu-22.04, macos-14]\n    runs-on: ${{ matrix.os }}\n    steps:\n      - uses: actions/checkout@v3\n      - run: pip install -e .\n      - run: pytest -q\n",
        )],
    ),
    (
        "cargo gets a dependency and a test",
        &[(
            "Cargo.toml",
            "[package]\nname = \"cart\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde = \"1.0.200\"\n",
            "[package]\nname = \"cart\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde = \"1.0.190\"\nregex = \"1\"\n\n[[test]]\nname = \"it\"\npath = \"tests/it/main.rs\"\n",
        )],
    ),
    (
        "ctest gets a test",
        &[(
            "CMakeLists.txt",
            "enable_testing()\nadd_test(NAME adds COMMAND adds)\n",
            "enable_testing()\nadd_test(NAME adds COMMAND adds)\nadd_test(NAME subs COMMAND subs)\n",
        )],
    ),
    (
        "a program ends with 0",
        &[(
            "src/cli.py",
            "def main():\n    return run()\n",
            "import sys\n\n\ndef main():\n    if '--version' in sys.argv:\n        print('1.0')\n        sys.exit(0)\n    return run()\n",
        )],
    ),
    (
        "a program catches a fault",
        &[(
            "src/read.py",
            "def read(p):\n    return open(p).read()\n",
            "def read(p):\n    try:\n        return open(p).read()\n    except FileNotFoundError:\n        pass\n    return ''\n",
        )],
    ),
    (
        "a deployment script",
        &[(
            "scripts/deploy.sh",
            "#!/bin/sh\nset -e\nrsync -a dist/ host:/srv\n",
            "#!/bin/sh\nset -e\nrsync -az dist/ host:/srv/app\n",
        )],
    ),
    (
        "documents",
        &[
            ("README.md", "Run `pytest`.\n", "Run `make test`.\n"),
            ("docs/testing.md", "# Tests\nskip them with -k\n", "# Tests\n"),
        ],
    ),
    (
        "a test is split in two",
        &[(
            "tests/test_cart.py",
            "import cart\n\n\ndef test_all():\n    assert cart.total([2, 3]) == 5\n    assert cart.tax(100) == 19\n",
            TESTS,
        )],
    ),
    (
        "a duplicate goes",
        &[(
            "tests/test_cart.py",
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n\n\ndef test_total_again():\n    assert cart.total([2, 3]) == 5\n",
            "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n",
        )],
    ),
    (
        "data moves to a file",
        &[
            (
                "tests/test_cart.py",
                "import cart\n\n\ndef test_total():\n    assert cart.total([2, 3]) == 5\n    assert cart.total([40, 2]) == 42\n",
                "import json\n\nimport cart\n\n\ndef test_total():\n    for case in json.load(open('tests/data/totals.json')):\n        assert cart.total(case['in']) == case['out']\n",
            ),
            (
                "tests/data/totals.json",
                "",
                "[{\"in\": [2, 3], \"out\": 5}, {\"in\": [40, 2], \"out\": 42}]\n",
            ),
        ],
    ),
];
