//! What on a frame may be a link: addresses, also over several lines, and words that may name a file.

use ratatui::buffer::Buffer;

use crate::view::text::cells;

/// The longest address that is followed over lines.
const LONGEST: usize = 2_000;

/// Something that may lead somewhere, and the cells it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: FoundKind,
    pub text: String,
    pub cells: Vec<(u16, u16)>,
}

/// What may lead somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// An address of the web, whole.
    Address,
    /// A word that looks like a file's path, without the line that it names.
    Path,
}

/// One word on one line: its characters with their cells.
type Word = Vec<(char, (u16, u16))>;

/// Finds everything on a frame that may be a link. An address that was cut off is none.
pub fn find(frame: &Buffer) -> Vec<Found> {
    let mut found = Vec::new();
    for y in frame.area.top()..frame.area.bottom() {
        for word in words(frame, y) {
            if let Some(start) = start_of_address(&word) {
                found.extend(address(frame, word.get(start..).unwrap_or_default()));
            } else {
                found.extend(file(&word));
            }
        }
    }
    found
}

fn words(frame: &Buffer, y: u16) -> Vec<Word> {
    let mut words = vec![Word::new()];
    let mut x = frame.area.left();
    while x < frame.area.right() {
        let symbol = frame[(x, y)].symbol();
        if is_gap(symbol) {
            words.push(Word::new());
        } else if let Some(word) = words.last_mut() {
            word.extend(symbol.chars().map(|c| (c, (x, y))));
        }
        x = x.saturating_add(u16::try_from(cells(symbol).max(1)).unwrap_or(1));
    }
    words.retain(|word| word.len() > 2);
    words
}

/// Blanks, and the signs that borders are made of.
fn is_gap(symbol: &str) -> bool {
    symbol.trim().is_empty() || is_border(symbol)
}

fn is_border(symbol: &str) -> bool {
    symbol == "|" || symbol.starts_with(|c| ('\u{2500}'..='\u{257f}').contains(&c))
}

fn start_of_address(word: &Word) -> Option<usize> {
    let text: String = word.iter().map(|(c, _)| *c).collect();
    let at = ["https://", "http://"].into_iter().filter_map(|scheme| text.find(scheme)).min()?;
    Some(text.get(..at).unwrap_or_default().chars().count())
}

fn is_of_address(c: char) -> bool {
    c.is_ascii_graphic() && !"<>\"`\\^{}|".contains(c)
}

/// An address from its beginning. One that fills its line goes on where the next line begins under it.
fn address(frame: &Buffer, from: &[(char, (u16, u16))]) -> Option<Found> {
    let (_, first) = *from.first()?;
    let mut word: Word = from.to_vec();
    let mut whole: Word = Vec::new();
    loop {
        let taken = word.iter().take_while(|(c, _)| is_of_address(*c)).count();
        if word.get(taken).is_some_and(|(c, _)| *c == '…') {
            return None;
        }
        whole.extend(word.iter().take(taken).copied());
        let Some((_, last)) = whole.last().copied() else { break };
        if taken < word.len() || !fills_its_line(frame, last) || whole.len() > LONGEST {
            break;
        }
        match below(frame, (first.0, last.1.saturating_add(1))) {
            Some(next) => word = next,
            None => break,
        }
    }
    let open = |c: char| whole.iter().filter(|(other, _)| *other == c).count();
    let balanced = open('(') == open(')');
    while let Some((c, _)) = whole.last()
        && (".,;:!?'\"]*_~".contains(*c) || (*c == ')' && !balanced))
    {
        whole.pop();
    }
    let text: String = whole.iter().map(|(c, _)| *c).collect();
    let host = text.split_once("://").map(|(_, rest)| rest.len()).unwrap_or_default();
    let cells = whole.into_iter().map(|(_, at)| at).collect();
    (host > 0).then_some(Found { kind: FoundKind::Address, text, cells })
}

/// Whether nothing could have stood after a cell: the border or the edge follows, after at most one blank.
fn fills_its_line(frame: &Buffer, (x, y): (u16, u16)) -> bool {
    let symbol = |x: u16| frame.cell((x, y)).map(|cell| cell.symbol().to_owned());
    match (symbol(x + 1), symbol(x + 2)) {
        (None, _) | (Some(_), None) => true,
        (Some(next), Some(after)) => is_border(&next) || (next.trim().is_empty() && is_border(&after)),
    }
}

/// The word that begins at a cell, when nothing stands before it on its line.
fn below(frame: &Buffer, (x, y): (u16, u16)) -> Option<Word> {
    if y >= frame.area.bottom() {
        return None;
    }
    let before = (frame.area.left()..x).rev().map(|x| frame[(x, y)].symbol());
    if before.take_while(|symbol| !is_border(symbol)).any(|symbol| !symbol.trim().is_empty()) {
        return None;
    }
    let word = words(frame, y).into_iter().find(|word| word.first().is_some_and(|(_, at)| *at == (x, y)))?;
    start_of_address(&word).is_none().then_some(word)
}

/// A word as the path of a file, without what stands around it in a sentence.
fn file(word: &Word) -> Option<Found> {
    let is_around = |c: char| "\"'`()[]<>{},;:!?*".contains(c);
    let from = word.iter().position(|(c, _)| !is_around(*c))?;
    let to = word.iter().rposition(|(c, _)| !is_around(*c) && *c != '.')?;
    let word = word.get(from..=to)?;
    let text: String = word.iter().map(|(c, _)| *c).collect();
    let path = text.split(':').next().unwrap_or_default();
    let known = |c: char| c.is_alphanumeric() || "._-/+@~#=%".contains(c);
    let is_path = path.contains(['/', '.'])
        && path.chars().any(char::is_alphabetic)
        && !path.starts_with(['-', '~'])
        && path.chars().all(known);
    let place = text.get(path.len()..).unwrap_or_default();
    let is_place = place.chars().all(|c| c == ':' || c.is_ascii_digit());
    let cells = word.iter().map(|(_, at)| *at).collect();
    (is_path && is_place).then(|| Found { kind: FoundKind::Path, text: path.to_owned(), cells })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use ratatui::style::Style;

    fn frame(lines: &[&str]) -> Buffer {
        Buffer::with_lines(lines.iter().copied())
    }

    fn texts(lines: &[&str]) -> Vec<String> {
        let found = find(&frame(lines)).into_iter();
        found
            .map(|found| match found.kind {
                FoundKind::Address => found.text,
                FoundKind::Path => format!("file {}", found.text),
            })
            .collect()
    }

    #[test]
    fn addresses_and_paths_are_found_in_sentences() {
        assert_eq!(
            texts(&["│ See (https://a.example/x_(y)?q=1), or src/main.rs:12:5. No. 3.14 1/2 -v  │"]),
            ["https://a.example/x_(y)?q=1", "file src/main.rs"]
        );
        assert_eq!(texts(&["GET http://127.0.0.1:8080/entries 200"]), ["http://127.0.0.1:8080/entries"]);
        assert_eq!(texts(&["日本 https://e.example/日"]), ["https://e.example/"]);
    }

    #[test]
    fn an_address_over_lines_is_one_link_and_a_cut_one_is_none() {
        let lines =
            ["│ https://example.com/a-very-l │ other    │", "│ ong/way/home and more        │ src/x.rs │"];
        assert_eq!(
            texts(&lines),
            ["https://example.com/a-very-long/way/home", "file ong/way/home", "file src/x.rs"]
        );
        let lines = ["│ see https://example.com/abcd │", "│ and more words               │"];
        assert_eq!(texts(&lines), ["https://example.com/abcd"]);
        assert_eq!(texts(&["│ https://example.com/a-ver… │"]), Vec::<String>::new());
    }

    #[test]
    fn cells_are_those_of_the_screen() {
        let mut buffer = frame(&["                "]);
        buffer.set_string(0, 0, "日本 a/b.rs", Style::default());
        let [found] = &find(&buffer)[..] else { panic!("one file") };
        assert_eq!(found.cells.first(), Some(&(5, 0)));
        assert_eq!(found.cells.last(), Some(&(10, 0)));
    }
}
