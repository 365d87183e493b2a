//! What a command says of its tests: in a report that it wrote, as JSON lines, or in its closing lines.
//!
//! A report counts only if it was written by this run. One that is missing, too large or malformed is said to be, and the
//! output is read instead.

mod ctrf;
mod junit;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::domain::environment::Script;
use crate::domain::tests::{OutputReader, TestRun};
use crate::workspace::process::CappedOutput;

/// Bytes of a report that are read; a larger one is refused.
const LARGEST: u64 = 32 * 1024 * 1024;
/// Bytes that are looked through of the beginning of an output, and of its end, where the closing lines stand.
const MOST_OUTPUT: u64 = 32 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub run: Option<TestRun>,
    /// Why the report that the environment names was not used.
    pub fault: Option<String>,
}

/// The report files that a command may write, and what was there before it ran.
pub struct Reports {
    files: Vec<(String, PathBuf, Option<Mark>)>,
    /// Whether the environment names the file: then it has to be there.
    named: bool,
}

/// What tells one state of a file from another.
type Mark = (SystemTime, u64);

impl Reports {
    /// Looks for them before the command runs: the one that the environment names, or those that its words name.
    pub fn before(dir: &Path, script: &Script) -> Self {
        let wanted = script.report.as_ref().map(|report| vec![report.as_str().to_owned()]);
        let is_named = wanted.is_some();
        let paths = wanted.unwrap_or_else(|| words_that_name_reports(script.run.as_str()));
        let files = paths.into_iter().filter(|name| is_inside(Path::new(name)));
        let files = files.map(|name| {
            let file = dir.join(&name);
            let before = mark(&file);
            (name, file, before)
        });
        Self { files: files.collect(), named: is_named }
    }

    /// Reads what the command said, after it ran.
    pub fn after(&self, output: &CappedOutput) -> Told {
        let mut fault = None;
        for (name, file, before) in &self.files {
            let now = mark(file);
            let read = if now.is_none() || now == *before {
                Err("the command did not write it".to_owned())
            } else {
                read_file(file)
            };
            match read {
                Ok(run) => return Told { run: Some(run), fault: None },
                Err(why) if self.named => fault = Some(format!("{name}: {why}")),
                Err(_) => {}
            }
        }
        if self.named && self.files.is_empty() {
            fault = Some("the report lies outside the checkout".to_owned());
        }
        Told { run: read_output(output), fault }
    }
}

fn mark(file: &Path) -> Option<Mark> {
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Words such as `--junitxml=out/report.xml`.
fn words_that_name_reports(command: &str) -> Vec<String> {
    let words = command.split([' ', '=', '\'', '"', ';', '&', '|', '>', '\t', '\n']);
    let is_report = |word: &&str| {
        let ending = Path::new(word).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        ["xml", "tap"].contains(&ending) || ending == "json" && word.contains("ctrf")
    };
    words.filter(is_report).map(str::to_owned).collect()
}

fn is_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn read_file(file: &Path) -> Result<TestRun, String> {
    let opened = File::open(file).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let read = opened.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if u64::try_from(read).unwrap_or(u64::MAX) > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST / (1024 * 1024)));
    }
    let begin = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    match begin.chars().next() {
        Some('<') => junit::read(&text),
        Some('{') => ctrf::read(&text),
        Some(_) => {
            TestRun::of_output(&text).ok_or_else(|| "it is neither JUnit XML nor CTRF nor TAP".to_owned())
        }
        None => Err("it is empty".to_owned()),
    }
}

/// The output as it was kept: whole in a file where it was too long for memory.
fn read_output(output: &CappedOutput) -> Option<TestRun> {
    let mut reader = OutputReader::default();
    let mut go = ctrf::GoLines::default();
    let mut line_of = |line: &str| {
        if !go.line(line) {
            reader.line(line);
        }
    };
    match output.spilled.as_ref().and_then(|path| File::open(path).ok()) {
        Some(file) => read_spilled(file, output, MOST_OUTPUT, &mut line_of),
        None => output.text.lines().for_each(line_of),
    }
    match (go.finish(), reader.finish()) {
        (Some(go), Some(other)) => Some(go.and(other)),
        (go, other) => go.or(other),
    }
}

/// The lines of an output that is in a file: of a very large one those of its beginning and of its end. What was too much
/// even for the file is known by its last lines, which are kept beside it.
fn read_spilled(file: File, output: &CappedOutput, most: u64, line_of: &mut dyn FnMut(&str)) {
    let kept = file.metadata().map_or(0, |metadata| metadata.len());
    let is_whole = kept >= output.total_bytes;
    let mut lines = BufReader::new(file);
    let end = if is_whole && kept <= most.saturating_mul(2) { kept } else { most };
    read_lines(&mut lines.by_ref().take(end), line_of);
    if !is_whole {
        let cut = |line: &&str| !(line.starts_with("[… ") && line.ends_with(" …]"));
        output.text.lines().skip_while(cut).skip(1).for_each(line_of);
    } else if end < kept {
        // The line in whose middle it begins is none.
        let begin = kept.saturating_sub(most).max(end);
        let mut rest = Vec::new();
        if lines.seek(SeekFrom::Start(begin)).is_ok() && lines.read_until(b'\n', &mut rest).is_ok() {
            read_lines(&mut lines, line_of);
        }
    }
}

fn read_lines(lines: &mut dyn BufRead, line_of: &mut dyn FnMut(&str)) {
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
        line_of(crate::workspace::clean_text(&bytes).trim_end());
        bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::tests::TestCounts;
    use crate::domain::text::{Line, Title};

    fn output(text: &str) -> CappedOutput {
        CappedOutput { text: text.to_owned(), ..CappedOutput::default() }
    }

    fn script(run: &str, report: Option<&str>) -> Script {
        Script { name: Title::clipped("test"), run: Line::clipped(run), report: report.map(Title::clipped) }
    }

    fn counts(told: &Told) -> Option<TestCounts> {
        told.run.as_ref().map(|run| run.counts)
    }

    #[test]
    fn a_report_counts_only_if_this_run_wrote_it_and_the_output_is_read_otherwise() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("out.xml");
        fs::write(&file, "<testsuite name='s'><testcase name='old'/></testsuite>").unwrap();
        let said = output("3 passed in 0.01s");
        let named = script("pytest", Some("out.xml"));
        let before = Reports::before(top.path(), &named);
        let told = before.after(&said);
        assert_eq!(counts(&told).unwrap().passed, 3);
        assert!(told.fault.unwrap().ends_with("the command did not write it"));
        fs::write(&file, "<testsuite><testcase name='a'/><testcase name='b'/></testsuite>").unwrap();
        let told = before.after(&said);
        assert_eq!((counts(&told).unwrap().passed, told.fault), (2, None));
    }

    #[test]
    fn words_of_a_command_name_its_report() {
        let top = tempfile::tempdir().unwrap();
        let before = Reports::before(top.path(), &script("pytest --junitxml=out/r.xml", None));
        fs::create_dir(top.path().join("out")).unwrap();
        fs::write(
            top.path().join("out/r.xml"),
            "<testsuites><testsuite><testcase name='a'/></testsuite></testsuites>",
        )
        .unwrap();
        assert_eq!(counts(&before.after(&output(""))).unwrap().passed, 1);
    }

    #[test]
    fn what_cannot_be_read_says_why_and_stays_bounded() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("r.xml");
        let named = script("make", Some("r.xml"));
        let fault = |content: &[u8]| {
            let _gone = fs::remove_file(&file);
            let before = Reports::before(top.path(), &named);
            fs::write(&file, content).unwrap();
            let told = before.after(&output(""));
            assert_eq!(told.run, None);
            told.fault.unwrap()
        };
        assert!(fault(b"").ends_with("it is empty"));
        assert!(fault(b"<testsuite><testcase name='a'>").contains("not closed"));
        assert!(fault(b"<html></html>").contains("no test suite"));
        assert!(fault(b"{\"results\": 3}").contains("CTRF"));
        assert!(fault(b"nothing").contains("neither JUnit"));
        let _gone = fs::remove_file(&file);
        let before = Reports::before(top.path(), &named);
        File::create(&file).unwrap().set_len(200 * 1024 * 1024).unwrap();
        assert!(before.after(&output("")).fault.unwrap().ends_with("it is larger than 32 MiB"));
        let outside = Reports::before(top.path(), &script("make", Some("../r.xml")));
        assert_eq!(outside.after(&output("")).fault.unwrap(), "the report lies outside the checkout");
    }

    #[test]
    fn the_closing_lines_stand_at_the_end_however_much_was_printed_before() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("output");
        let filler = "a line that says nothing of any test\n".repeat(40);
        let whole = format!("first\n{filler}==== 23 passed in 0.02s ====\n");
        fs::write(&path, &whole).unwrap();
        let read = |total_bytes: u64, text: &str, most: u64| {
            let output = CappedOutput {
                text: text.to_owned(),
                total_bytes,
                left_out_bytes: 1,
                spilled: Some(path.clone()),
                ..CappedOutput::default()
            };
            let mut lines: Vec<String> = Vec::new();
            read_spilled(File::open(&path).unwrap(), &output, most, &mut |line| lines.push(line.to_owned()));
            lines
        };
        let total = u64::try_from(whole.len()).unwrap();
        let all = read(total, "", total);
        assert_eq!(all.len(), 42);
        let ends = read(total, "", 64);
        assert_eq!((ends[0].as_str(), ends.len()), ("first", 4), "{ends:?}");
        assert_eq!(ends[3], "==== 23 passed in 0.02s ====");
        // The file took only so much: the end is in memory.
        let text = "first\n[… 9 of 10 bytes left out …]\n==== 22 passed in 0.02s ====";
        let ends = read(total + 1, text, 64);
        assert_eq!(ends.last().unwrap(), "==== 22 passed in 0.02s ====");
        assert!(!ends.iter().any(|line| line.contains("23 passed") || line.contains("bytes left out")));
        let output = CappedOutput {
            total_bytes: total,
            left_out_bytes: 1,
            spilled: Some(path),
            ..CappedOutput::default()
        };
        let told = Reports::before(top.path(), &script("pytest", None)).after(&output);
        assert_eq!(counts(&told).unwrap().passed, 23);
    }

    #[test]
    fn go_says_it_in_json_lines() {
        let text = r#"{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":0.1}"#;
        let told = Reports::before(Path::new("."), &script("go test -json ./...", None)).after(&output(text));
        assert_eq!(counts(&told).unwrap(), TestCounts { passed: 1, failed: 0, skipped: 1 });
    }
}
