//! What a handoff says was tried by hand: it is the worker's word. An action that is a command line is run again, and what
//! was observed is held against what it does.

use super::{contradiction, not_again, passed_tests};
use crate::domain::environment::CommandRun;
use crate::domain::handoff::{ClaimedRun, ManualCheck};
use crate::domain::id::FeatureId;
use crate::domain::mission::Mission;
use crate::domain::shown;
use crate::domain::text::{Line, Text, plural};

/// The end of a command's output that a run keeps: a shorter one is all that it printed.
const WHOLE: usize = 390;
/// Exit codes of a shell that could not start a command: it says nothing of what the worker saw.
const NOT_STARTED: [i32; 2] = [126, 127];
/// Programs that begin a command line.
const PROGRAMS: &[&str] = &[
    "python", "python3", "node", "npm", "npx", "pnpm", "yarn", "deno", "bun", "cargo", "go", "make", "just",
    "sh", "bash", "ruby", "bundle", "php", "java", "gradle", "mvn", "dotnet", "uv", "poetry", "pytest",
    "cmake", "ctest", "cat", "ls", "grep", "diff", "cmp", "head", "tail", "wc", "echo", "printf", "test",
    "jq", "sqlite3", "git", "find",
];
/// Endings of programs' texts that a command line may begin with.
const SCRIPTS: &[&str] = &[".py", ".sh", ".js", ".mjs", ".ts", ".rb", ".pl", ".php"];
/// What says that a text was printed.
const SAYS: &[&str] =
    &["print", "output", "show", "said", "says", "answer", "list", "return", "display", "wrote", "got"];

/// What is known of something that was tried by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried<'a> {
    /// Nobody but the worker saw it.
    NotShown,
    /// The engine ran its command again, and saw nothing else.
    Again(&'a CommandRun),
    /// The engine ran its command again, and it does not do what was observed.
    Otherwise(&'a CommandRun),
}

/// The command line that an action is, where it is one: what it quotes, or all of it.
pub fn command_of(check: &ManualCheck) -> Option<Line> {
    let action = check.action.as_str();
    let quoted = action.split('`').skip(1).step_by(2);
    let wanted = quoted.chain(std::iter::once(action)).map(str::trim).find(|text| is_command(text))?;
    not_again(wanted).is_none().then(|| Line::clipped(wanted))
}

fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace().skip_while(|word| is_variable(word));
    let Some(first) = words.next() else { return false };
    let is_path = first.contains('/') && !first.contains("://") && !first.starts_with('/');
    let is_known = PROGRAMS.contains(&first) || SCRIPTS.iter().any(|end| first.ends_with(end)) || is_path;
    // A sentence ends otherwise, and so does a list of files.
    let is_sentence = text.ends_with(['.', ':', ',']) || text.contains(", ") || text.contains('`');
    is_known && !is_sentence && !text.contains('\n')
}

/// Whether a word gives a variable its value.
fn is_variable(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name).unwrap_or_default();
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// Commands of what was tried by hand, beside those that are run again anyway, each once and in their order.
pub fn to_run_again(checks: &[ManualCheck], again: &[Line], most: usize) -> Vec<Line> {
    let mut wanted: Vec<Line> = Vec::new();
    for command in checks.iter().filter_map(command_of) {
        if !again.contains(&command) && !wanted.contains(&command) && wanted.len() < most {
            wanted.push(command);
        }
    }
    wanted
}

/// What speaks against what was observed, with both beside each other.
pub fn against(check: &ManualCheck, command: &Line, run: &CommandRun) -> Option<String> {
    if NOT_STARTED.contains(&run.exit_code) {
        return None;
    }
    let observed = check.observed.as_str();
    let exit_code = exit_code(observed).unwrap_or(run.exit_code);
    let claim = ClaimedRun { command: command.clone(), exit_code, observation: check.observed.clone() };
    contradiction(&claim, run).or_else(|| otherwise(&claim, run))
}

/// What an output says against the number of lines, or against what is quoted of it, that a claim names.
pub fn otherwise(claim: &ClaimedRun, run: &CommandRun) -> Option<String> {
    let ClaimedRun { command, observation, .. } = claim;
    let observed = observation.as_str();
    let said: Text<200> = Text::clipped(observed);
    let output = run.tail.as_str();
    if output.chars().count() > WHOLE {
        return None;
    }
    let printed = output.lines().filter(|line| !line.trim().is_empty()).count();
    let seen = match lines(observed) {
        Some(lines) if lines != printed => format!("and it prints {} here", plural(printed, "line")),
        _ => format!("and it does not print {} here", missing(claim, output)?),
    };
    let printed = if output.is_empty() { String::new() } else { format!(": {output}") };
    Some(format!("says of `{command}`: \u{201c}{said}\u{201d}, {seen}, exit {}{printed}", run.exit_code))
}

/// The exit code that a text names: `exit 1`, `exited with code 2`, `exit code: 0`.
fn exit_code(text: &str) -> Option<i32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|word| ["exit", "exits", "exited", "rc", "status"].contains(word))?;
    let mut after = words.iter().skip(at + 1).take(4);
    let number = after.find(|word| word.chars().all(|c| c.is_ascii_digit()))?;
    // A status of HTTP's is none.
    number.parse().ok().filter(|code| *code < 256 && (*code < 100 || words.get(at) != Some(&"status")))
}

/// How many lines a text says were printed, where it says it.
fn lines(text: &str) -> Option<usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut pairs = words.windows(2);
    let says = |word: &str| SAYS.iter().any(|said| word.to_lowercase().contains(said));
    let is_lines =
        |word: &str| ["line", "lines"].contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
    let number = pairs.find(|pair| is_lines(pair[1]))?[0].parse().ok();
    number.filter(|_| words.iter().any(|word| says(word)))
}

/// The first text that is quoted as printed and that an output does not have. What is left out of a quotation is told by
/// an ellipsis.
fn missing(claim: &ClaimedRun, output: &str) -> Option<String> {
    let whole = steady(output);
    let has = |quote: &str| quote.replace("...", "…").split('…').all(|part| whole.contains(&steady(part)));
    let observed = claim.observation.as_str();
    let quotes = quoted(observed, claim.command.as_str()).into_iter().filter(|quote| !has(quote));
    let values = shown::told(observed).into_iter();
    let values = values.filter(|value| is_short(value) && !shown::has(output, value));
    quotes.chain(values).next().map(|quote| format!("`{}`", squeezed(quote)))
}

/// Whether a value is a number, or too short to be told from a name when it is quoted.
fn is_short(value: &str) -> bool {
    value.chars().count() < 3 || value.chars().all(|c| c.is_ascii_digit())
}

/// What an observation quotes of an output. A word in backticks is a name as well, unless it is said to be printed; what
/// is quoted as not printed, or is a command, is no output.
fn quoted<'a>(observed: &'a str, command: &str) -> Vec<&'a str> {
    let lower = observed.to_lowercase();
    let says = SAYS.iter().any(|said| lower.contains(said));
    let names_command = |quote: &str| command.contains(quote) || quote.contains(command);
    let is_text = |quote: &str| quote.contains(' ') && (quote.contains(": ") || !is_command(quote));
    let alone = |quote: &str| observed.trim_matches(['`', '.', ' ']) == quote;
    let marks = [('`', '`'), ('"', '"'), ('\u{201c}', '\u{201d}')];
    let all = marks.iter().flat_map(|(open, close)| {
        let parts: Vec<&str> = observed.split([*open, *close]).collect();
        let closed = parts.len().saturating_sub(1) / 2;
        let pairs = parts.chunks_exact(2).take(closed).map(|pair| (pair[0], pair[1].trim()));
        let pairs = pairs.filter(|(before, quote)| quote.chars().count() > 2 && !denies(before));
        let is_output = |quote: &str| says || *open == '`' && (is_text(quote) || alone(quote));
        let outputs = pairs.map(|(_, quote)| quote).filter(|quote| is_output(quote) && !names_command(quote));
        outputs.collect::<Vec<_>>()
    });
    all.collect()
}

/// Whether the words before a quotation say that it was not printed.
fn denies(before: &str) -> bool {
    let denials = ["no", "not", "never", "without", "instead", "nor", "longer", "before", "cannot"];
    let before = before.to_lowercase();
    let mut words = before.split_whitespace().rev().take(4);
    words.any(|word| {
        denials.contains(&word.trim_matches(|c: char| !c.is_alphanumeric())) || word.ends_with("n't")
    })
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without what another run says otherwise: how long it took, and the folder in which it ran.
fn steady(text: &str) -> String {
    let units = ["s", "ms", "us", "µs", "ns", "sec", "secs", "second", "seconds", "min", "minutes"];
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    let kept = words.iter().enumerate().map(|(index, word)| {
        let (this, next) = (bare(word), words.get(index + 1).map(|next| bare(next)).unwrap_or_default());
        let takes = |unit: &&str| this.strip_suffix(*unit).is_some_and(is_number);
        if units.iter().any(takes) || is_number(&this) && units.contains(&next.as_str()) {
            "#".to_owned()
        } else if this.starts_with('/') {
            this.rsplit('/').next().unwrap_or_default().to_owned()
        } else {
            (*word).to_owned()
        }
    });
    kept.collect::<Vec<_>>().join(" ")
}

/// How much of what a handoff claims was held against what the engine saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    pub exit_codes: usize,
    /// Numbers of tests.
    pub counts: usize,
    /// Quotations, and numbers of lines.
    pub outputs: usize,
    /// Claims of which something is not as it was said.
    pub otherwise: usize,
}

impl Mission {
    /// What is known of something that a feature's worker tried by hand.
    pub fn tried_by_hand(&self, feature: FeatureId, check: &ManualCheck) -> Tried<'_> {
        let runs = self.claim_runs.get(&feature).into_iter().flatten();
        let run = command_of(check).and_then(|command| {
            let run = runs.into_iter().find(|run| run.command == command)?;
            Some((command, run))
        });
        match run {
            Some((_, run)) if NOT_STARTED.contains(&run.exit_code) => Tried::NotShown,
            Some((command, run)) if against(check, &command, run).is_some() => Tried::Otherwise(run),
            // That a command ran shows nothing of what it is said to have shown.
            Some((_, run)) if exit_code(check.observed.as_str()).is_some() || is_seen(check, run) => {
                Tried::Again(run)
            }
            Some(_) | None => Tried::NotShown,
        }
    }

    /// What of a feature's handoff was held against runs of its commands.
    pub fn compared(&self, feature: FeatureId, runs: &[CommandRun]) -> Compared {
        let mut compared = Compared::default();
        let Some((_, handoff)) = self.handoffs.get(&feature) else { return compared };
        let claims = handoff.commands.iter().map(|claim| (Some(claim.exit_code), claim.clone()));
        let by_hand = handoff.checks.iter().filter_map(|check| {
            let (command, code) = (command_of(check)?, exit_code(check.observed.as_str()));
            let observation = check.observed.clone();
            Some((code, ClaimedRun { command, exit_code: code.unwrap_or_default(), observation }))
        });
        let is_own = |command: &Line| handoff.commands.iter().any(|claim| claim.command == *command);
        let by_hand: Vec<_> = by_hand.filter(|(_, claim)| !is_own(&claim.command)).collect();
        for (code, claim) in claims.chain(by_hand) {
            let Some(run) = runs.iter().find(|run| run.command == claim.command) else { continue };
            let claim = ClaimedRun { exit_code: code.unwrap_or(run.exit_code), ..claim };
            let observed = claim.observation.as_str();
            let quotes = lines(observed).is_some()
                || !quoted(observed, claim.command.as_str()).is_empty()
                || !shown::told(observed).is_empty();
            compared.exit_codes += usize::from(code.is_some());
            compared.counts += usize::from(passed_tests(observed).is_some() && run.tests.is_some());
            compared.outputs += usize::from(quotes && run.tail.as_str().chars().count() <= WHOLE);
            let differs = contradiction(&claim, run).is_some() || otherwise(&claim, run).is_some();
            compared.otherwise += usize::from(differs);
        }
        compared
    }

    /// What a handoff says that passed in commands whose output, when the engine ran them again, names no number of tests:
    /// it was sent away, or is another one's. The command with what was said.
    pub fn counts_unshown(&self, feature: FeatureId) -> Vec<(&Line, Text<200>)> {
        let runs = self.claim_runs.get(&feature).map_or(&[][..], Vec::as_slice);
        let claims = self.handoffs.get(&feature).map_or(&[][..], |(_, handoff)| handoff.commands.as_slice());
        let unshown = |claim: &&ClaimedRun| {
            let run = runs.iter().find(|run| run.command == claim.command);
            run.is_some_and(|run| hides_count(claim, run))
        };
        let found = claims.iter().filter(unshown);
        found.map(|claim| (&claim.command, Text::clipped(&claim.observation))).collect()
    }
}

/// Whether what was printed has something of what was observed: a number of lines, or what is quoted.
fn is_seen(check: &ManualCheck, run: &CommandRun) -> bool {
    let observed = check.observed.as_str();
    let is_whole = run.tail.as_str().chars().count() <= WHOLE;
    let quotes = || !quoted(observed, run.command.as_str()).is_empty();
    is_whole && (lines(observed).is_some() || quotes())
        || passed_tests(observed).is_some() && run.tests.is_some()
}

/// Whether tests are said to have passed, and the output names no number of any.
fn hides_count(claim: &ClaimedRun, run: &CommandRun) -> bool {
    let Some(passed) = passed_tests(claim.observation.as_str()).filter(|passed| *passed > 0) else {
        return false;
    };
    let number = passed.to_string();
    let mut words = run.tail.as_str().split(|c: char| !c.is_alphanumeric());
    run.tests.is_none() && contradiction(claim, run).is_none() && !words.any(|word| word == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::TestCounts;
    use crate::domain::text::Title;

    fn check(action: &str, observed: &str) -> ManualCheck {
        ManualCheck { action: Line::clipped(action), observed: Line::clipped(observed) }
    }

    fn run(exit_code: i32, output: &str) -> CommandRun {
        CommandRun {
            name: Title::clipped("claim"),
            command: Line::clipped("c"),
            exit_code,
            tail: Line::clipped(output),
            evidence: None,
            wall_ms: 1,
            tests: None,
        }
    }

    #[test]
    fn an_action_that_is_a_command_line_is_run_again_and_no_other() {
        for (action, command) in [
            ("`python3 notes.py find x`", Some("python3 notes.py find x")),
            ("ran `./notes find x` in an empty folder", Some("./notes find x")),
            ("python3 notes.py find x", Some("python3 notes.py find x")),
            ("notes.py find x", Some("notes.py find x")),
            ("HOME=/tmp ./notes list", Some("HOME=/tmp ./notes list")),
            ("opened the page and clicked `Save`", None),
            ("`GET /api/notes`", None),
            ("made a note, then looked for it", None),
            ("find the note in the list.", None),
            ("test that it holds, twice", None),
            ("`rm -rf build`", None),
            ("`curl http://localhost:8080/`", None),
            ("restarted it", None),
        ] {
            let found = command_of(&check(action, "fine")).map(|line| line.to_string());
            assert_eq!(found.as_deref(), command, "{action}");
        }
        let checks: Vec<ManualCheck> = (0..9).map(|n| check(&format!("echo {n}"), "fine")).collect();
        let again = to_run_again(&checks, &[Line::clipped("echo 1")], 3);
        let again: Vec<&str> = again.iter().map(Line::as_str).collect();
        assert_eq!(again, ["echo 0", "echo 2", "echo 3"]);
    }

    #[test]
    fn what_was_observed_is_held_against_what_the_command_does() {
        let said =
            |observed: &str, run: CommandRun| against(&check("`c`", observed), &Line::clipped("c"), &run);
        for (observed, exit, output) in [
            ("printed 2 lines", 0, "a\nb\n"),
            ("it printed \"no such note\" and exited with 1", 1, "error: no such  note"),
            ("exit code 0", 0, ""),
            ("works as it should", 1, "usage"),
            ("answered with status 404", 0, "404"),
            ("the file `out.txt` is there", 0, ""),
            ("printed 2 lines", 127, "c: not found"),
        ] {
            assert_eq!(said(observed, run(exit, output)), None, "{observed}");
        }
        for (observed, exit, output, words) in [
            ("printed 2 lines", 0, "usage: c", "and it prints 1 line here, exit 0: usage: c"),
            ("exited with 0", 2, "usage", "and it exits 2 here"),
            ("exit code: 1, as it should", 0, "fine", "and it exits 0 here"),
            ("it says \u{201c}saved\u{201d}", 0, "usage", "and it does not print `saved` here"),
        ] {
            assert!(said(observed, run(exit, output)).is_some_and(|said| said.contains(words)), "{observed}");
        }
        assert_eq!(said("printed 2 lines", run(0, &"x\n".repeat(300))), None, "not all of it is known");
    }

    #[test]
    fn what_a_claim_quotes_is_looked_for_in_what_the_command_prints_now() {
        let said = |observation: &str, output: &str| {
            let observation = Line::clipped(observation);
            otherwise(
                &ClaimedRun { command: Line::clipped("./x"), exit_code: 0, observation },
                &run(0, output),
            )
        };
        for (observed, output) in [
            ("printed `3 passed in 0.03s`", "== 3 passed in 0.51s =="),
            ("`Ran 3 tests in 0.001 s`", "Ran 3 tests in 2.5 s"),
            ("it prints `hello … world`", "hello, dear world"),
            ("writes to `/a/b/notes.db`, it says", "/tmp/c/notes.db"),
            ("no longer prints `no such note`", "fine"),
            ("all of `tests/a.py` is green", "fine"),
            ("ran `./x` and it printed nothing", ""),
            ("`make a` before it", "fine"),
            ("the size is 12\" wide, it says", "fine"),
        ] {
            assert_eq!(said(observed, output), None, "{observed}");
        }
        for (observed, output) in [
            ("`2 notes found`", "0 notes found"),
            ("`saved`.", "refused"),
            ("fine: `error: no note`", "fine"),
            ("it prints \"saved\" and `2 notes`", "saved"),
        ] {
            assert!(
                said(observed, output).is_some_and(|words| words.contains("does not print")),
                "{observed}"
            );
        }
    }

    #[test]
    fn a_number_of_tests_that_no_output_names_is_not_shown() {
        let claim = |observation: &str| ClaimedRun {
            command: Line::clipped("make test > /dev/null"),
            exit_code: 0,
            observation: Line::clipped(observation),
        };
        assert!(hides_count(&claim("23 passed"), &run(0, "")));
        assert!(hides_count(&claim("23 passed"), &run(0, "all 9 fine")));
        assert!(!hides_count(&claim("23 passed"), &run(0, "OK: 23 checks")), "it is said in other words");
        assert!(!hides_count(&claim("all green"), &run(0, "")));
        assert!(!hides_count(&claim("23 passed"), &run(1, "")), "it is refuted");
        let told = CommandRun { tests: Some(TestCounts { passed: 23, failed: 0, skipped: 0 }), ..run(0, "") };
        assert!(!hides_count(&claim("23 passed"), &told));
    }
}
