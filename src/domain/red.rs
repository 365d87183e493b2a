//! How a check was red: because what it asserts did not hold, or because there was nothing that it could judge. Both show
//! that it is able to fail; only the first shows that it fails for its statement.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::environment::CommandRun;
use super::text::worded;

/// How a check was red, the kind that shows least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HowRed {
    /// Nothing says it: an earlier version did not record it, or the check keeps to itself what it saw.
    #[default]
    Unknown,
    /// What was shown differs, and all that the assertion quotes still stands there.
    Elsewhere,
    /// The app was not built, did not start, or did not answer.
    Down,
    /// The app ended by a signal or a fault of its own.
    Crashed,
    /// What the check works with was not there: a program, a file, a command, a page.
    Gone,
    /// The check ran to its end, and what it asserts did not hold.
    Untrue,
}

worded!(HowRed);

/// Exit codes of a shell: what is named is not there, or cannot be run.
const NOT_THERE: [i32; 2] = [126, 127];
/// Exit codes of curl for an address where nothing answers, and for a status that is an error.
const CURL_DOWN: [i32; 4] = [6, 7, 52, 56];
const CURL_STATUS: i32 = 22;
/// What a process that was ended by a signal counts as, up to the last of them.
const SIGNALS: std::ops::RangeInclusive<i32> = 129..=159;

/// What is said of an app that was not built or does not answer.
const DOWN: &[&str] = &[
    "connection refused",
    "connectionrefusederror",
    "econnrefused",
    "err_connection_refused",
    "failed to connect",
    "couldn't connect",
    "could not connect",
    "takes no connection",
    "empty reply from server",
    "connection reset",
    "could not compile",
    "compilation failed",
    "syntaxerror",
];

/// What is said of something that is not there.
const GONE: &[&str] = &[
    "no such file",
    "not found",
    "cannot find",
    "can't find",
    "could not find",
    "no module named",
    "modulenotfounderror",
    "importerror",
    "filenotfounderror",
    "method not allowed",
    "can't open",
    "cannot open",
    "does not exist",
    "doesn't exist",
    "has no attribute",
    "is not a function",
    "is not defined",
    "no rule to make target",
    "no bin target",
    "missing script",
    "unrecognized subcommand",
    "unknown command",
    "unknown subcommand",
    "invalid choice",
    "unrecognized arguments",
    "unexpected argument",
    "unknown option",
    "invalid option",
    "unrecognized option",
];

/// What is said of a crash.
const CRASHED: &[&str] = &[
    "segmentation fault",
    "core dumped",
    "internal server error",
    "unhandled exception",
    "uncaught exception",
    "unhandledpromiserejection",
    "stack overflow",
];

impl HowRed {
    /// Whether it failed for its statement: all else shows only that it notices when the app is not there.
    pub fn is_for_its_statement(self) -> bool {
        self == Self::Untrue
    }

    /// In a clause: `what it works with was gone`.
    pub fn clause(self) -> &'static str {
        match self {
            Self::Unknown => "nothing says how",
            Self::Elsewhere => "something else changed than what it asserts",
            Self::Down => "the app did not start or answer",
            Self::Crashed => "the app crashed",
            Self::Gone => "what it works with was gone",
            Self::Untrue => "what it asserts did not hold",
        }
    }

    /// In a word or two, behind `seen red`; nothing where it failed for its statement.
    pub fn note(self) -> &'static str {
        match self {
            Self::Unknown => " (how is not known)",
            Self::Elsewhere => " (by something else)",
            Self::Down => " (the app was down)",
            Self::Crashed => " (the app crashed)",
            Self::Gone => " (with the app's part gone)",
            Self::Untrue => "",
        }
    }

    /// How the run of a command was red, by its exit code and its last words.
    pub fn of_run(run: &CommandRun) -> Self {
        let ran_tests = run.tests.is_some_and(|tests| tests.ran() > 0);
        let curls = || run.command.as_str().contains("curl");
        match run.exit_code {
            code if NOT_THERE.contains(&code) => return Self::Gone,
            code if SIGNALS.contains(&code) => return Self::Crashed,
            code if CURL_DOWN.contains(&code) && curls() => return Self::Down,
            CURL_STATUS if curls() => {
                return Self::by_words(run.tail.as_str()).unwrap_or(Self::Gone);
            }
            _ => {}
        }
        let said = Self::by_words(run.tail.as_str());
        // A test that fails may end in a backtrace: that is how it says that something does not hold.
        match said.filter(|said| !(ran_tests && *said == Self::Crashed)) {
            Some(said) => said,
            None if run.tail.as_str().trim().is_empty() && is_silenced(run.command.as_str()) => Self::Unknown,
            None => Self::Untrue,
        }
    }

    /// How a status of an answer is an error of its own, where it is one that a page that is there does not give.
    pub fn of_status(status: u16) -> Option<Self> {
        match status {
            404 | 405 | 410 | 501 => Some(Self::Gone),
            0 | 502..=504 => Some(Self::Down),
            500..=599 => Some(Self::Crashed),
            _ => None,
        }
    }

    /// What a text says of an app that is not there or came down; nothing where it says neither.
    pub fn by_words(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let says = |known: &[&str]| known.iter().any(|words| lower.contains(words));
        if says(DOWN) {
            return Some(Self::Down);
        }
        if says(GONE) || says_status(&lower, "404") || says_status(&lower, "405") {
            return Some(Self::Gone);
        }
        (says(CRASHED) || is_backtrace(&lower)).then_some(Self::Crashed)
    }
}

/// Whether a text names a status, as a number of its own.
fn says_status(text: &str, status: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| word == status)
}

/// Whether a program ended in a fault of its own: a failed assertion is what a check says.
fn is_backtrace(text: &str) -> bool {
    let has = |words: &str| text.contains(words);
    (has("traceback (most recent call last)") || has("panicked at")) && !has("assert")
}

/// Whether a command throws away what would say how it failed: its own words, or those of a part whose end nobody hears of.
fn is_silenced(command: &str) -> bool {
    let dropped =
        command.contains("2>/dev/null") || command.contains("2> /dev/null") || command.contains("&>");
    let words = || command.split_whitespace();
    let silent = |word: &str| {
        let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
        word == "--silent" || short.contains('s') && !short.contains('S')
    };
    let curls = words().any(|word| word.ends_with("curl"));
    dropped || curls && command.contains('|') && words().any(silent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::TestCounts;
    use crate::domain::text::{Line, Title};

    fn run(command: &str, exit_code: i32, tail: &str) -> CommandRun {
        CommandRun {
            name: Title::default(),
            command: Line::clipped(command),
            exit_code,
            tail: Line::clipped(tail),
            evidence: None,
            wall_ms: 0,
            tests: None,
        }
    }

    #[test]
    fn a_command_that_is_red_says_how() {
        use HowRed::{Crashed, Down, Elsewhere, Gone, Unknown, Untrue};

        for (command, code, tail, how) in [
            ("grep -q Ada page.txt", 1, "", Untrue),
            ("grep -q Ada page.txt", 2, "grep: page.txt: No such file or directory", Gone),
            ("./greet.sh Ada", 127, "sh: 1: ./greet.sh: not found", Gone),
            ("test \"$(./greet Ada)\" = Hello", 1, "sh: 1: ./greet: not found", Gone),
            ("./greet 2>/dev/null | grep -q Ada", 1, "", Unknown),
            ("curl -sf http://localhost:1/a | grep -q Ada", 1, "", Unknown),
            (
                "curl -fsS http://localhost:1/a | grep Ada",
                1,
                "curl: (22) The requested URL returned error: 404",
                Gone,
            ),
            (
                "curl -fsS http://localhost:1/a",
                22,
                "curl: (22) The requested URL returned error: 500 Internal Server Error",
                Crashed,
            ),
            ("curl -sf http://localhost:1/a", 22, "", Gone),
            ("curl -sf http://localhost:1/a", 7, "", Down),
            ("python3 probe.py", 1, "ConnectionRefusedError: [Errno 111] Connection refused", Down),
            ("python3 probe.py", 1, "AssertionError: expected 200, got 404", Gone),
            ("python3 probe.py", 1, "Traceback (most recent call last):\nAssertionError: Hello, Bob", Untrue),
            ("python3 app.py add", 1, "Traceback (most recent call last):\nKeyError: 'name'", Crashed),
            ("python3 -m notes list", 1, "/usr/bin/python3: No module named notes", Gone),
            ("node a.js", 1, "Error: Cannot find module './notes'", Gone),
            ("notes list", 2, "error: unrecognized subcommand 'list'", Gone),
            ("cargo test it", 101, "error: could not compile `app` (bin \"app\")", Down),
            ("./app", 139, "", Crashed),
            ("./app", 134, "", Crashed),
            ("test \"$(wc -l < notes)\" = 404", 1, "", Untrue),
            ("./count", 1, "4040 notes, version 1.404", Untrue),
        ] {
            assert_eq!(HowRed::of_run(&run(command, code, tail)), how, "{command}: {tail}");
        }
        let counts = TestCounts { passed: 2, failed: 1, ..TestCounts::default() };
        let failed = "thread 'adds' panicked at src/lib.rs:3: 2 is not 3\n1 failed";
        let tested = CommandRun { tests: Some(counts), ..run("cargo test", 101, failed) };
        assert_eq!(HowRed::of_run(&tested), Untrue, "a test says so by a panic");
        assert_eq!(HowRed::of_run(&CommandRun { tests: None, ..tested }), Crashed);
        let order = [Unknown, Elsewhere, Down, Crashed, Gone, Untrue];
        assert!(order.is_sorted() && order.iter().position(|how| how.is_for_its_statement()) == Some(5));
    }

    #[test]
    fn a_status_is_an_error_of_its_own_or_an_answer() {
        let how = [0, 200, 302, 400, 403, 404, 405, 422, 500, 503].map(HowRed::of_status);
        let (down, gone) = (Some(HowRed::Down), Some(HowRed::Gone));
        assert_eq!(how, [down, None, None, None, None, gone, gone, None, Some(HowRed::Crashed), down]);
    }
}
