//! Whether a command could do its work at all. One that is red because the machine lacks what it names, or that ran no
//! test, says nothing of the app: it would be as red, or as green, whatever is built.

use crate::domain::environment::CommandRun;

/// What a shell says of a command that is not there.
pub(super) const NOT_FOUND: i32 = 127;
/// What a shell says of a command that cannot be run.
pub(super) const NOT_RUNNABLE: i32 = 126;
/// What a time-out counts as.
pub(super) const TIMED_OUT: i32 = 124;

/// Programs that come with a machine or its set-up, and that no feature adds.
const TOOLS: [&str; 12] = [
    "pytest",
    "nose2",
    "tox",
    "mypy",
    "ruff",
    "flake8",
    "black",
    "coverage",
    "playwright",
    "behave",
    "robot",
    "pip",
];

/// Why a command can decide nothing, in a clause; nothing where it could do its work, red or green.
pub fn fault(run: &CommandRun) -> Option<String> {
    let output = run.tail.as_str();
    if run.ran_no_test() {
        return Some("it runs no test".to_owned());
    }
    if run.passed() {
        return None;
    }
    if run.exit_code == NOT_RUNNABLE {
        return Some("what it names cannot be run".to_owned());
    }
    let named: Vec<String> = output.lines().filter_map(not_found).collect();
    if let Some(tool) = named.iter().find(|name| !is_built(name)) {
        return Some(format!("`{tool}` is not found on this machine"));
    }
    let command = run.command.as_str();
    let first = command.split_whitespace().next().unwrap_or_default();
    // A script that a shell is to open is a path, however it says so.
    let opens = output.to_lowercase().contains("no such file");
    let unnamed = run.exit_code == NOT_FOUND && named.is_empty() && !first.contains('/') && !opens;
    unnamed.then(|| "a command of it is not found on this machine".to_owned())
}

/// Whether a command took longer than it may: it is red, and nothing says why.
pub fn took_too_long(run: &CommandRun) -> bool {
    run.exit_code == TIMED_OUT
}

/// Whether a name is a path in the checkout, which is what is to be built; everything else is looked for on the machine.
pub(super) fn is_built(name: &str) -> bool {
    name.contains('/') && !name.starts_with('/')
}

/// What a shell, a wrapper such as `env` or `timeout`, or Python says that it did not find.
pub(super) fn not_found(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some((_, module)) = line.split_once(": No module named ") {
        let module = module.trim_matches(['\'', '"']);
        return TOOLS.contains(&module).then(|| module.to_owned());
    }
    if let Some(rest) = line.strip_suffix(": No such file or directory") {
        let wrapper =
            ["env: ", "timeout: ", "nice: ", "nohup: ", "xargs: "].iter().any(|w| line.starts_with(w));
        let name = rest.rsplit([' ', ':']).next()?.trim_matches(['\'', '"', '‘', '’', '`']);
        return wrapper.then(|| name.to_owned());
    }
    let rest = line.strip_suffix(": command not found").or_else(|| line.strip_suffix(": not found"))?;
    let (shell, rest) = rest.split_once(": ")?;
    let shell = shell.rsplit('/').next().unwrap_or_default();
    matches!(shell, "sh" | "bash" | "dash" | "ash" | "busybox").then_some(())?;
    rest.rsplit(": ").next().filter(|name| !name.contains(' ')).map(str::to_owned)
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
    fn a_command_that_can_decide_nothing_says_why() {
        for (command, code, tail, words) in [
            ("lynx -dump x", 127, "sh: 1: lynx: not found", "`lynx` is not found"),
            ("lynx -dump x | grep y", 1, "/bin/sh: 1: lynx: not found", "`lynx` is not found"),
            ("lynx", 127, "bash: line 1: lynx: command not found", "`lynx` is not found"),
            ("lynx 2>/dev/null", 127, "", "a command of it"),
            (
                "timeout 5 lynx",
                127,
                "timeout: failed to run command 'lynx': No such file or directory",
                "`lynx`",
            ),
            (
                "/opt/nowhere/lynx -dump x",
                127,
                "sh: 1: /opt/nowhere/lynx: not found",
                "`/opt/nowhere/lynx` is not found",
            ),
            ("env lynx", 127, "env: ‘lynx’: No such file or directory", "`lynx`"),
            ("python3 -m pytest", 1, "/usr/bin/python3: No module named pytest", "`pytest`"),
            ("./README.md", 126, "sh: 1: ./README.md: Permission denied", "cannot be run"),
        ] {
            let said = fault(&run(command, code, tail)).unwrap_or_default();
            assert!(said.contains(words), "{command}: {said}");
        }
        let counted = |passed| Some(TestCounts { passed, ..TestCounts::default() });
        let none = CommandRun { tests: counted(0), ..run("cargo test x", 0, "") };
        assert_eq!(fault(&none).as_deref(), Some("it runs no test"), "green or red");
        assert_eq!(fault(&CommandRun { tests: counted(1), ..none }), None);
    }

    #[test]
    fn what_is_red_because_it_is_to_be_built_could_do_its_work() {
        for (command, code, tail) in [
            ("./greet.sh Ada", 127, "sh: 1: ./greet.sh: not found"),
            ("timeout 5 ./greet", 127, "timeout: failed to run command './greet': No such file or directory"),
            ("sh greet.sh Ada", 127, "sh: 0: cannot open greet.sh: No such file"),
            ("bash greet.sh", 127, "bash: greet.sh: No such file or directory"),
            ("cat out.txt", 1, "cat: out.txt: No such file or directory"),
            ("python3 -m greet", 1, "/usr/bin/python3: No module named greet"),
            ("python3 -c 'import greet'", 1, "ModuleNotFoundError: No module named 'greet'"),
            ("make check", 2, "make: *** No rule to make target 'check'.  Stop."),
            ("curl -f localhost:1", 7, "curl: (7) Failed to connect"),
            ("grep -q x y", 1, ""),
            ("web status", 1, "page: /x: not found"),
        ] {
            assert_eq!(fault(&run(command, code, tail)), None, "{command}");
        }
    }
}
