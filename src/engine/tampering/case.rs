//! The tests that a file holds, found by how they begin in the language of its ending, each with its lines.

use std::sync::LazyLock;

use regex::Regex;

use super::parts::{Part, parts};

/// Lines that may stand above a test.
const LONGEST_ABOVE: usize = 200;

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub name: String,
    /// Its lines with what stands above it: attributes, decorators.
    pub lines: Vec<String>,
    /// Whether nothing rests on it: it is skipped, expected to fail, or returns before it looks at anything.
    pub skip: Skip,
}

/// Whether a test is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    Run,
    /// Under a condition that may be sound.
    Sometimes,
    Always,
}

/// How tests look in a language.
struct Language {
    endings: &'static [&'static str],
    /// A test's first line; the first group that matches is its name.
    header: Regex,
    /// A line above a test that belongs to it; in some languages one of these makes it a test.
    above: Option<Regex>,
    /// Where only this, above it, makes a function a test.
    needs: Option<Regex>,
    /// A group of tests, whose mark counts for all of them.
    group: Option<Regex>,
    /// A mark that leaves a test or a group out.
    skip: Regex,
    /// Begins a comment.
    comment: &'static str,
}

/// A mark of this kind names a condition.
static CONDITION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)skip_?if|skip_?unless|runIf|_if\b|unless").ok());
/// A condition that always holds.
static CONSTANT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(skip_?if|_if)\w*\(\s*(true|1|not false)|(unless|runIf)\w*\(\s*(false|0)").ok()
});
/// The first statement of a test that never looks at anything.
static RETURNS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(return\b[^(]*;?|pass|return Ok\(\(\)\);?|\.\.\.)$").ok());

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| ROWS.iter().filter_map(language).collect());

type Row = (
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Endings, header, above, needs, group, skip, comment.
const ROWS: &[Row] = &[
    (
        &[".py"],
        r"^\s*(?:async\s+)?def\s+(test\w*)\s*\(",
        r"^\s*@",
        "",
        r"^\s*class\s+(\w+)",
        r"mark\.skip|\.skip\(|skipIf|skipUnless|@(unittest\.)?skip\b|xfail|expectedFailure|skipTest\(|SkipTest",
        "#",
    ),
    (
        &[".rs"],
        r"^\s*(?:pub\s+)?(?:async\s+)?fn\s+(\w+)",
        r"^\s*(#\[|///)",
        r"#\[(\w+::)*(test|rstest|test_case|proptest|quickcheck|googletest|wasm_bindgen_test)\b",
        r"^\s*(?:pub\s+)?mod\s+(\w+)\s*\{",
        r"#\[\s*ignore|cfg\(\s*(any\(\)|FALSE|false)\s*\)|cfg_attr\(.*ignore",
        "//",
    ),
    (
        &[".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"],
        r#"^\s*(?:await\s+)?[xf]?(?:it|test|specify)(?:\.\w+)*(?:\([^'"`]*\))?\s*\(\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`)|^\s*\]\)\s*\(\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`)"#,
        r"\.each\(|^\s+\[",
        "",
        r#"^\s*[xf]?(?:describe|suite|context)(?:\.\w+)*\s*\(\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`)"#,
        r"^\s*x(it|test|describe|specify|context)\b|\.(skip|todo|fails|failing|skipIf|runIf)\b|skip:\s*(true|['\x22])|todo:\s*(true|['\x22])|\bthis\.skip\(|\bt\.skip\(",
        "//",
    ),
    (
        &[".go"],
        r"^func\s+((?:Test|Fuzz|Example)\w*)\s*\(",
        "",
        "",
        "",
        r"\b\w+\.(Skip|SkipNow|Skipf)\(",
        "//",
    ),
    (
        &[".java", ".kt", ".cs", ".scala", ".swift"],
        r"^\s*(?:public|private|internal|protected)?\s*(?:static\s+)?(?:async\s+)?(?:void|fun|func|Task|suspend fun|\w+)\s+`?(\w[\w ]*)`?\s*\(",
        r"^\s*(@|\[)",
        r"@Test\b|@ParameterizedTest|@RepeatedTest|\[(Fact|Theory|Test|TestMethod|TestCase)\b",
        "",
        r"@Disabled|@Ignore|\[Ignore|Skip\s*=|XCTSkip|Assume\.|assumeTrue\(false",
        "//",
    ),
    (
        &[".c", ".cc", ".cpp", ".h", ".hpp"],
        r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TEST_CASE|SCENARIO|BOOST_AUTO_TEST_CASE)\s*\(([^)]*)\)",
        "",
        "",
        "",
        r"DISABLED_|GTEST_SKIP|\[\.\]|SKIP\(",
        "//",
    ),
    (
        &[".rb"],
        r#"^\s*(?:x|f)?(?:it|specify|scenario|test)\s*\(?\s*['"]([^'"]*)['"]|^\s*def\s+(test_\w+)"#,
        "",
        "",
        r"^\s*x?(?:describe|context)\b\s*(.*)",
        r"^\s*x(it|describe|context|specify)\b|\bskip\b|\bpending\b|skip:",
        "#",
    ),
    (
        &[".php"],
        r"^\s*(?:public\s+)?function\s+(test\w+)\s*\(",
        r"^\s*(#\[|\*|/\*)",
        "",
        "",
        r"markTestSkipped|markTestIncomplete|->skip\(",
        "//",
    ),
    (
        &[".ex", ".exs"],
        r#"^\s*test\s+"([^"]*)""#,
        r"^\s*@",
        "",
        r#"^\s*describe\s+"([^"]*)""#,
        r"@(tag|describetag|moduletag)\s+:?skip",
        "#",
    ),
    (&[".bats"], r#"^\s*@test\s+["']([^"']*)["']"#, "", "", "", r"^\s*skip\b", "#"),
    (&[".sh", ".bash"], r"^\s*(?:function\s+)?(test_\w+)\s*\(\)", "", "", "", r"^\s*skip\b", "#"),
    (
        &["CMakeLists.txt", ".cmake"],
        r"^\s*add_test\s*\(\s*(?:NAME\s+)?(\S+)",
        "",
        "",
        "",
        r"DISABLED\s+(TRUE|ON|1)",
        "#",
    ),
];

fn language((endings, header, above, needs, group, skip, comment): &Row) -> Option<Language> {
    let maybe = |pattern: &str| (!pattern.is_empty()).then(|| Regex::new(pattern).ok()).flatten();
    Some(Language {
        endings,
        header: Regex::new(header).ok()?,
        above: maybe(above),
        needs: maybe(needs),
        group: maybe(group),
        skip: Regex::new(skip).ok()?,
        comment,
    })
}

/// The tests of a file; none where its language is not known.
pub fn cases(path: &str, text: &str) -> Vec<Case> {
    let Some(language) =
        LANGUAGES.iter().find(|known| known.endings.iter().any(|ending| path.ends_with(ending)))
    else {
        return Vec::new();
    };
    if !is_collected(path) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let parts = parts(&lines, is_python(path));
    let is_code = |at: usize| parts.get(at) == Some(&Part::Code);
    let mut found = Vec::new();
    let mut groups: Vec<(usize, String, Skip)> = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| is_code(*at)) {
        let indent = indent(line);
        if !line.trim().is_empty() && !line.trim_start().starts_with(['}', ')', '@', '#']) {
            groups.retain(|(of_group, ..)| *of_group < indent);
        }
        let start = language.start(&lines, at);
        if let Some(name) = named(language.group.as_ref(), line) {
            let marked = language.skips(lines.get(start..=at).unwrap_or_default());
            let is_class = is_python(path) && !is_collected_class(line);
            groups.push((indent, name, if is_class { Skip::Always } else { marked }));
            continue;
        }
        let Some(name) = named(Some(&language.header), line) else { continue };
        let above = lines.get(start..at).unwrap_or_default();
        if language.needs.as_ref().is_some_and(|needs| !above.iter().any(|line| needs.is_match(line))) {
            continue;
        }
        let end = end_of(&lines, &parts, at, indent);
        let block = lines.get(start..end).unwrap_or_default();
        let own = language.skip_of(block, at - start);
        let of_block = parts.get(start..end).unwrap_or_default();
        let said = block.iter().zip(of_block).filter(|(_, part)| **part != Part::Comment);
        let skip = groups.iter().map(|(_, _, skip)| *skip).fold(own, Skip::max);
        let place: Vec<&str> =
            groups.iter().map(|(_, group, _)| group.as_str()).chain([name.as_str()]).collect();
        found.push(Case {
            name: place.join(" › "),
            lines: said.map(|(line, _)| (*line).to_owned()).collect(),
            skip,
        });
    }
    found
}

fn has_ending(path: &str, wanted: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted))
}

pub(super) fn is_python(path: &str) -> bool {
    has_ending(path, "py")
}

/// Whether runners look into a file of that name.
fn is_collected(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let by_content = [
        ".rs",
        ".java",
        ".kt",
        ".cs",
        ".scala",
        ".swift",
        ".c",
        ".cc",
        ".cpp",
        ".h",
        ".hpp",
        ".cmake",
        "cmakelists.txt",
    ];
    if is_python(path) {
        return name.starts_with("test") || name.ends_with("_test.py") || name.ends_with("_tests.py");
    }
    if has_ending(path, "go") {
        return name.ends_with("_test.go");
    }
    by_content.iter().any(|ending| name.ends_with(ending))
        || super::change::kind(path) == super::change::Kind::Test
}

/// Whether Python's runners look into a class: it derives from something, or is called a test.
fn is_collected_class(line: &str) -> bool {
    let Some((_, rest)) = line.trim_start().split_once("class ") else { return true };
    let base = rest.split_once('(').map_or("", |(_, base)| base.split(')').next().unwrap_or_default().trim());
    rest.starts_with("Test") || !["", "object"].contains(&base)
}

impl Language {
    /// Where the lines begin that stand above a test and belong to it.
    fn start(&self, lines: &[&str], at: usize) -> usize {
        let Some(above) = &self.above else { return at };
        let (mut start, mut depth) = (at, 0_isize);
        while let Some(line) = start.checked_sub(1).and_then(|before| lines.get(before)) {
            // Attributes of several lines are read from their end.
            let said = line.trim();
            let closes = if depth > 0 || [")]", ")", "])", "))"].contains(&said) {
                count(line, ")]}") - count(line, "([{")
            } else {
                0
            };
            depth += closes;
            let belongs = closes != 0 || depth > 0 || above.is_match(line);
            if said.is_empty() || !belongs || at - start > LONGEST_ABOVE {
                break;
            }
            start -= 1;
        }
        start
    }

    fn skips(&self, lines: &[&str]) -> Skip {
        let marks = lines
            .iter()
            .filter(|line| !line.trim_start().starts_with(self.comment) && self.skip.is_match(line));
        marks.map(|line| condition(line)).fold(Skip::Run, Skip::max)
    }

    /// Whether a block leaves itself out, by a mark, in its first statements, or by returning before it looks.
    fn skip_of(&self, block: &[&str], header: usize) -> Skip {
        let own = self.skips(block.get(..=header).unwrap_or_default());
        let body = block.get(header + 1..).unwrap_or_default();
        let (mut found, mut level) = (own, None);
        for line in body {
            let said = line.trim();
            if said.is_empty() || said.starts_with(self.comment) || said.starts_with(['"', '\'']) {
                continue;
            }
            let first = level.is_none();
            let depth = *level.get_or_insert_with(|| indent(line));
            let conditional = indent(line) > depth;
            if self.skip.is_match(line) {
                found = found.max(if conditional { Skip::Sometimes } else { condition(line) });
            }
            let returns = RETURNS.as_ref().is_some_and(|returns| returns.is_match(said));
            if first && returns {
                found = Skip::Always;
            }
        }
        found
    }
}

fn condition(line: &str) -> Skip {
    let is =
        |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(line));
    if is(&CONDITION) && !is(&CONSTANT) { Skip::Sometimes } else { Skip::Always }
}

fn named(pattern: Option<&Regex>, line: &str) -> Option<String> {
    let found = pattern?.captures(line)?;
    found.iter().skip(1).flatten().next().map(|name| name.as_str().trim().to_owned())
}

fn count(line: &str, of: &str) -> isize {
    isize::try_from(line.chars().filter(|c| of.contains(*c)).count()).unwrap_or(0)
}

/// How far a line is set in; a tab counts for four.
pub(super) fn indent(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// Where a block ends whose first line is set in that far: behind the lines set in further, and the one that closes it.
pub(super) fn end_of(lines: &[&str], parts: &[Part], at: usize, of_block: usize) -> usize {
    let mut end = at + 1;
    while let Some(line) = lines.get(end) {
        let said = line.trim();
        // How far the lines of a text are set in says nothing.
        if parts.get(end).is_some_and(|part| *part != Part::Code) {
            end += 1;
            continue;
        }
        let closes = said.starts_with(['}', ')', ']']) || said == "end" || said == "{";
        if !said.is_empty() && indent(line) <= of_block && !closes {
            break;
        }
        end += 1;
        if closes && said != "{" && indent(line) <= of_block {
            break;
        }
    }
    end
}
