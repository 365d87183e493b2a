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

/// What becomes of the commands that a handoff claims, each once and in their order.
#[derive(Debug, Default)]
pub struct Reruns {
    /// They are run again.
    pub again: Vec<Line>,
    /// They change files of the checkout: each is run in a fresh one, and believed where it does the same there.
    pub apart: Vec<Line>,
    /// They are not run again.
    pub left: Vec<NotRun>,
}

/// Which of the claimed commands are run again, and how, and which are not.
pub fn to_run_again(claims: &[ClaimedRun]) -> Reruns {
    let mut reruns = Reruns::default();
    for claim in claims {
        let command = &claim.command;
        let Reruns { again, apart, left } = &mut reruns;
        let is_known = again.contains(command) || apart.contains(command);
        if is_known || left.iter().any(|known| known.command == *command) {
            continue;
        }
        let is_apart = changes_its_files_alone(command.as_str());
        match not_again(command.as_str()).filter(|_| !is_apart) {
            Some(why) => left.push(NotRun::new(command, why)),
            None if again.len() + apart.len() == MOST => {
                left.push(NotRun::new(
                    command,
                    format!("no more than {MOST} commands of a handoff are run again"),
                ));
            }
            None if is_apart => apart.push(command.clone()),
            None => again.push(command.clone()),
        }
    }
    reruns
}

/// Whether what a command did in a fresh checkout bears its claim out. What it did there instead need not be what it did
/// where the worker ran it: then it is left, with what was seen.
pub fn borne_out(claims: &[ClaimedRun], run: &CommandRun) -> Result<(), NotRun> {
    let mut own = claims.iter().filter(|claim| claim.command == run.command);
    if own.all(|claim| contradiction(claim, run).is_none()) {
        return Ok(());
    }
    let words = format!("{CHANGES}: in a fresh copy it exits {}: {}", run.exit_code, run.tail);
    Err(NotRun::new(&run.command, words.trim_end_matches([':', ' '])))
}

/// Why a command that changes files is not held against its claim.
const CHANGES: &str = "it changes what it finds, so that a second time need not do the same";
/// Programs that change files, where they are told to.
const FILES: [&str; 7] = ["mkdir", "rmdir", "mv", "rm", "touch", "ln", "chmod"];

/// Whether a command changes files, and none but those of the directory that it runs in, as far as its words say.
fn changes_its_files_alone(command: &str) -> bool {
    let words = words(command);
    let leads_out = |word: &&str| {
        word.starts_with(['/', '~']) && *word != "/dev/null" || word.contains("..") || word.contains("=/")
    };
    let is_safe = !command.contains(['$', '`']) && !words.iter().any(leads_out);
    let other = ["git", "kill", "pkill", "killall", "chown", "find", "xargs"];
    let others = words.iter().any(|word| other.contains(word)) || reaches_beyond(&words).is_some();
    is_safe && !others && words.iter().any(|word| FILES.contains(word))
}

fn words(command: &str) -> Vec<&str> {
    let words = command.split(|c: char| c.is_whitespace() || "();&|`\"'<>".contains(c));
    words.filter(|word| !word.is_empty()).collect()
}

/// Why a command is not run a second time: it would do harm, or need not do the same.
fn not_again(command: &str) -> Option<&'static str> {
    let words = words(command);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if let Some(why) = reaches_beyond(&words) {
        return Some(why);
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
    if pair_of(&words, &["git"], &changes) || has(&FILES) || has(&["chown", "kill", "pkill", "killall"]) {
        return Some(CHANGES);
    }
    let asks_a_server = has(&["curl", "wget", "nc", "http", "websocat"]);
    let local = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
    if asks_a_server && words.iter().any(|word| local.iter().any(|host| word.contains(host))) {
        return Some("it asks a server that does not run here");
    }
    None
}

/// Why a command is never run a second time.
fn reaches_beyond(words: &[&str]) -> Option<&'static str> {
    let programs = ["sudo", "ssh", "scp", "kubectl", "terraform", "shutdown", "reboot", "mkfs"];
    let reaches = words.iter().any(|word| programs.contains(word))
        || pair_of(
            words,
            &["git", "npm", "pnpm", "yarn", "cargo", "docker", "gem", "twine", "gh"],
            &["push", "publish", "upload", "release", "login"],
        );
    reaches.then_some("it reaches beyond the checkout, and a second time could do harm")
}

/// Whether one of some words stands right before one of others.
fn pair_of(words: &[&str], first: &[&str], second: &[&str]) -> bool {
    words.windows(2).any(|pair| first.contains(&pair[0]) && second.contains(&pair[1]))
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
    let ran = ran_tests(observation.as_str());
    let lower = observation.as_str().to_lowercase();
    let admits_failures =
        ["fail", "error", "red", "broken", "not pass"].iter().any(|word| lower.contains(word));
    let admits_none = passed == Some(0) || lower.contains("no test");
    let seen = if counts.ran() == 0 && !admits_none {
        "and no test was run here".to_owned()
    } else if passed.is_some_and(|passed| passed > counts.passed) {
        format!("and {} passed here", counts.passed)
    } else if ran.is_some_and(|ran| ran > counts.ran()) {
        format!("and {} ran here", counts.ran())
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

/// How many tests a text says were run, as `unittest` does: 23 in `Ran 23 tests in 0.1s`.
fn ran_tests(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let is_of_tests = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).starts_with("test");
    let ran = words.windows(3).filter(|said| said[0].ends_with("ran") && is_of_tests(said[2]));
    ran.filter_map(|said| said[1].parse().ok()).max()
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
    fn what_changes_files_of_its_own_is_run_apart_and_believed_where_it_does_the_same() {
        let own = ["mkdir out; make", "rm -rf build && make", "touch a && ./x a 2>/dev/null", "mv a b"];
        assert_eq!(own.map(changes_its_files_alone), [true; 4]);
        let others = [
            "rm -rf /srv/x",
            "rm -rf ~/x",
            "rm ../x",
            "rm -rf $HOME/x",
            "rm `ls`",
            "git add -A && mkdir x",
            "mkdir x && npm publish",
            "make prefix=/usr && touch x",
            "find . -name x | xargs rm",
            "cargo test",
        ];
        assert_eq!(others.map(changes_its_files_alone), [false; 10]);

        let claims =
            [claim("mkdir out", 0, "made"), claim("git add -A", 0, "added"), claim("make", 0, "fine")];
        let Reruns { again, apart, left } = to_run_again(&claims);
        assert_eq!((again.len(), apart.len(), left.len()), (1, 1, 1));
        assert_eq!(apart[0].as_str(), "mkdir out");
        let seen = |exit_code| CommandRun {
            name: Title::clipped(CLAIM),
            command: Line::clipped("mkdir out"),
            exit_code,
            tail: Line::clipped("mkdir: out is there"),
            evidence: None,
            wall_ms: 0,
            tests: None,
        };
        assert_eq!(borne_out(&claims, &seen(0)), Ok(()));
        let why = borne_out(&claims, &seen(1)).unwrap_err().why.to_string();
        assert!(why.ends_with("in a fresh copy it exits 1: mkdir: out is there"), "{why}");
    }

    #[test]
    fn each_command_is_run_again_once_and_of_very_many_only_the_first() {
        let mut claims: Vec<ClaimedRun> = (0..200).map(|n| claim(&format!("test {n}"), 0, "fine")).collect();
        claims.insert(1, claims[0].clone());
        let Reruns { again, left, .. } = to_run_again(&claims);
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
        let ran = |said: &str, here: u32| against(0, said, run(0, here));
        assert!(ran("Ran 42 tests in 0.1s\n\nOK", 10).is_some_and(|said| said.contains("and 10 ran here")));
        assert_eq!(ran("Ran 10 tests, all OK", 10), None);
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
