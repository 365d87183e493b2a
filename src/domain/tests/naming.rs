//! The form of a test command in which its runner names the tests: the quiet ones print dots or a number.

/// A test command as it is run to learn the names of its tests; nothing where no other form is known.
pub fn naming(command: &str) -> Option<String> {
    let mut words: Vec<&str> = command.split(' ').collect();
    let at = |word: &str| words.iter().position(|known| known.rsplit('/').next() == Some(word));
    let behind = |first: &str, second: &[&str]| {
        let found = words
            .windows(2)
            .position(|two| matches!(two, [one, next] if *one == first && second.contains(next)));
        found.map(|found| found + 1)
    };
    if let Some(pytest) = at("pytest") {
        words.retain(|word| !["-q", "-qq", "--quiet"].contains(word));
        // Twice, because a file of settings may ask for quiet too.
        words.insert(pytest + 1, "-vv");
    } else if let Some(unittest) = behind("-m", &["unittest"]) {
        let discover = words.get(unittest + 1) == Some(&"discover");
        words.retain(|word| !["-q", "--quiet"].contains(word));
        words.insert(unittest + 1 + usize::from(discover), "-v");
    } else if behind("cargo", &["test", "t"]).is_some() {
        words.retain(|word| !["-q", "--quiet", "--format=terse"].contains(word));
    } else if let Some(test) = behind("go", &["test"]) {
        words.insert(test + 1, "-v");
    } else {
        for word in &mut words {
            match *word {
                "--test-reporter=dot" => *word = "--test-reporter=spec",
                "--reporter=dot" | "--reporters=dot" => *word = "--reporter=verbose",
                _ => {}
            }
        }
    }
    let named = words.join(" ");
    (named != command).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_command_is_run_in_the_form_that_names_its_tests() {
        for (quiet, named) in [
            ("pytest -q", "pytest -vv"),
            ("python3 -m pytest -q tests", "python3 -m pytest -vv tests"),
            (".venv/bin/pytest", ".venv/bin/pytest -vv"),
            ("python3 -m unittest discover -s tests", "python3 -m unittest discover -v -s tests"),
            ("python3 -m unittest", "python3 -m unittest -v"),
            ("cargo test -q --workspace", "cargo test --workspace"),
            ("cargo build && cargo test --quiet", "cargo build && cargo test"),
            ("go test ./...", "go test -v ./..."),
            ("node --test --test-reporter=dot", "node --test --test-reporter=spec"),
            ("npx vitest run --reporter=dot", "npx vitest run --reporter=verbose"),
        ] {
            assert_eq!(naming(quiet).as_deref(), Some(named));
        }
        for other in ["cargo test", "make test", "sh test.sh -q", "go vet ./..."] {
            assert_eq!(naming(other), None);
        }
    }
}
