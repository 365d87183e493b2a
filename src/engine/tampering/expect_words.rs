//! How lines that expect something look: patterns.

use std::sync::LazyLock;

use regex::Regex;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

pub(super) static EXPECTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\bassert|\bexpect\w*\(|\bshould\b|\.to[A-Z]\w*\(|\b(t|b)\.(Error|Fatal)f?\(|(?-i:\b(EXPECT|ASSERT|CHECK|REQUIRE)\w*\()|\b(strictEqual|deepEqual|equal|notEqual|rejects|throws|ok|is|like)\(|pytest\.(?:raises|warns|deprecated_call)\b|should_panic\(|\brequire\.\w+\(|\bprop_assert|\bmatches!|\binsta::|^\s*\[+ |\[\[ .* \]\]|\btest\s+[-\x22$]|^if .*(!=|==|<|>).*\{$|\bgrep -q|\bdiff -|\bcmp ",
    )
});
pub(super) static EXACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"===?|(?i)\bassert_?equals?\b|assert_eq|\.toBe\(|toEqual|toStrictEqual|strictEqual|deepEqual|\bequals?\(|_EQ\(|\.eql?\b|\beq\(|toMatchSnapshot|toMatchInlineSnapshot|assert_snapshot|!= .*\{\s*$| -eq |raises|throws|toThrow",
    )
});
pub(super) static LOOSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i) in | not |[<>]=?|!=|assert_?(not)?_?in\b|assert_?(true|not|regex|greater|less|almost)|contains|includes?\(|to(Contain|Match|BeTruthy|BeDefined|BeGreater|BeLess|HaveProperty|BeCloseTo)|starts_?with|ends_?with|approx|notnone|not_?nil|not_?equal|_NE\(|_GE\(|_LE\(|\bmatch|\bany\(|\bok\(",
    )
});
pub(super) static ALWAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(or|\|\|)\s*(true|1)\b|\|\|\s*(true|1)\b|\bassert\s+(true|1|not false)\s*(,.*)?$|assert!\(\s*true|assertTrue\(\s*(true|1)\s*[,)]|expect\(\s*true\s*\)\.(toBe\(\s*true|toBeTruthy)|\bok\(\s*true\s*[,)]|assert\(\s*true\s*[,)]|\|\|\s*:",
    )
});
pub(super) static IDLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:self\.)?assert(?:IsInstance\(|\s+isinstance\()\s*[\w.]+\s*,\s*(?:str|bytes|int|object|list|dict|tuple)\s*\)\s*$|\b(?:\w*code\w*|status|rc)\s*(?:\bin\b|,)\s*[\[({]\s*0\s*,\s*1\s*,\s*2\s*(?:,\s*\d+\s*)*[\])}]|typeof\s+\w+\)?\s*(?:,|===?|\)\.toBe\()\s*['\x22]string['\x22]",
    )
});
/// Both sides of a comparison.
pub(super) static SIDES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^assert\s+([\w.()\[\]]+)\s*==\s*([\w.()\[\]]+)\s*$|(?i:assert_?(?:equals?|eq|is)!?|strictEqual|deepEqual|\bequal)\(\s*([\w.]+)\s*,\s*([\w.]+)\s*\)|expect\(\s*([\w.]+)\s*\)\.to(?:Be|Equal|StrictEqual)\(\s*([\w.]+)\s*\)",
    )
});
/// A bound, or any other value.
pub(super) static BOUNDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r" (?:[<>]=?|!=|in) .*[^{]$|Greater|Less|BeCloseTo|\bround\("));
pub(super) static NEGATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\bnot_?(?:deep_?)?(?:strict_?)?equals?\(|assert_?not_?equals?|assert_ne!|_NE\(|\.not\.to(?:Be|Equal|StrictEqual|Throw)\(|\brefute_equal",
    )
});
/// A name of the way in which something is compared.
pub(super) static COMPARING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:self|t|cls|assert\w*|expect\w*|not|is|None|null|in|range|round|True|False|true|false|to[A-Z]\w*|EXPECT_\w+|ASSERT_\w+|require|equal|ok|strictEqual|deepEqual)$",
    )
});
pub(super) static LITERAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r#""((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|`([^`]*)`|(-?\b\d[\d_]*(?:\.\d+)?(?:e-?\d+)?)\b"#)
});
pub(super) static TEXT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`"#));
pub(super) static MATCHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"\)\s*\.\s*(?:not\.|resolves\.|rejects\.)*(?:to[A-Z_]?\w*|be|eq\w*|equals?|have\w*|contains?)\b")
});
/// A row of a table that a test goes through.
pub(super) static ROW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"^\s*[\[({"']|parametrize|\.each|#\[(case|test_case)|@(CsvSource|ValueSource)|^\s*(case|when)\b|^\s*for\b.*\b(in|of)\s*[\[(&]"#,
    )
});
pub(super) static COMPLAINS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^[tbf]\.(Error|Fatal|Log)f?\("));
pub(super) static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"[A-Za-z_]\w*|\d[\d_.]*"));
/// Expected to fail, said of the test as a whole.
pub(super) static INVERTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"#\[\s*should_panic|\bexpectedFailure\b|@Test\(\s*expected\s*="));
pub(super) static SWALLOWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\s*except\b.*:\s*(pass)?\s*$|\bcatch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\s*\(\w*\)\s*=>\s*(\{\s*\}|null|undefined)|\bcontextlib\.suppress|\brescue\b\s*(=>.*)?$",
    )
});

/// Whether a pattern is found in a text.
pub(super) fn is(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}
