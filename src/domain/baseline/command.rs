//! Whether a command of the environment can do anything on this machine. It may well be red while nothing is built: only
//! what its own words say of themselves counts, not what a file says that it opens.

use super::fault::{self, NOT_FOUND, NOT_RUNNABLE};
use crate::domain::environment::CommandRun;

/// Programs behind which another one stands, as a word of the same command.
const WRAPPERS: [&str; 8] = ["env", "exec", "time", "timeout", "nice", "nohup", "command", "sudo"];
/// Programs that exit as what they run: 127 of theirs may be of a file within.
const RELAYS: [&str; 11] =
    ["sh", "bash", "dash", "ash", "zsh", "npm", "npx", "pnpm", "yarn", "make", "python3"];
/// What programs say when they are called in a way that they do not know.
const MISUSED: [&str; 14] = [
    "unrecognized option",
    "unrecognized argument",
    "unrecognized subcommand",
    "unexpected argument",
    "unknown option",
    "unknown flag",
    "unknown command",
    "unknown subcommand",
    "invalid option",
    "illegal option",
    "bad option",
    "no such option",
    "no such command",
    "flag provided but not defined",
];

/// Why a command can do nothing, in a clause; nothing where it did its work, or where what it needs may be built.
pub(super) fn fault(run: &CommandRun) -> Option<String> {
    let (command, output) = (run.command.as_str(), run.tail.as_str());
    if run.ran_no_test() {
        return leaves_tests_out(output).then(|| "its filter leaves out every test there is".to_owned());
    }
    if run.passed() {
        return None;
    }
    let own = programs(command);
    let named: Vec<String> = output.lines().filter_map(fault::not_found).collect();
    if let Some(tool) = named.iter().find(|name| !fault::is_built(name) && own.contains(&name.as_str())) {
        return Some(format!("`{tool}` is not found on this machine"));
    }
    let speaks = |line: &str| line.split(": ").any(|part| own.contains(&part.trim()));
    if run.exit_code == NOT_RUNNABLE && (output.trim().is_empty() || output.lines().any(speaks)) {
        return Some("what it names cannot be run".to_owned());
    }
    let is_plain = own.iter().all(|name| !name.contains('/') && !RELAYS.contains(name));
    if run.exit_code == NOT_FOUND && output.trim().is_empty() && is_plain {
        return Some("a command of it is not found on this machine".to_owned());
    }
    misused(&own, output).map(|line| format!("it is called in a way that it does not know (`{line}`)"))
}

/// The programs that a command line calls by name: the first word, those behind `&&`, `|` and the like, behind a wrapper, in
/// the text of `sh -c`, and the module of `python -m`.
fn programs(command: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut expected = true;
    for word in command.split_whitespace() {
        let name = word.trim_matches(['(', ')', '{', '}', '!', ';', '"', '\'']);
        if ["&&", "||", "|", ";", "&", "!", "(", "{", "then", "do", "else", "if"].contains(&word) {
            expected = true;
            continue;
        }
        let is_shells = names.last().is_some_and(|last| RELAYS.contains(last));
        if is_shells && (word == "-c" || word == "-m" || word == "-lc") {
            expected = true;
            continue;
        }
        let is_aside = name.is_empty()
            || name.starts_with('-')
            || name.contains('=')
            || name.starts_with(|c: char| c.is_ascii_digit());
        if expected && !is_aside {
            names.push(name);
            expected = WRAPPERS.contains(&name);
        }
        expected = expected || word.ends_with(';');
    }
    names
}

/// The line in which a program of the command says that it was called wrongly. What the app says of its own options is
/// another matter: those may be what is to be built.
fn misused<'a>(own: &[&str], output: &'a str) -> Option<&'a str> {
    let called: Vec<&str> = own.iter().copied().filter(|name| !name.contains('/')).collect();
    let is_of = |name: &str| called.contains(&name) || name == "__main__.py" && called.contains(&"pytest");
    let usage = output.lines().any(|line| {
        let lower = line.to_lowercase();
        let behind = lower.split_once("usage: ").map(|(_, rest)| rest.to_owned());
        behind.is_some_and(|rest| rest.split_whitespace().next().is_some_and(is_of))
    });
    let is_misuse = |line: &&str| MISUSED.iter().any(|words| line.to_lowercase().contains(words));
    let speaks = |line: &&str| {
        let voice = line.split([' ', ':']).next().unwrap_or_default();
        let lower = line.to_lowercase();
        // An alias of that name is a usual thing to build.
        let cargo = called.contains(&"cargo")
            && lower.starts_with("error: no such command")
            && !line.contains("`xtask`");
        usage || is_of(voice) || cargo || called.contains(&"npm") && lower.starts_with("unknown command")
    };
    output.lines().map(str::trim).filter(is_misuse).find(speaks)
}

/// Whether a runner says that there are tests, and that it was told to run none of them.
fn leaves_tests_out(output: &str) -> bool {
    let some_before = |words: &str| {
        output.match_indices(words).any(|(at, _)| {
            let before = output.get(..at).unwrap_or_default().trim_end();
            let number = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            number.parse::<u32>().is_ok_and(|number| number > 0)
        })
    };
    [" filtered out", " deselected", " skipped"].into_iter().any(some_before)
        || output.contains("no tests to run")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::TestRun;
    use crate::domain::text::{Line, Title};

    fn run(command: &str, exit_code: i32, tail: &str) -> CommandRun {
        CommandRun {
            name: Title::default(),
            command: Line::clipped(command),
            exit_code,
            tail: Line::clipped(tail),
            evidence: None,
            wall_ms: 0,
            tests: TestRun::of_output(tail).map(|run| run.counts),
        }
    }

    #[test]
    fn a_command_that_can_do_nothing_says_why() {
        for (command, code, tail, words) in [
            ("nosuchtool --check", 127, "sh: 1: nosuchtool: not found", "`nosuchtool` is not found"),
            ("CI=1 env nosuchtool", 127, "env: ‘nosuchtool’: No such file or directory", "`nosuchtool`"),
            ("cd web && nosuchtool", 127, "sh: 1: nosuchtool: not found", "`nosuchtool`"),
            ("sh -c 'nosuchtool x'", 127, "sh: 1: nosuchtool: not found", "`nosuchtool`"),
            ("/opt/no/tool", 127, "sh: 1: /opt/no/tool: not found", "`/opt/no/tool` is not found"),
            ("python3 -m pytest -q", 1, "/usr/bin/python3: No module named pytest", "`pytest`"),
            ("nosuchtool 2>/dev/null", 127, "", "a command of it is not found"),
            ("./run.sh", 126, "sh: 1: ./run.sh: Permission denied", "cannot be run"),
            ("cargo tset", 101, "error: no such command: `tset`", "no such command: `tset`"),
            (
                "cargo test --bogus",
                1,
                "error: unexpected argument '--bogus' found\n\nUsage: cargo test [OPTIONS] [TESTNAME]",
                "does not know",
            ),
            (
                "pytest --bogus",
                4,
                "ERROR: usage: pytest [options] [file_or_dir]\npytest: error: unrecognized arguments: --bogus",
                "does not know",
            ),
            (
                "python3 -m pytest --bogus",
                4,
                "__main__.py: error: unrecognized arguments: --bogus",
                "does not know",
            ),
            ("make --bogus", 2, "make: unrecognized option '--bogus'", "does not know"),
            ("go tset ./...", 2, "go tset: unknown command\nRun 'go help' for usage.", "does not know"),
            ("npm tset", 1, "Unknown command: \"tset\"", "does not know"),
            (
                "cargo test nothing_like_it",
                0,
                "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s",
                "leaves out every test",
            ),
            ("pytest -k nothing", 5, "===== 3 deselected in 0.01s =====", "leaves out every test"),
        ] {
            let said = fault(&run(command, code, tail)).unwrap_or_default();
            assert!(said.contains(words), "{command}: {said}");
        }
    }

    #[test]
    fn what_is_red_because_nothing_is_built_yet_is_no_fault_of_the_command() {
        for (command, code, tail) in [
            ("sh test.sh", 127, "sh: 0: cannot open test.sh: No such file"),
            ("sh test.sh", 2, "sh: 0: cannot open test.sh: No such file"),
            ("./test.sh", 127, "sh: 1: ./test.sh: not found"),
            ("sh test.sh", 127, "test.sh: 3: greet: not found"),
            ("sh test.sh", 127, ""),
            ("sh test.sh", 126, "test.sh: 3: ./greet: Permission denied"),
            ("sh test.sh", 1, "Usage: greet NAME\ngreet: unknown option --loud"),
            ("make test", 2, "/bin/sh: 1: vitest: not found\nmake: *** [Makefile:2: test] Error 127"),
            ("npm test", 127, "> vitest run\n\nsh: 1: vitest: not found"),
            ("npm test", 1, "npm error Missing script: \"test\""),
            ("make test", 2, "make: *** No rule to make target 'test'.  Stop."),
            ("cargo test", 101, "error: could not find `Cargo.toml` in `/x` or any parent directory"),
            ("cargo xtask ci", 101, "error: no such command: `xtask`"),
            (
                "cargo run -q -- check --strict",
                2,
                "error: unexpected argument '--strict' found\n\nUsage: app [OPTIONS]",
            ),
            ("python3 app.py --x", 2, "usage: app.py [-h]\napp.py: error: unrecognized arguments: --x"),
            ("pytest tests/unit", 4, "ERROR: file or directory not found: tests/unit"),
            ("pytest", 5, "===== no tests ran in 0.01s ====="),
            (
                "cargo test",
                0,
                "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            ),
            ("pytest", 1, "==== 1 failed, 3 passed in 0.02s ===="),
            ("./target/debug/web serve", 127, "sh: 1: ./target/debug/web: not found"),
            (
                "pip install -r requirements.txt",
                1,
                "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'",
            ),
        ] {
            assert_eq!(fault(&run(command, code, tail)), None, "{command}: {tail}");
        }
    }
}
