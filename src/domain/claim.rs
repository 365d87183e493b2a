//! What a handoff claims of commands, against what the engine saw when it ran them again.

pub mod by_hand;

use serde::{Deserialize, Serialize};

use super::environment::{CommandRun, Environment};
use super::handoff::ClaimedRun;
use super::id::Commit;
use super::mission::Mission;
use super::plan::FeatureState;
use super::text::{Line, Text};

/// The name of a run of a command that a worker chose. It ran where others of its kind had run, so that it stands for
/// nothing else.
pub const CLAIM: &str = "claim";
/// Commands of one handoff that are run again at most.
pub const MOST: usize = 20;
/// Characters of what a handoff says of a command, beside what the engine saw.
const SAID: usize = 200;

/// A claimed command that was not run again, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRun {
    pub command: Line,
    pub why: Line,
}

impl NotRun {
    /// A command with the reason.
    pub fn new(command: &Line, why: impl AsRef<str>) -> Self {
        Self { command: command.clone(), why: Line::clipped(why) }
    }
}

/// Which of the claimed commands are run again, each once and in their order, and which are not.
pub fn to_run_again(claims: &[ClaimedRun]) -> (Vec<Line>, Vec<NotRun>) {
    let (mut again, mut left) = (Vec::<Line>::new(), Vec::new());
    for claim in claims {
        let command = &claim.command;
        if again.contains(command) || left.iter().any(|known: &NotRun| known.command == *command) {
            continue;
        }
        match not_again(command.as_str()) {
            Some(why) => left.push(NotRun::new(command, why)),
            None if again.len() == MOST => {
                left.push(NotRun::new(
                    command,
                    format!("no more than {MOST} commands of a handoff are run again"),
                ));
            }
            None => again.push(command.clone()),
        }
    }
    (again, left)
}

/// Why a command is not run a second time: it would do harm, or need not do the same.
fn not_again(command: &str) -> Option<&'static str> {
    let words =
        command.split(|c: char| c.is_whitespace() || "();&|`\"'".contains(c)).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let pairs = || words.windows(2).map(|pair| (pair[0], pair[1]));
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let pair_of = |first: &[&str], second: &[&str]| {
        pairs().any(|(one, two)| first.contains(&one) && second.contains(&two))
    };
    if has(&["sudo", "ssh", "scp", "kubectl", "terraform", "shutdown", "reboot", "mkfs"])
        || pair_of(
            &["git", "npm", "pnpm", "yarn", "cargo", "docker", "gem", "twine", "gh"],
            &["push", "publish", "upload", "release", "login"],
        )
    {
        return Some("it reaches beyond the checkout, and a second time could do harm");
    }
    let changes = [
        "add",
        "commit",
        "checkout",
        "switch",
        "reset",
        "rebase",
        "merge",
        "cherry-pick",
        "stash",
        "mv",
        "rm",
        "clean",
        "init",
        "tag",
        "branch",
        "am",
        "apply",
        "restore",
    ];
    if pair_of(&["git"], &changes)
        || has(&["mkdir", "rmdir", "mv", "rm", "touch", "ln", "chmod", "chown", "kill", "pkill", "killall"])
    {
        return Some("it changes what it finds, so that a second time need not do the same");
    }
    let asks_a_server = has(&["curl", "wget", "nc", "http", "websocat"]);
    let local = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
    if asks_a_server && words.iter().any(|word| local.iter().any(|host| word.contains(host))) {
        return Some("it asks a server that does not run here");
    }
    None
}

/// What speaks against a claim, with what was claimed and what was seen beside each other.
pub fn contradiction(claim: &ClaimedRun, run: &CommandRun) -> Option<String> {
    let ClaimedRun { command, exit_code, observation } = claim;
    let said: Text<SAID> = Text::clipped(observation);
    if *exit_code != run.exit_code {
        let seen = format!("and it exits {} here: {}", run.exit_code, run.tail);
        return Some(format!("claims exit {exit_code} for `{command}` (\u{201c}{said}\u{201d}), {seen}"));
    }
    let passed = passed_tests(observation.as_str());
    if passed.is_some_and(|passed| passed > 0) && runs_nothing(command.as_str()) {
        return Some(format!("says of `{command}`: \u{201c}{said}\u{201d}, and that command runs no test"));
    }
    let counts = run.tests?;
    let lower = observation.as_str().to_lowercase();
    let admits_failures =
        ["fail", "error", "red", "broken", "not pass"].iter().any(|word| lower.contains(word));
    let admits_none = passed == Some(0) || lower.contains("no test");
    let seen = if counts.ran() == 0 && !admits_none {
        "and no test was run here".to_owned()
    } else if passed.is_some_and(|passed| passed > counts.passed) {
        format!("and {} passed here", counts.passed)
    } else if counts.failed > 0 && run.exit_code == 0 && !admits_failures {
        // The exit code hides it.
        format!("and {} failed here", counts.failed)
    } else {
        return None;
    };
    Some(format!("says of `{command}`: \u{201c}{said}\u{201d}, {seen}: {}", run.tail))
}

/// What may stand between the number of tests and the word that they passed.
const BETWEEN: &[&str] = &[
    "test",
    "tests",
    "spec",
    "specs",
    "case",
    "cases",
    "check",
    "checks",
    "example",
    "examples",
    "assertion",
    "assertions",
    "unit",
    "all",
    "of",
    "have",
    "has",
    "were",
    "ran",
    "and",
];

/// How many tests a text says have passed: 23 in `23 tests passed` and in `Ran 23 tests, all passed`. Seconds, shares and
/// versions are no tests.
fn passed_tests(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let number = |word: &str| {
        let word = word.trim_matches(['(', ')', '[', ']', '*', ',', ';']);
        word.rsplit('/').next().and_then(|last| last.parse::<u32>().ok())
    };
    let passes = |index: usize| {
        let mut after = words.iter().skip(index + 1).map(|word| bare(word));
        let next = after.find(|word| !BETWEEN.contains(&word.as_str()) && number(word).is_none());
        next.is_some_and(|word| word.starts_with("pass"))
    };
    let numbers = words.iter().enumerate().filter_map(|(index, word)| Some((index, number(word)?)));
    numbers.filter(|(index, _)| passes(*index)).map(|(_, number)| number).max()
}

/// Whether a command only says or lists something.
fn runs_nothing(command: &str) -> bool {
    let parts = command.split(['&', '|', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let says = ["true", ":", "echo", "printf", "ls", "cat", "pwd", "exit", "sleep", "head", "tail"];
    let mut first = parts.map(|part| part.split_whitespace().next().unwrap_or_default());
    first.all(|word| says.contains(&word)) && !command.contains("$(") && !command.contains('`')
}

impl Mission {
    /// The commands that the mission itself decides by: of its environment and of its contract.
    pub fn own_commands(&self) -> Vec<Line> {
        let scripts = self.environment.iter().flat_map(Environment::gate_scripts).map(|script| &script.run);
        let checks = self.held_assertions().filter_map(|one| one.wording.check.command.as_ref());
        scripts.chain(checks).cloned().collect()
    }

    /// What a command did when the engine ran it at a commit, whatever it ran it for, when that was green: a result at
    /// the same commit is used again. A red one is tried again, because the machine may have been mended.
    pub fn green_at(&self, commit: &Commit, command: &Line) -> Option<&CommandRun> {
        let rounds = self.rounds.iter().filter(|round| round.commit == *commit);
        let of_rounds =
            rounds.flat_map(|round| round.runs.iter().chain(round.checks.iter().map(|check| &check.run)));
        let built = self.features.iter().filter(|feature| match &feature.state {
            FeatureState::Built { head, .. } => head == commit,
            FeatureState::Pending | FeatureState::Cancelled { .. } => false,
        });
        let of_claims = built.filter_map(|feature| self.claim_runs.get(&feature.id)).flatten();
        let of_claims = of_claims.filter(|run| run.name.as_str() != CLAIM);
        of_rounds.chain(of_claims).find(|run| run.command == *command && run.passed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::TestCounts;
    use crate::domain::text::Title;

    fn claim(command: &str, exit_code: i32, observation: &str) -> ClaimedRun {
        ClaimedRun { command: Line::clipped(command), exit_code, observation: Line::clipped(observation) }
    }

    #[test]
    fn what_would_do_harm_or_need_not_do_the_same_is_not_run_again() {
        for (command, words) in [
            ("git push origin main", "could do harm"),
            ("npm run build && npm publish", "could do harm"),
            ("sudo make install", "could do harm"),
            ("git add -A && git commit -qm done", "changes what it finds"),
            ("mkdir out; make", "changes what it finds"),
            ("curl -fsS http://127.0.0.1:8080/health", "a server that does not run"),
        ] {
            assert!(
                not_again(command).is_some_and(|why| why.contains(words)),
                "{command}: {:?}",
                not_again(command)
            );
        }
        let honest = [
            "cargo test",
            "git status --short",
            "git diff --stat",
            "make",
            "curl https://example.org",
            "./x push",
        ];
        assert_eq!(honest.map(not_again), [None; 6]);
    }

    #[test]
    fn each_command_is_run_again_once_and_of_very_many_only_the_first() {
        let mut claims: Vec<ClaimedRun> = (0..200).map(|n| claim(&format!("test {n}"), 0, "fine")).collect();
        claims.insert(1, claims[0].clone());
        let (again, left) = to_run_again(&claims);
        assert_eq!((again.len(), left.len()), (20, 180));
        assert_eq!((again[0].as_str(), again[1].as_str()), ("test 0", "test 1"));
        assert_eq!(left[0].why.as_str(), "no more than 20 commands of a handoff are run again");
    }

    #[test]
    fn a_claim_is_held_against_the_exit_code_and_the_tests_that_ran() {
        let run = |exit_code, passed| CommandRun {
            name: Title::clipped("t"),
            command: Line::clipped("t"),
            exit_code,
            tail: Line::clipped("the end"),
            evidence: None,
            wall_ms: 1,
            tests: Some(TestCounts { passed, ..TestCounts::default() }),
        };
        let against = |exit, said: &str, seen| contradiction(&claim("t", exit, said), &seen);
        assert_eq!(
            against(0, "all green", run(1, 3)).as_deref(),
            Some("claims exit 0 for `t` (\u{201c}all green\u{201d}), and it exits 1 here: the end")
        );
        assert_eq!(
            against(0, "23 passed", run(0, 0)).as_deref(),
            Some("says of `t`: \u{201c}23 passed\u{201d}, and no test was run here: the end")
        );
        assert!(against(0, "all green", run(0, 0)).is_some());
        assert!(
            against(0, "23 tests passed", run(0, 22)).is_some_and(|said| said.contains("and 22 passed here"))
        );
        for said in ["Ran 23 tests, all passed", "ok. 23 passed; 0 failed", "23/23 passed"] {
            assert!(against(0, said, run(0, 22)).is_some(), "{said}");
        }
        for said in
            ["100% passed", "took 45 s, passed", "Python 3.11: all passed", "Node 20: all tests passed"]
        {
            assert_eq!(against(0, said, run(0, 1)), None, "{said}");
        }
        for (said, passed) in
            [("23 passed", 23), ("3 of 3 pass", 23), ("0 passed", 0), ("no tests yet", 0), ("fine", 1)]
        {
            assert_eq!(against(0, said, run(0, passed)), None, "{said}");
        }
        assert_eq!(contradiction(&claim("t", 0, "9 passed"), &CommandRun { tests: None, ..run(0, 0) }), None);
        assert_eq!(against(1, "as it should", run(1, 1)), None);
        // A failure that the exit code hides, and a command that only says that tests passed.
        let hidden = CommandRun { tests: Some(TestCounts { passed: 5, failed: 1, skipped: 0 }), ..run(0, 5) };
        assert!(against(0, "fine", hidden.clone()).is_some_and(|said| said.contains("and 1 failed here")));
        assert_eq!(against(0, "one failed, as before", hidden), None);
        for command in ["true", "echo '23 passed'", "ls; true"] {
            let told =
                contradiction(&claim(command, 0, "23 passed"), &CommandRun { tests: None, ..run(0, 0) });
            assert!(told.is_some_and(|said| said.contains("runs no test")), "{command}");
        }
    }
}
