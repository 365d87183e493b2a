//! Evidence: named by its hash, kept once, and never believed when it changed.

use flightdeck::domain::event::Actor;
use flightdeck::domain::evidence::{EvidenceFacts, EvidenceKind, Settled};
use flightdeck::domain::id::{AttemptId, Commit, MilestoneId, Timestamp};
use flightdeck::domain::verdict::EvidenceRef;
use flightdeck::store::{Header, StoreError};

use super::{Place, on_every_store};

on_every_store!(
    evidence_is_kept_once_and_read_back_as_it_was,
    a_reference_reaches_nothing_outside,
    two_looks_are_two_pieces_even_when_they_saw_the_same,
    many_threads_keep_the_same_bytes_under_one_name,
);

fn evidence_is_kept_once_and_read_back_as_it_was(place: &Place) {
    let store = place.create();
    let evidence = store.evidence();
    assert_eq!(evidence.list().unwrap(), []);
    let png = [0x89, b'P', b'N', b'G', b'\n', 0, b'\n'];
    let first =
        evidence.keep(Header::new(EvidenceKind::Screenshot, "the front page\nin dark"), &png).unwrap();
    assert_eq!(
        first,
        evidence.keep(Header::new(EvidenceKind::Screenshot, "the front page\nin dark"), &png).unwrap()
    );
    assert!(first.0.starts_with("ev_") && first.0.len() == 15, "{first:?}");
    let second = evidence.keep(Header::new(EvidenceKind::Command, "cargo test"), b"").unwrap();
    let kept = evidence.get(&first).unwrap();
    assert_eq!((kept.header.kind, &kept.bytes[..]), (EvidenceKind::Screenshot, &png[..]));
    assert_eq!(kept.header.title, "the front page\nin dark");
    assert_eq!(evidence.get(&second).unwrap().bytes, b"");
    let mut expected = [first, second];
    expected.sort();
    assert_eq!(evidence.list().unwrap(), expected);
}

fn two_looks_are_two_pieces_even_when_they_saw_the_same(place: &Place) {
    let store = place.create();
    let facts = EvidenceFacts {
        by: Actor::Attempt(AttemptId(7)),
        round: Some((MilestoneId(1), 2)),
        commit: Some(Commit("abc".to_owned())),
        at: Timestamp(5),
        app: Some(1),
        stranger: None,
        settled: Settled::Still,
        look: 0,
    };
    let look = || {
        let header = Header::new(EvidenceKind::Terminal, "top").taken(facts.clone());
        store.evidence().keep(header, b"same").unwrap()
    };
    let (first, second) = (look(), look());
    assert_ne!(first, second);
    let doc = store.evidence().get(&second).unwrap().doc();
    assert_eq!(doc.facts, Some(EvidenceFacts { look: 2, ..facts.clone() }));
}

fn a_reference_reaches_nothing_outside(place: &Place) {
    let store = place.create();
    let evidence = store.evidence();
    evidence.keep(Header::new(EvidenceKind::Http, "GET /"), b"{}").unwrap();
    std::fs::create_dir_all(place.dir()).unwrap();
    std::fs::write(place.dir().join("secret"), "secret").unwrap();
    for name in ["ev_../../secret", "../secret", "ev_", "ev_ABC", "ev_abcdef", "", "ev_é"] {
        let refused = evidence.get(&EvidenceRef(name.to_owned())).unwrap_err();
        assert!(matches!(refused, StoreError::NoEvidence(_)), "{name}: {refused:?}");
    }
}

#[test]
fn evidence_that_changed_is_not_shown_as_proof() {
    let place = Place::sqlite();
    let store = place.create();
    let evidence = store.evidence();
    let reference = evidence.keep(Header::new(EvidenceKind::Command, "cargo test"), b"12 failed").unwrap();
    std::fs::write(place.dir().join("evidence").join(&reference.0), "{}\n0 failed").unwrap();
    let refused = evidence.get(&reference).unwrap_err();
    assert!(matches!(refused, StoreError::DamagedEvidence { .. }));
    assert!(refused.to_string().contains("proves nothing") && !refused.to_string().contains("sqlite3"));
    let removed = evidence.keep(Header::new(EvidenceKind::Command, "cargo test"), b"11 failed").unwrap();
    std::fs::remove_file(place.dir().join("evidence").join(&removed.0)).unwrap();
    let whole = evidence.keep(Header::new(EvidenceKind::Command, "cargo test"), b"10 failed").unwrap();
    assert_eq!(evidence.lost([&whole, &reference, &removed]), [reference, removed]);
}

#[test]
fn what_a_crash_left_half_written_is_no_evidence_and_goes() {
    let place = Place::sqlite();
    drop(place.create());
    let half = place.dir().join("evidence/.unfinished-1-0");
    std::fs::create_dir(place.dir().join("evidence")).unwrap();
    std::fs::write(&half, "{").unwrap();
    assert_eq!(place.read().unwrap().evidence().list().unwrap(), []);
    assert!(half.exists(), "a reader leaves it alone");
    assert_eq!(place.open().unwrap().evidence().list().unwrap(), []);
    assert!(!half.exists());
}

fn many_threads_keep_the_same_bytes_under_one_name(place: &Place) {
    let store = place.create();
    let evidence = store.evidence();
    let kept: Vec<EvidenceRef> = std::thread::scope(|scope| {
        let keep = || evidence.keep(Header::new(EvidenceKind::Terminal, "screen"), b"same").unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(keep)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(kept.iter().all(|reference| reference == &kept[0]));
    assert_eq!(evidence.list().unwrap().len(), 1);
}
