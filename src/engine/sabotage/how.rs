//! How an app that was made wrong was noticed: by what it answered, or because it was not there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::domain::red::HowRed;
use crate::engine::replay::Sight;
use crate::instrument::Facts;
use crate::workspace::Exit;

/// The files of a checkout that a command names: it can judge nothing where one of them is gone.
pub fn named_in(command: &str, dir: &Path) -> Vec<PathBuf> {
    let words = command.split(|c: char| c.is_whitespace() || "();&|<>`\"'=$".contains(c));
    let relative = words.map(|word| word.trim_start_matches("./")).filter(|word| !word.is_empty());
    let inside = relative.filter(|word| !word.starts_with('/') && !word.contains(".."));
    inside.map(PathBuf::from).filter(|path| dir.join(path).exists()).collect()
}

/// How a tester's steps were red against an app that was made wrong, beside what each of them showed before. One step that
/// was not answered is enough: those after it build on it. `quoted` is what the assertion quotes.
pub fn of_steps(known: &[Result<Facts, String>], sight: &Sight, quoted: &[String]) -> HowRed {
    if sight.down.is_some() {
        return HowRed::Down;
    }
    let pairs = known.iter().zip(&sight.all);
    let weak = pairs.filter_map(|(known, seen)| match (known, seen) {
        (Ok(known), Ok(seen)) => of_step(known, seen),
        // What it acts on is not there.
        (Ok(_), Err(_)) => Some(HowRed::Gone),
        (Err(_), _) => None,
    });
    weak.min().unwrap_or_else(|| {
        let stands = |all: &[Result<Facts, String>], words: &String| {
            all.iter().flatten().any(|facts| facts.text.contains(words))
        };
        let shown: Vec<&String> = quoted.iter().filter(|words| stands(known, words)).collect();
        let is_untouched = !shown.is_empty() && shown.iter().all(|words| stands(&sight.all, words));
        if is_untouched { HowRed::Elsewhere } else { HowRed::Untrue }
    })
}

fn of_step(known: &Facts, seen: &Facts) -> Option<HowRed> {
    let other =
        seen.statuses.iter().enumerate().filter(|(at, status)| known.statuses.get(*at) != Some(*status));
    let by_status = other.filter_map(|(_, status)| HowRed::of_status(*status)).min();
    let by_exit = seen.exit.filter(|exit| known.exit != Some(*exit)).and_then(of_exit);
    by_status.or(by_exit).or_else(|| HowRed::by_words(&new_lines(known, seen)))
}

fn of_exit(exit: Exit) -> Option<HowRed> {
    match exit {
        Exit::Code(126 | 127) => Some(HowRed::Gone),
        Exit::Signal(_) => Some(HowRed::Crashed),
        Exit::Code(_) | Exit::TimedOut | Exit::Cancelled | Exit::Unknown => None,
    }
}

/// What there is to read that was not there before.
fn new_lines(known: &Facts, seen: &Facts) -> String {
    let before: BTreeSet<&str> = known.text.lines().collect();
    seen.text.lines().filter(|line| !before.contains(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, text: &str) -> Facts {
        Facts { statuses: vec![status], text: text.to_owned(), exit: None }
    }

    fn ended(exit: Exit, text: &str) -> Facts {
        Facts { exit: Some(exit), text: text.to_owned(), ..Facts::default() }
    }

    fn how(known: Facts, seen: Facts) -> HowRed {
        of_steps(&[Ok(known)], &Sight::of(vec![Ok(seen)], None), &["2 notes".to_owned(), "?".to_owned()])
    }

    #[test]
    fn another_answer_is_told_from_none() {
        use HowRed::{Crashed, Down, Elsewhere, Gone, Untrue};

        assert_eq!(how(answer(200, "2 notes"), answer(200, "2 things")), Untrue);
        assert_eq!(how(answer(200, "2 notes"), answer(200, "2 notes, and a footer")), Elsewhere);
        assert_eq!(how(answer(400, "no name"), answer(200, "kept")), Untrue);
        assert_eq!(how(answer(200, "2 notes"), answer(404, "")), Gone);
        assert_eq!(how(answer(404, "nothing"), answer(404, "none of it")), Untrue, "it is what was asserted");
        assert_eq!(how(answer(404, "404 Not Found"), answer(404, "404 Not Found\nmore")), Untrue);
        assert_eq!(how(answer(200, ""), answer(0, "")), Down);
        assert_eq!(how(answer(200, ""), answer(500, "")), Crashed);
        assert_eq!(how(Facts::default(), answer(200, "Error response\nError code: 404")), Gone);
        assert_eq!(how(ended(Exit::Code(0), "Ada"), ended(Exit::Code(0), "Bob")), Untrue);
        assert_eq!(how(ended(Exit::Code(0), "Ada"), ended(Exit::Code(127), "")), Gone);
        assert_eq!(how(ended(Exit::Code(0), "Ada"), ended(Exit::Code(1), "sh: 1: ./greet: not found")), Gone);
        assert_eq!(how(ended(Exit::Code(0), "Ada"), ended(Exit::Signal(11), "")), Crashed);
        let refused = || Err("there is no e5 on the page".to_owned());
        let acted = |known| of_steps(&[known], &Sight::of(vec![refused()], None), &[]);
        assert_eq!(acted(Ok(answer(200, "a form"))), Gone);
        assert_eq!(acted(refused()), Untrue, "a slip of the tester's");
        let down = Sight::of(vec![Ok(answer(0, ""))], Some("it exited with 1".to_owned()));
        assert_eq!(of_steps(&[Ok(answer(200, ""))], &down, &[]), Down);
        let first = [Ok(answer(200, "kept")), Ok(answer(200, "1 note"))];
        let lost = Sight::of(vec![Ok(answer(404, "")), Ok(answer(200, "0 notes"))], None);
        assert_eq!(
            of_steps(&first, &lost, &[]),
            Gone,
            "what is read last is due to what was not taken first"
        );
    }

    #[test]
    fn the_files_that_a_command_names_are_those_of_the_checkout() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("bin")).unwrap();
        std::fs::write(dir.path().join("bin/greet"), "").unwrap();
        std::fs::write(dir.path().join("out.txt"), "").unwrap();
        let named = |command: &str| named_in(command, dir.path());
        assert_eq!(named("test \"$(./bin/greet Ada)\" = Hello"), [PathBuf::from("bin/greet")]);
        assert_eq!(named("grep -q a <out.txt && ls /etc ../x nothing.txt"), [PathBuf::from("out.txt")]);
    }
}
