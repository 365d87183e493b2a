//! Which changed scripts a gate runs, though no command of the environment names them: its files name them.

use std::collections::BTreeSet;

use super::change::{Changed, Kind, kind};

/// How many scripts stand between a command and the last one that counts.
const DEPTH: usize = 3;
/// Directories of scripts that build and test; what stands elsewhere is the program.
const PLACES: &[&str] =
    &["ci", ".ci", "scripts", "script", "tools", "hack", "dev", "qa", "checks", "test", "tests", "t"];

/// Whether a file can be a gate or what one runs.
pub(super) fn may_count(path: &str) -> bool {
    kind(path) == Kind::Gate || is_script(path)
}

fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_program = [".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".rb", ".mk"]
        .iter()
        .any(|ending| name.ends_with(ending));
    let is_placed = path.split('/').next().is_some_and(|first| first != path && PLACES.contains(&first));
    let is_named =
        || name == path && [".sh", ".bash", ".mk"].iter().any(|ending| name.ends_with(ending)) && tests(name);
    is_placed && (is_program || !name.contains('.')) && !super::change::is_test_name(name) || is_named()
}

/// Whether a script that lies beside the program says by its name that it tests.
fn tests(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphanumeric());
    words.into_iter().any(|word| ["test", "tests", "check", "checks", "lint", "verify", "ci"].contains(&word))
}

/// The files of gates that a check's command names. What else it names is the app that it works, whose code may change.
pub(super) fn gates_of(command: &str) -> String {
    let between = |c: char| c.is_whitespace() || "\"'`;&|()=,".contains(c);
    let named = command.split(between).filter(|word| may_count(word.trim_start_matches("./")));
    named.collect::<Vec<_>>().join(" ")
}

/// Whether a check's command compares with a file, or leaves its judgement to it: a reference, or a script of gates. Tests
/// are looked at by themselves.
pub(super) fn measures_by(command: &str, path: &str) -> bool {
    let decides = kind(path) == Kind::Reference || may_count(path) && kind(path) != Kind::Test;
    let between = |c: char| c.is_whitespace() || "\"'`;&|()=,<>".contains(c);
    decides && command.split(between).any(|word| word.trim_start_matches("./") == path)
}

/// The paths of changed scripts that the commands run, by the texts of the gates as they were.
pub(super) fn reached(files: &[Changed], gates: &[(String, String)], commands: &[String]) -> Vec<String> {
    let settings = gates.iter().filter(|(path, _)| !is_script(path)).map(|(_, text)| text.as_str());
    let mut texts: Vec<&str> = commands.iter().map(String::as_str).chain(settings).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for _ in 0..DEPTH {
        let is_new = |path: &String| !found.contains(path.as_str()) && is_script(path);
        let next: Vec<(&str, &str)> = gates
            .iter()
            .filter(|(path, _)| is_new(path) && texts.iter().any(|text| runs(text, path)))
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        found.extend(next.iter().map(|(path, _)| *path));
        texts = next.into_iter().map(|(_, text)| text).collect();
    }
    let read = |path: &str| {
        let by = |(script, text): &(String, String)| {
            (found.contains(script.as_str()) || commands.iter().any(|command| runs(command, script)))
                && reads(text, path)
        };
        is_setting(path) && gates.iter().any(by)
    };
    let changed = files.iter().map(|file| file.old_path.as_str());
    changed.filter(|path| found.contains(path) || read(path)).map(str::to_owned).collect()
}

/// Whether a file holds settings, and is neither a test nor what results are compared with.
fn is_setting(path: &str) -> bool {
    const SETTINGS: [&str; 9] = [".json", ".toml", ".yml", ".yaml", ".ini", ".cfg", ".conf", ".env", ".txt"];
    SETTINGS.iter().any(|ending| path.ends_with(ending)) && !super::is_of_tests(path)
}

/// Whether a script names a file that it may read.
fn reads(text: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    text.lines().filter(|line| !super::context::is_comment(line)).any(|line| line.contains(name))
}

/// Whether a text names a script: by its path, by a pattern, or by its name where the text says where programs are.
fn runs(text: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let by_name = text.contains("PATH") && name.len() > 2;
    let between = |c: char| c.is_whitespace() || "\"'`;&|()=,".contains(c);
    text.lines().filter(|line| !super::context::is_comment(line)).flat_map(|line| line.split(between)).any(
        |word| {
            let word = word.trim_start_matches("./").trim_start_matches("$PWD/").trim_start_matches('/');
            match word.split_once('*') {
                Some((begins, rest)) => {
                    let ends = rest.rsplit('*').next().unwrap_or_default();
                    begins.contains('/') && path.starts_with(begins) && path.ends_with(ends)
                }
                None => word == path || by_name && word == name,
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{gates_of, measures_by};

    #[test]
    fn a_check_measures_by_what_it_compares_with_or_leaves_it_to() {
        for (command, path) in [
            ("python3 app.py | diff - tests/golden/a.txt", "tests/golden/a.txt"),
            ("sh ./checks/a.sh", "checks/a.sh"),
        ] {
            assert!(measures_by(command, path), "{command}");
        }
        for (command, path) in [
            ("python3 app.py add", "app.py"),
            ("python3 -m pytest tests/test_a.py", "tests/test_a.py"),
            ("python3 app.py | diff - tests/golden/b.txt", "tests/golden/a.txt"),
        ] {
            assert!(!measures_by(command, path), "{command}");
        }
    }

    #[test]
    fn the_app_that_a_check_works_is_no_gate() {
        assert_eq!(gates_of("cd /tmp && python3 notes.py find milk | grep -q milk"), "");
        assert_eq!(gates_of("sh ./ci/check.sh && ./notes.py list"), "./ci/check.sh");
    }
}
