//! Scripts and settings that decide what is tested and how strictly: what a change of them takes away.

use std::collections::BTreeSet;

use regex::Regex;

use super::change::{Changed, Kind, kind};
use super::gate_lines::{self, entries, is_dependency, leaves_out_tests, occurs, prints, repeats};
use super::gate_words::{
    CHOOSES, EXCLUDES, FALLS, FILTERS, NARROWS, NEUTERS, NUMBER, ONE, RISES, RUNS, SEVERITIES, STRICTLY, is,
};
use super::guard;
use super::patch;
use super::settings;
use crate::domain::tampering::Suspicion;

/// What a change of gates takes away.
pub fn examine(files: &[Changed], commands: &[String]) -> Vec<Suspicion> {
    let gates: Vec<Gate<'_>> = files
        .iter()
        .filter(|file| is_gate(file, files, commands))
        .map(|file| Gate::of(file, files))
        .collect();
    let mut found: Vec<Suspicion> = gates.iter().filter_map(|gate| gate.weakened(&gates)).collect();
    let suspect: BTreeSet<String> = found.iter().map(|suspicion| suspicion.description.to_string()).collect();
    for gate in &gates {
        let told = suspect.iter().any(|words| words.contains(&gate.file.path));
        if told || !(is_named(&gate.file.old_path, commands) || gate.has_commands()) {
            continue;
        }
        let (path, file) = (&gate.file.path, gate.file);
        if !gate.loses_lines() {
            found.extend(guard::conditional(path, &file.old, &file.new).map(|condition| {
                let words = format!(
                    "{path} was edited, which the gate runs: a line of it may not be run now: `{condition}`"
                );
                Suspicion::doubtful(words, gate.hunk())
            }));
            continue;
        }
        let is_called = |line: &String| line.contains(gate.file.old_path.as_str());
        let is_gone =
            gate.file.new.is_empty() && !gates.iter().any(|other| other.removed.iter().any(is_called));
        found.push(if is_gone {
            Suspicion::blocking(format!("{path}, which the gate runs, is removed"), gate.hunk())
        } else {
            let words =
                format!("{path} was edited, which the gate runs: it may be sound, and somebody has to look");
            Suspicion::doubtful(words, gate.hunk())
        });
    }
    found
}

/// Whether a file decides what is tested: by its name, or because a command or such a file runs it.
fn is_gate(file: &Changed, files: &[Changed], commands: &[String]) -> bool {
    if kind(&file.path) == Kind::Gate
        || kind(&file.old_path) == Kind::Gate
        || is_named(&file.old_path, commands)
        || settings::is_baseline(&file.path)
    {
        return true;
    }
    let is_script = [".sh", ".bash", ".mk", ".ps1"].iter().any(|ending| file.path.ends_with(ending))
        || !file.path.contains('.');
    let named_in = |gate: &Changed| {
        kind(&gate.path) == Kind::Gate && (gate.new.contains(&file.path) || gate.old.contains(&file.path))
    };
    is_script
        && (files.iter().any(named_in)
            // Nothing runs a new one before a gate names it.
            || !file.old.is_empty()
                && ["scripts/", "bin/", "tools/", "hack/"].iter().any(|place| file.path.starts_with(place)))
}

/// Whether a command names a file.
pub fn is_named(path: &str, commands: &[String]) -> bool {
    let words =
        commands.iter().flat_map(|command| command.split([' ', '=', '\'', '"', ';', '&', '|', '(', ')']));
    words.map(|word| word.trim_start_matches("./")).any(|word| !word.is_empty() && word == path)
}

/// A gate's file with the lines that count: without comments.
struct Gate<'a> {
    file: &'a Changed,
    /// The whole change.
    files: &'a [Changed],
    added: Vec<String>,
    removed: Vec<String>,
}

impl<'a> Gate<'a> {
    fn of(file: &'a Changed, files: &'a [Changed]) -> Self {
        let bare = |text: &str| {
            let lines = text.lines().filter(|line| !is_comment(line));
            lines.collect::<Vec<_>>().join("\n")
        };
        let (old, new) = (bare(&file.old), bare(&file.new));
        let surplus = |text: &str, other: &str| {
            super::change::surplus(text, other).into_iter().map(str::to_owned).collect()
        };
        Self { file, files, added: surplus(&new, &old), removed: surplus(&old, &new) }
    }

    fn hunk(&self) -> String {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        patch::of(&self.file.path, &lines(&self.file.old), &lines(&self.file.new))
    }

    /// The first way in which it tests less than before.
    fn weakened(&self, all: &[Gate<'_>]) -> Option<Suspicion> {
        let path = &self.file.path;
        let what = self
            .neutered()
            .or_else(|| self.threshold())
            .or_else(|| self.no_longer_strict(all))
            .or_else(|| self.warns_less(all))
            .or_else(|| self.lower_severity())
            .or_else(|| self.filtered())
            .or_else(|| self.narrowed())
            .or_else(|| self.no_longer_runs(all))?;
        Some(Suspicion::blocking(format!("{path}: {what}"), self.hunk()))
    }

    fn neutered(&self) -> Option<String> {
        for (pattern, words) in NEUTERS.iter() {
            let lets = |line: &&String| pattern.is_match(line);
            let added: Vec<&String> =
                self.added.iter().filter(lets).filter(|line| !self.has_reason(line)).collect();
            if let Some(line) =
                added.first().filter(|_| added.len() > self.removed.iter().filter(lets).count())
            {
                return Some(format!("a line {words} now: `{}`", line.trim()));
            }
        }
        if let Some(words) = settings::looser(&self.file.path, &self.added, &self.removed) {
            return Some(words);
        }
        if let Some(name) = gate_lines::muted_tests(self.file) {
            return Some(format!("a test may fail now, or is left out: {name}"));
        }
        if let Some(line) = gate_lines::disarmed(&self.added, &self.removed) {
            return Some(format!("a line only reads now what it ran: `{line}`"));
        }
        if let Some(line) = gate_lines::fewer_files(&self.added, &self.removed) {
            return Some(format!("a line goes through fewer files than before: `{line}`"));
        }
        if let Some(line) = self.added.iter().find(|line| repeats(line)) {
            return Some(format!("a line tries what failed again now: `{}`", line.trim()));
        }
        if let Some(line) = self.swallowed() {
            return Some(format!("a line lets a failure pass now: `{}`", line.trim()));
        }
        // A recipe of make whose failure is ignored.
        let ignored = |line: &&String| {
            let said = line.trim_start().trim_start_matches('@');
            let bare = said.strip_prefix('-').map(str::trim);
            bare.is_some_and(|bare| {
                self.removed.iter().any(|old| old.trim().trim_start_matches('@').trim() == bare)
            })
        };
        self.added.iter().find(ignored).map(|line| format!("a failure is ignored now: `{}`", line.trim()))
    }

    /// Whether a line that lets a failure pass does so to look at it, or came with what it is about.
    fn has_reason(&self, line: &str) -> bool {
        gate_lines::tidies(line)
            || gate_lines::is_looked_at(line, &self.file.new)
            || self.file.path.ends_with("Cargo.toml")
                && gate_lines::is_new_target(line, &self.file.new, self.files)
    }

    /// In all gates together fewer warnings fail a test.
    fn warns_less(&self, all: &[Gate<'_>]) -> Option<String> {
        let settles = |gate: &&Gate<'_>| {
            ![".js", ".mjs", ".json", ".yml", ".yaml"].iter().any(|ending| gate.file.path.ends_with(ending))
        };
        let lines =
            |of: fn(&Gate<'_>) -> Vec<String>| all.iter().filter(settles).flat_map(of).collect::<Vec<_>>();
        let (added, removed) = (lines(|gate| gate.added.clone()), lines(|gate| gate.removed.clone()));
        let line = gate_lines::warns_less(&added, &removed)?;
        let is_own = self.added.contains(&line) || self.removed.contains(&line);
        is_own.then(|| format!("warnings fail fewer tests than before: `{}`", line.trim()))
    }

    /// A call that stood alone, whose failure ended the script, and that is now asked in a condition or piped on.
    fn swallowed(&self) -> Option<&String> {
        let is_call =
            |old: &&String| old.trim().len() > 3 && !prints(old) && !old.trim().starts_with(['#', '}']);
        let calls: Vec<&str> = self.removed.iter().filter(is_call).map(|old| old.trim()).collect();
        let is_shell = !self.file.path.contains('.') || self.file.path.ends_with("sh");
        let stops = self.file.new.contains("pipefail");
        // It is remembered, and told at the end.
        let tells = self
            .added
            .iter()
            .any(|line| ["exit", "=1", "return", "false"].iter().any(|word| line.contains(word)))
            || ["exit $", "exit \"$"].iter().any(|word| self.file.new.contains(word));
        self.added.iter().filter(|_| is_shell).find(|line| {
            let said = line.trim();
            calls.iter().any(|call| {
                let asked = said.strip_prefix("if ").is_some_and(|rest| rest.starts_with(call));
                let piped = said.strip_prefix(call).is_some_and(|rest| rest.trim_start().starts_with("| "));
                asked && !tells || piped && !stops
            })
        })
    }

    /// A number that may only rise fell, or the other way round.
    fn threshold(&self) -> Option<String> {
        let number = NUMBER.as_ref()?;
        for old in &self.removed {
            // What is switched beside it makes it no other line.
            let bare = |line: &str| number.replace_all(line, "#").to_lowercase().replace("true", "false");
            let skeleton = bare(old);
            let Some(new) = self.added.iter().find(|new| bare(new) == skeleton) else {
                continue;
            };
            if number.find_iter(old).zip(number.find_iter(new)).any(|(before, after)| {
                let value = |found: regex::Match<'_>| found.as_str().parse::<f64>().unwrap_or_default();
                let key = settings::key_of(old, before.start(), &self.file.path);
                let (before, after) = (value(before), value(after));
                after < before && is(&FALLS, &key) && !is(&RISES, &key) || after > before && is(&RISES, &key)
            }) {
                return Some(format!(
                    "a threshold is lower than it was: `{}` instead of `{}`",
                    new.trim(),
                    old.trim()
                ));
            }
        }
        None
    }

    /// What made checks strict is there less often, in all gates together.
    fn no_longer_strict(&self, all: &[Gate<'_>]) -> Option<String> {
        let strict = STRICTLY.as_ref()?;
        let gone = self.removed.iter().find(|line| strict.is_match(line))?;
        let word = strict.find(gone)?.as_str();
        let before = occurs(all.iter().map(|gate| &gate.removed), word);
        let after = occurs(all.iter().map(|gate| &gate.added), word);
        (before > after).then(|| format!("a check is less strict: `{}` is gone", gone.trim()))
    }

    fn filtered(&self) -> Option<String> {
        let filters = FILTERS.as_ref()?;
        let words =
            |lines: &[String]| -> usize { lines.iter().map(|line| filters.find_iter(line).count()).sum() };
        let in_tests = |line: &&String| {
            filters.is_match(line)
                && (is(&RUNS, line)
                    || line.contains("addopts")
                    || line.trim_start().starts_with(['-', '"', '\'']))
        };
        if let Some(line) = self.added.iter().find(in_tests)
            && words(&self.added) > words(&self.removed)
        {
            return Some(format!("tests are left out now: `{}`", line.trim()));
        }
        self.excluded().or_else(|| self.chosen())
    }

    /// A list of what is left out has something more in it that is a test or a part of the program.
    fn excluded(&self) -> Option<String> {
        let mut inside = false;
        for line in self.file.new.lines() {
            let said = line.trim();
            let is_key = is(&EXCLUDES, said);
            inside = is_key || inside && !said.contains(['=', ':']) && !said.starts_with([']', '}', '[']);
            let is_added = self.added.iter().any(|added| added.trim() == said);
            if inside && is_added && leaves_out_tests(said, &self.removed) {
                return Some(format!("tests, or what they cover, are left out now: `{said}`"));
            }
        }
        None
    }

    /// What chooses tests chooses others, and not only more.
    fn chosen(&self) -> Option<String> {
        let chooses = CHOOSES.as_ref()?;
        let choices = |lines: &[String]| -> Vec<(String, BTreeSet<String>)> {
            let all = lines.iter().flat_map(|line| chooses.captures_iter(line).collect::<Vec<_>>());
            let part = |found: &regex::Captures<'_>, at: usize| {
                found.get(at).map_or("", |part| part.as_str()).to_owned()
            };
            all.map(|found| (part(&found, 1), entries(&part(&found, 2)))).collect()
        };
        let (old, new) = (choices(&self.removed), choices(&self.added));
        let narrower = old.into_iter().find_map(|(key, before)| {
            let (_, after) = new.iter().find(|(other, _)| *other == key)?;
            (!before.is_subset(after)).then_some(key)
        })?;
        (!self.file.path.ends_with("tsconfig.json"))
            .then(|| format!("`{narrower}` chooses other tests than before"))
    }

    /// One test or one file is run where all were, or a setting leaves others out.
    fn narrowed(&self) -> Option<String> {
        let one = ONE.as_ref()?;
        let count = |lines: &[String], pattern: &Regex| -> usize {
            lines.iter().map(|line| pattern.find_iter(line).count()).sum()
        };
        let calls = |lines: &[String]| {
            lines
                .iter()
                .filter(|line| is(&RUNS, line) && !line.contains("mypy") && !line.contains("lint"))
                .cloned()
                .collect::<Vec<_>>()
        };
        let (old, new) = (calls(&self.removed), calls(&self.added));
        if !old.is_empty() && count(&new, one) > count(&old, one) {
            let line = new.iter().find(|line| one.is_match(line))?;
            return Some(format!("only a part of the tests is run now: `{}`", line.trim()));
        }
        let narrows = NARROWS.as_ref()?;
        let line = self.added.iter().find(|line| narrows.is_match(line))?;
        (count(&self.added, narrows) > count(&self.removed, narrows))
            .then(|| format!("tests are left out now: `{}`", line.trim()))
    }

    /// A fault that was an error is less than that.
    fn lower_severity(&self) -> Option<String> {
        let levels = |line: &str, scale: &[&str]| {
            let words = super::expect::words(line);
            let level = words.iter().find_map(|word| scale.iter().position(|level| level == word))?;
            let rest: Vec<String> =
                words.into_iter().filter(|word| !scale.contains(&word.as_str())).collect();
            Some((rest, level))
        };
        SEVERITIES.iter().find_map(|scale| {
            self.removed.iter().find_map(|old| {
                let (rest, before) = levels(old, scale)?;
                let lower = |new: &&String| {
                    levels(new, scale).is_some_and(|(other, after)| other == rest && after > before)
                };
                let new = self.added.iter().find(lower)?;
                Some(format!("a fault counts less than before: `{}` instead of `{}`", new.trim(), old.trim()))
            })
        })
    }

    /// A program that tests is called less often, in all gates together.
    fn no_longer_runs(&self, all: &[Gate<'_>]) -> Option<String> {
        let runs = RUNS.as_ref()?;
        let calls =
            |lines: &[String]| -> usize { lines.iter().map(|line| runs.find_iter(line).count()).sum() };
        let (removed, added): (usize, usize) = (
            all.iter().map(|gate| calls(&gate.removed)).sum(),
            all.iter().map(|gate| calls(&gate.added)).sum(),
        );
        let is_call = |line: &&String| runs.is_match(line) && !is_dependency(line);
        let gone = self.removed.iter().find(is_call)?;
        (removed > added).then(|| format!("what tested before is no longer run: `{}`", gone.trim()))
    }

    /// Whether it is made of commands, so that every line of it counts.
    fn has_commands(&self) -> bool {
        let is_program = [".sh", ".bash", ".py", ".js"].iter().any(|ending| self.file.path.ends_with(ending));
        let in_gates = ["ci/", ".ci/"].iter().any(|place| self.file.path.starts_with(place));
        is_program && in_gates && !self.file.old.is_empty()
            || self.file.path.starts_with(".github/") && self.removed.iter().any(|line| line.contains("run:"))
    }

    /// Whether something of it is gone, and not only more was added to a line.
    fn loses_lines(&self) -> bool {
        let tightened =
            |line: &&String| NEUTERS.iter().any(|(pattern, _)| pattern.is_match(line)) || is(&FILTERS, line);
        // A number of a limit that was not lowered.
        let skeleton =
            |line: &str| NUMBER.as_ref().map(|number| number.replace_all(line.trim(), "#").into_owned());
        let is_limit = |line: &&String| {
            (is(&FALLS, line) || is(&RISES, line))
                && self.added.iter().any(|new| skeleton(new) == skeleton(line))
        };
        // What let failures pass, or left tests out, is no loss, and neither is what is only said.
        let mut removed =
            self.removed.iter().filter(|line| !tightened(line) && !prints(line) && !is_limit(line));
        let is_setting = [".yml", ".yaml", ".json", ".toml", ".ini", ".cfg"]
            .iter()
            .any(|ending| self.file.path.ends_with(ending));
        removed.any(|line| {
            if is_setting && !line.contains("run:") {
                gate_lines::loses_words(line, &self.added)
            } else {
                !gate_lines::is_kept(line, &self.added)
            }
        })
    }
}

fn is_comment(line: &str) -> bool {
    let said = line.trim_start();
    (said.starts_with('#') && !said.starts_with("#[")) || said.starts_with("//") || said.starts_with("; ")
}
