//! Which piece stands beside another: the recording of the session that a screen is of, or what the page read that a
//! picture shows. No verdict names them; whoever took the one took the other.

use super::evidence::Header;
use crate::domain::evidence::{EvidenceFacts, EvidenceKind, Settled};
use crate::domain::verdict::EvidenceRef;

/// How the title of a session's first screen begins.
const BEGINS: &str = "started";

/// A piece among others: its name, what it is, and who took it.
type Known<'a> = (&'a EvidenceRef, &'a Header, &'a EvidenceFacts);

/// The piece that was taken nearest to this one, by the same hand, of the same session or page.
pub(super) fn beside<'a>(
    piece: &Header,
    among: impl IntoIterator<Item = (&'a EvidenceRef, &'a Header)>,
) -> Option<EvidenceRef> {
    let facts = piece.facts.as_ref()?;
    let same = |taken: &EvidenceFacts| {
        (taken.by, taken.round, &taken.commit) == (facts.by, facts.round, &facts.commit)
    };
    let others = among.into_iter().filter_map(|(name, header)| Some((name, header, header.facts.as_ref()?)));
    let others: Vec<Known<'_>> = others.filter(|(_, _, taken)| same(taken)).collect();
    let found = match piece.kind {
        EvidenceKind::Terminal => recording(piece, facts, &others),
        EvidenceKind::Screenshot => {
            let read = others.iter().filter(|(_, other, _)| other.kind == EvidenceKind::Page);
            nearest(facts, read.filter(|(_, other, _)| is_of_page(&piece.title, &other.title)))
        }
        EvidenceKind::Command
        | EvidenceKind::Http
        | EvidenceKind::Page
        | EvidenceKind::App
        | EvidenceKind::Recording
        | EvidenceKind::Steps
        | EvidenceKind::Unknown => None,
    };
    found.cloned()
}

fn nearest<'a: 'b, 'b>(
    facts: &EvidenceFacts,
    among: impl Iterator<Item = &'b Known<'a>>,
) -> Option<&'a EvidenceRef> {
    let far = |taken: &EvidenceFacts| (taken.at.0.abs_diff(facts.at.0), taken.look.abs_diff(facts.look));
    among.min_by_key(|(_, _, taken)| far(taken)).map(|(name, ..)| *name)
}

/// The recording of the session that a screen is of: one of the same program that was kept after the session began. What is
/// kept right after the first screen of a program that goes on is of the session before, which the new one ended.
fn recording<'a>(screen: &Header, facts: &EvidenceFacts, others: &[Known<'a>]) -> Option<&'a EvidenceRef> {
    let order = |taken: &EvidenceFacts| (taken.at, taken.look);
    let begins = |(_, other, taken): &&Known<'a>| {
        other.kind == EvidenceKind::Terminal
            && other.title.starts_with(BEGINS)
            && order(taken) <= order(facts)
    };
    let began = others.iter().filter(begins).map(|(_, _, taken)| *taken).max_by_key(|taken| order(taken));
    let is_before = |taken: &EvidenceFacts| {
        began.is_some_and(|began| {
            let next = taken.look == began.look + 1 && began.settled != Settled::Ended;
            order(taken) < order(began) || next
        })
    };
    let of_program = others.iter().filter(|(_, other, taken)| {
        other.kind == EvidenceKind::Recording
            && is_of_program(&screen.title, &other.title)
            && !is_before(taken)
    });
    nearest(facts, of_program)
}

/// Whether a recording is of the program whose command ends the title of a screen, shortened where it is long.
fn is_of_program(screen: &str, recording: &str) -> bool {
    let Some(command) = recording.strip_prefix("recording of ") else { return false };
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = screen.rsplit(" · ").next().unwrap_or(screen);
    shown == command || shown.strip_suffix('…').is_some_and(|begins| command.starts_with(begins))
}

/// Whether what was read is of the page that a picture shows.
fn is_of_page(picture: &str, page: &str) -> bool {
    let address = page.rsplit("page ").next().filter(|address| !address.is_empty());
    address.is_some_and(|address| picture.starts_with(&format!("screenshot of {address}: ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Actor;
    use crate::domain::id::{AttemptId, MilestoneId, Timestamp};

    fn header(kind: EvidenceKind, title: &str, by: u32, look: u64) -> Header {
        let facts = EvidenceFacts {
            by: Actor::Attempt(AttemptId(by)),
            round: Some((MilestoneId(1), 1)),
            commit: None,
            at: Timestamp(7),
            app: None,
            stranger: None,
            settled: Settled::Still,
            look,
        };
        Header::new(kind, title).taken(facts)
    }

    fn found(piece: &Header, others: &[Header]) -> Option<usize> {
        let names: Vec<EvidenceRef> = (0..others.len()).map(|at| EvidenceRef(at.to_string())).collect();
        let found = beside(piece, names.iter().zip(others))?;
        names.iter().position(|name| *name == found)
    }

    /// Looks in their order, each a screen or a recording of a program.
    fn session(looks: &[(&str, Settled)]) -> Vec<Header> {
        let header = |(look, (title, settled)): (u64, &(&str, Settled))| {
            let kind =
                if title.starts_with("recording") { EvidenceKind::Recording } else { EvidenceKind::Terminal };
            let mut header = header(kind, title, 3, look);
            header.facts.as_mut().unwrap().settled = *settled;
            header
        };
        (0..).zip(looks).map(header).collect()
    }

    #[test]
    fn a_screen_leads_to_the_recording_of_its_own_session() {
        use Settled::{Ended, Still};
        let looks = session(&[
            ("started: Name: · app sign", Still),
            ("typed `a`: thanks · app sign", Ended),
            ("recording of app  sign", Ended),
            ("waited for `thanks`: thanks · app sign", Ended),
            ("started: Name: · app sign", Still),
            ("typed `b`: b · app sign", Still),
            ("started: a b · app list", Ended),
            ("recording of app sign", Still),
            ("recording of app list", Ended),
            ("started: Name: · app sign", Still),
            ("started: Name: · app sign", Still),
            ("recording of app sign", Still),
            ("pressed Enter: bye · app sign", Ended),
            ("recording of app sign", Ended),
        ]);
        for (screen, recording) in
            [(0, 2), (1, 2), (3, 2), (4, 7), (5, 7), (6, 8), (9, 11), (10, 13), (12, 13)]
        {
            assert_eq!(found(&looks[screen], &looks), Some(recording), "{}: {}", screen, looks[screen].title);
        }
        let others = [header(EvidenceKind::Recording, "recording of app sign", 4, 1)];
        assert_eq!(found(&looks[0], &others), None, "another tester's");
        let long = header(EvidenceKind::Terminal, "started: x · app add --with-a-long…", 3, 0);
        let recorded = header(EvidenceKind::Recording, "recording of app add --with-a-long-option", 3, 1);
        assert_eq!(found(&long, &[recorded]), Some(0));
    }

    #[test]
    fn a_picture_leads_to_what_was_read_of_its_page() {
        let picture =
            header(EvidenceKind::Screenshot, "screenshot of http://h/: the window, 1280x800", 3, 10);
        let page = |title: &str, by, look| header(EvidenceKind::Page, title, by, look);
        let others = [
            page("page http://h/", 3, 2),
            page("page http://h/other", 3, 9),
            page("clicked button \"Go\": page http://h/", 3, 9),
            page("page http://h/", 4, 10),
        ];
        assert_eq!(found(&picture, &others), Some(2));
        assert_eq!(found(&others[0], &[picture]), None, "what was read needs no picture");
        assert_eq!(found(&Header::new(EvidenceKind::Screenshot, "old"), &others), None);
    }
}
