//! What a session's model was asked with, as it grew: a file of lines beside the log, because a transcript is for reading
//! and this is for going on, word for word. Nobody waits for the disk: a file that was cut is as good as its whole lines.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::agent::context::History;
use crate::agent::model::{Item, ToolSpec};
use crate::agent::tool::Archive;
use crate::domain::id::AttemptId;

/// The directory of the records, in the mission's.
const SESSIONS: &str = "sessions";

/// What does not grow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub model: String,
    pub system: String,
    pub tools: Vec<ToolSpec>,
}

/// One line of a record.
#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    Begun {
        head: Head,
    },
    /// One more item of the conversation.
    Added {
        item: Item,
    },
    /// It is these from now on, by the numbers that they had.
    Rewritten {
        items: Vec<Item>,
        numbers: Vec<u64>,
    },
    /// What an agent that has a loop of its own calls the session from now on.
    Named {
        session: String,
    },
    /// What of its brief was its own work when it ended.
    Own {
        text: String,
    },
    /// A line of a newer version.
    #[serde(other)]
    Unknown,
}

/// A session as its record has it.
#[derive(Debug, PartialEq)]
pub struct Recorded {
    pub head: Head,
    pub history: History,
    pub own: String,
    /// What its agent calls it, where that has a loop of its own.
    pub session: Option<String>,
}

/// Everything that was said in the session of an attempt.
pub struct Said {
    pub dir: PathBuf,
    pub attempt: AttemptId,
}

impl Archive for Said {
    fn items(&self) -> Vec<Item> {
        let added = lines(&self.dir, self.attempt).unwrap_or_default().into_iter();
        let added = added.filter_map(|line| if let Line::Added { item } = line { Some(item) } else { None });
        added.collect()
    }
}

/// The record of a session that runs.
#[derive(Debug)]
pub struct Record(Mutex<File>);

impl Record {
    /// Begins one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(dir: &Path, attempt: AttemptId, head: &Head) -> io::Result<Self> {
        fs::create_dir_all(dir.join(SESSIONS))?;
        let record = Self(Mutex::new(File::create(path(dir, attempt))?));
        record.write(&Line::Begun { head: head.clone() })?;
        Ok(record)
    }

    /// Goes on with the record of an earlier attempt, which is this one's from now on.
    ///
    /// # Errors
    /// When it is not there, or cannot be written.
    pub fn take_over(dir: &Path, earlier: AttemptId, attempt: AttemptId) -> io::Result<Self> {
        let path = path(dir, attempt);
        fs::rename(self::path(dir, earlier), &path)?;
        let mut file = File::options().append(true).open(path)?;
        // A line that was cut off must not spoil the next one.
        file.write_all(b"\n")?;
        Ok(Self(Mutex::new(file)))
    }

    /// The conversation has one more item.
    pub fn add(&self, item: &Item) {
        self.note(&Line::Added { item: item.clone() });
    }

    /// The conversation is another from now on.
    pub fn rewrite(&self, history: &History) {
        let History { items, numbers, .. } = history.clone();
        self.note(&Line::Rewritten { items, numbers });
    }

    /// What its agent calls the session.
    pub fn name(&self, session: &str) {
        self.note(&Line::Named { session: session.to_owned() });
    }

    fn note(&self, line: &Line) {
        if let Err(error) = self.write(line) {
            tracing::warn!(%error, "what a session goes on with is not kept whole");
        }
    }

    fn write(&self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line).map_err(io::Error::other)?;
        bytes.push(b'\n');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&bytes)
    }
}

/// Notes at the end of a session what of its brief is its own work; nothing where it has no record.
pub fn note_own(dir: &Path, attempt: AttemptId, text: String) {
    if let Ok(file) = File::options().append(true).open(path(dir, attempt)) {
        Record(Mutex::new(file)).note(&Line::Own { text });
    }
}

/// The session of an attempt; nothing where there is no record, or none that can be read.
pub fn read(dir: &Path, attempt: AttemptId) -> Option<Recorded> {
    let mut recorded: Option<Recorded> = None;
    for line in lines(dir, attempt)? {
        match (line, recorded.as_mut()) {
            (Line::Begun { head }, None) => {
                let (history, own) = (History::default(), String::new());
                recorded = Some(Recorded { head, history, own, session: None });
            }
            (Line::Added { item }, Some(recorded)) => recorded.history.push(item),
            (Line::Rewritten { items, numbers }, Some(recorded)) if items.len() == numbers.len() => {
                let last = recorded.history.last;
                recorded.history = History { items, numbers, last, shortened: true };
            }
            (Line::Own { text }, Some(recorded)) => recorded.own = text,
            (Line::Named { session }, Some(recorded)) => recorded.session = Some(session),
            (Line::Unknown | Line::Begun { .. } | Line::Rewritten { .. }, _)
            | (Line::Added { .. } | Line::Own { .. } | Line::Named { .. }, None) => return None,
        }
    }
    let is_known = |recorded: &Recorded| {
        !recorded.history.items.is_empty() && !recorded.history.items.contains(&Item::Unknown)
    };
    recorded.filter(is_known)
}

/// The lines of a record; one that was cut off is none.
fn lines(dir: &Path, attempt: AttemptId) -> Option<Vec<Line>> {
    let bytes = fs::read(path(dir, attempt)).ok()?;
    Some(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Removes the records that are not to be kept.
pub fn keep_only(dir: &Path, is_kept: impl Fn(AttemptId) -> bool) {
    let Ok(files) = fs::read_dir(dir.join(SESSIONS)) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let attempt = name.to_str().and_then(|name| name.strip_suffix(".jsonl")?.parse().ok());
        if !attempt.is_some_and(|number| is_kept(AttemptId(number))) {
            drop(fs::remove_file(file.path()));
        }
    }
}

fn path(dir: &Path, attempt: AttemptId) -> PathBuf {
    dir.join(SESSIONS).join(format!("{}.jsonl", attempt.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::model::{Reply, Thinking, ToolCall};

    fn head() -> Head {
        let schema = json!({ "type": "object", "properties": { "z": {}, "a": { "maximum": 1.5 } } });
        let tool = ToolSpec { name: "read".into(), description: "Reads.".into(), schema };
        Head { model: "test/m".into(), system: "You build.".into(), tools: vec![tool] }
    }

    fn items() -> Vec<Item> {
        let arguments = Some(json!({ "path": "b", "from": 2, "also": [0.25] }));
        let call = ToolCall { id: "c".into(), tool: "read".into(), arguments, raw: String::new() };
        let thinking = vec![Thinking { text: "hm".into(), signature: Some("sig".into()) }];
        let reply = Reply { calls: vec![call], thinking, text: "I look.\n".into(), ..Reply::default() };
        vec![Item::User { text: "brief".into() }, Item::Assistant(reply)]
    }

    #[test]
    fn what_was_recorded_is_read_word_for_word_whoever_went_on_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::begin(dir.path(), AttemptId(1), &head()).unwrap();
        for item in items() {
            record.add(&item);
        }
        let recorded = read(dir.path(), AttemptId(1)).unwrap();
        let (history, own) = (History::new(items()), String::new());
        assert_eq!(recorded, Recorded { head: head(), history, own, session: None });
        let same = |tools: &[ToolSpec]| serde_json::to_string(tools).unwrap();
        assert_eq!(same(&recorded.head.tools), same(&head().tools), "keys stay in their order");

        note_own(dir.path(), AttemptId(1), "## Plan".into());
        let later = Record::take_over(dir.path(), AttemptId(1), AttemptId(4)).unwrap();
        later.name("s1");
        later.rewrite(&History { items: items()[1..].to_vec(), numbers: vec![2], last: 2, shortened: true });
        later.add(&Item::User { text: "news".into() });
        let recorded = read(dir.path(), AttemptId(4)).unwrap();
        assert_eq!((recorded.history.numbers, recorded.own.as_str()), (vec![2, 3], "## Plan"));
        assert_eq!(recorded.session.as_deref(), Some("s1"));
        let all = Said { dir: dir.path().to_owned(), attempt: AttemptId(4) }.items();
        assert_eq!(all, [items(), vec![Item::User { text: "news".into() }]].concat(), "nothing is lost");
        assert_eq!(read(dir.path(), AttemptId(1)), None);
        keep_only(dir.path(), |attempt| attempt == AttemptId(1));
        assert_eq!(read(dir.path(), AttemptId(4)), None);
    }

    #[test]
    fn a_record_that_was_cut_is_as_good_as_its_whole_lines() {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::begin(dir.path(), AttemptId(1), &head()).unwrap();
        for item in items() {
            record.add(&item);
        }
        let file = path(dir.path(), AttemptId(1));
        let whole = fs::read(&file).unwrap();
        for cut in 0..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let found = read(dir.path(), AttemptId(1));
            let known = found.map_or(0, |found| {
                let known = found.history.items;
                assert_eq!(known, items()[..known.len()]);
                known.len()
            });
            if known > 0 {
                Record::take_over(dir.path(), AttemptId(1), AttemptId(1)).unwrap().add(&items()[0]);
                assert_eq!(read(dir.path(), AttemptId(1)).unwrap().history.items.len(), known + 1);
            }
        }
        fs::write(&file, b"{\"line\":\"of a newer version\"}\n").unwrap();
        assert_eq!(read(dir.path(), AttemptId(1)), None);
    }
}
