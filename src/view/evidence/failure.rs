//! Where a command's output tells of a failure, by the words that tools use.

/// How a line tells of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tells {
    Nothing,
    /// A word that often stands beside a failure.
    Perhaps,
    /// A line by which a tool names what failed.
    Surely,
}

/// What a tool begins a line with that names a failure: cargo, nextest, pytest, unittest, node, vitest, jest, ctest, go, tsc.
const BEGINS: [&str; 23] = [
    "error:",
    "error[",
    "fatal:",
    "fatal error",
    "panic:",
    "Traceback (most recent call last)",
    "FAILED ",
    "FAIL ",
    "FAIL\t",
    "FAIL:",
    "ERROR:",
    "ERROR ",
    "--- FAIL:",
    "not ok ",
    "✖ ",
    "✗ ",
    "✘ ",
    "× ",
    "● ",
    "E   ",
    "AssertionError",
    "Uncaught ",
    "thread '",
];

/// What only tells of a failure together with what stands before it.
const HOLDS: [&str; 9] = [
    " ... FAILED",
    "test result: FAILED",
    " panicked at ",
    ": error TS",
    " - error TS",
    ": error: ",
    ": fatal error: ",
    "***Failed",
    "Segmentation fault",
];

/// What a line begins with that says that all went well, whatever the test is called.
const BEGINS_FINE: [&str; 5] = ["ok ", "PASS ", "--- PASS", "✔ ", "✓ "];

/// What a line holds that says so.
const FINE: [&str; 13] = [
    " ... ok",
    " PASSED",
    "0 failed",
    "0 failures",
    "0 errors",
    "0 error(s)",
    "fail 0",
    "failures 0",
    "failures: 0",
    "errors: 0",
    "no errors",
    "0 vulnerabilities",
    "without error",
];

/// Words that often stand beside a failure.
const WORDS: [&str; 9] =
    ["error", "failed", "failure", "panicked", "fatal", "traceback", "assertion", "exception", "denied"];

/// How a line tells of a failure.
pub(super) fn tells(line: &str) -> Tells {
    let bare = line.trim_start();
    if is_fine(bare) {
        return Tells::Nothing;
    }
    let named = BEGINS.iter().any(|begin| bare.starts_with(begin));
    // `thread 'x' panicked at` is cargo's; a thread that says something else is none.
    let panics = !bare.starts_with("thread '") || bare.contains("panicked");
    if (named && panics) || HOLDS.iter().any(|held| line.contains(held)) || is_go_compiler(bare) {
        return Tells::Surely;
    }
    let lower = bare.to_lowercase();
    if WORDS.iter().any(|word| lower.contains(word)) { Tells::Perhaps } else { Tells::Nothing }
}

fn is_fine(line: &str) -> bool {
    let holds = |fine: &str| {
        // "10 failed" is not "0 failed".
        let ends_a_number = |at: usize| line[..at].ends_with(|c: char| c.is_ascii_digit());
        line.match_indices(fine).any(|(at, _)| !(fine.starts_with('0') && ends_a_number(at)))
    };
    BEGINS_FINE.iter().any(|fine| line.starts_with(fine))
        || (FINE.iter().any(|fine| holds(fine)) && !line.contains("FAILED") && !has_failures(line))
}

/// Whether a line of totals counts failures beside the zeros: `2 failed, 0 errors`.
fn has_failures(line: &str) -> bool {
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || c == ',' || c == ';').collect();
    words.windows(2).any(|pair| {
        let counts = pair[0].parse::<u64>().is_ok_and(|count| count > 0);
        counts
            && ["failed", "failures", "failure", "errors", "error"].contains(&pair[1].trim_end_matches('.'))
    })
}

/// `./main.go:3:4: undefined: x`.
fn is_go_compiler(line: &str) -> bool {
    let Some((file, rest)) = line.split_once(".go:") else { return false };
    let mut parts = rest.splitn(3, ':');
    let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
    !file.contains(' ') && number(parts.next()) && number(parts.next())
}
