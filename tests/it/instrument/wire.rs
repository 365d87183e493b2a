//! Requests as they are written and answers as they come, against servers that keep no rules.

use std::time::Duration;

use flightdeck::instrument::http::{Body, HttpRequest, Order, Payload};
use flightdeck::instrument::{Exchange, HttpDriver, Rendering};
use pretty_assertions::assert_eq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// A server on a port of its own.
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (listener, address)
}

/// Takes what a client sends until it pauses.
async fn take(stream: &mut TcpStream) -> Vec<u8> {
    let mut taken = Vec::new();
    while let Ok(Ok(1..)) =
        tokio::time::timeout(Duration::from_millis(200), stream.read_buf(&mut taken)).await
    {}
    taken
}

/// Answers one client with these bytes and closes; gives what it was sent.
async fn answering(answer: &'static [u8]) -> (String, JoinHandle<Vec<u8>>) {
    let (listener, address) = listen().await;
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let taken = take(&mut stream).await;
        stream.write_all(answer).await.unwrap();
        taken
    });
    (address, served)
}

async fn sent(request: impl FnOnce(&str) -> HttpRequest) -> (String, Exchange) {
    let (address, served) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let exchange = HttpDriver::new(super::PATIENCE).send(&request(&address)).await.unwrap();
    (String::from_utf8_lossy(&served.await.unwrap()).into_owned(), exchange)
}

async fn answered(answer: &'static [u8], limit: Duration) -> Exchange {
    let (address, _served) = answering(answer).await;
    HttpDriver::new(limit).send(&HttpRequest::new("GET", address)).await.unwrap()
}

#[tokio::test]
async fn what_a_request_says_goes_over_the_wire_as_it_is_written() {
    for target in ["/%2e/x", "/../etc/passwd", "//a//b", "/a/./b?x=%zz&&", "/;x=1"] {
        let (wire, exchange) = sent(|address| HttpRequest::new("GET", format!("{address}{target}"))).await;
        assert!(wire.starts_with(&format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:")), "{wire}");
        assert_eq!(exchange.answer.status, 200);
    }
    let (wire, _) = sent(|address| {
        let mut request =
            HttpRequest::new("BREW", format!("{address}/pot")).with(Payload::Bytes(vec![0, 0xff]));
        request.headers = vec![("X-Twice".into(), "1".into()), ("X-Twice".into(), "2".into())];
        request.without = vec!["host".into()];
        request
    })
    .await;
    assert!(wire.starts_with("BREW /pot HTTP/1.1\r\n") && !wire.contains("Host"), "{wire}");
    assert!(wire.contains("X-Twice: 1\r\nX-Twice: 2\r\n") && wire.ends_with("\r\n\r\n\0\u{fffd}"), "{wire}");
    let raw = b"GET /a b HTTP/0.8\nHost : x\r\n\r\n";
    let (wire, exchange) =
        sent(|address| HttpRequest::new("", address).with(Payload::Raw(raw.to_vec()))).await;
    assert_eq!(wire.as_bytes(), raw);
    assert_eq!(exchange.request_body.unwrap().as_bytes(), raw);
}

#[tokio::test]
async fn an_answer_of_any_kind_is_shown_as_it_came() {
    for (answer, words) in [
        (&b"just words"[..], ["status: none", "no status line", "just words"]),
        (b"", ["status: none", "no answer", "closed without an answer"]),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour",
            ["status: 200", "after 4 of 10 bytes", "four"],
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\nbad",
            ["status: 200", "closed before its last chunk", "four"],
        ),
        (b"HTTP/1.1 999 \r\nA: 1\r\nA: 2\r\n\r\n\xff", ["status: 999", "A: 1\nA: 2", "(binary, 1 bytes)"]),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi\r\n",
            ["status: 200", "after the answer's end came", "\"\\r\\n\""],
        ),
    ] {
        let exchange = answered(answer, super::PATIENCE).await;
        let text = exchange.text(Rendering::Text);
        for words in words {
            assert!(text.contains(words), "{}: {text}", String::from_utf8_lossy(answer));
        }
        exchange.evidence().unwrap();
    }
    let tls = HttpDriver::new(super::PATIENCE);
    let (address, _served) = answering(b"HTTP/1.1 400 Bad\r\n\r\n").await;
    let secure = HttpRequest::new("GET", address.replace("http:", "https:"));
    assert!(tls.send(&secure).await.unwrap().text(Rendering::Text).contains("no answer: TLS failed"));
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_at_a_size_or_at_a_time() {
    let (listener, address) = listen().await;
    let _flood = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(take(&mut stream).await);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let part = vec![b'x'; 64 * 1024];
        while stream.write_all(&part).await.is_ok() {}
    });
    let large = HttpDriver::new(super::PATIENCE).send(&HttpRequest::new("GET", address)).await.unwrap();
    assert!(matches!(&large.answer.body, Body::CutText { text } if text.len() == 256 * 1024));

    let (listener, address) = listen().await;
    let _drip = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(take(&mut stream).await);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await.unwrap();
        while stream.write_all(b".").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    });
    let slow = HttpDriver::new(Duration::from_secs(1)).send(&HttpRequest::new("GET", address)).await.unwrap();
    assert_eq!(slow.answer.flaw.as_deref(), Some("it was not complete within 1 s"));
    assert!(matches!(&slow.answer.body, Body::Text { text } if text.starts_with("..")), "{:?}", slow.answer);

    let (_silent, address) = listen().await;
    let silent =
        HttpDriver::new(Duration::from_secs(1)).send(&HttpRequest::new("GET", address)).await.unwrap();
    assert!(silent.text(Rendering::Text).contains("no answer: nothing came within 1 s"));
}

#[tokio::test]
async fn requests_at_once_are_all_there_before_one_is_answered() {
    let (listener, address) = listen().await;
    // Nobody is answered before all have asked, and then the last one first: sent in turn, they would wait for ever.
    let _served = tokio::spawn(async move {
        let mut waiting = Vec::new();
        while waiting.len() < 6 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 1024];
            let count = stream.read(&mut asked).await.unwrap();
            let target = String::from_utf8_lossy(&asked[..count]).split(' ').nth(1).unwrap().to_owned();
            waiting.push((stream, target));
        }
        while let Some((mut stream, target)) = waiting.pop() {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{target}", target.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let requests: Vec<HttpRequest> =
        (0..6).map(|n| HttpRequest::new("GET", format!("{address}/{n}"))).collect();
    let exchanges = HttpDriver::new(super::PATIENCE).send_all(&requests, Order::AtOnce).await.unwrap();
    let bodies: Vec<String> = exchanges.iter().map(|exchange| exchange.answer.body.text()).collect();
    assert_eq!(bodies, ["/0", "/1", "/2", "/3", "/4", "/5"], "in the order of the requests");
    let first = exchanges.iter().map(|exchange| exchange.sent_after).min();
    assert_eq!(first, Some(0), "counted from the first that was sent");
}

#[tokio::test]
async fn one_that_cannot_connect_does_not_hold_up_the_others_of_a_burst() {
    let (address, _served) = answering(b"HTTP/1.1 204 None\r\n\r\n").await;
    let requests = [HttpRequest::new("GET", address), HttpRequest::new("GET", "http://127.0.0.1:1/")];
    let exchanges = HttpDriver::new(super::PATIENCE).send_all(&requests, Order::AtOnce).await.unwrap();
    let came: Vec<bool> = exchanges.iter().map(|exchange| exchange.answer.came()).collect();
    assert_eq!(came, [true, false]);
    let foreign = HttpRequest::new("GET", "http://example.org/");
    assert!(HttpDriver::new(super::PATIENCE).send_all(&[foreign], Order::InTurn).await.is_err());
}

#[tokio::test]
async fn redirects_that_go_round_end() {
    let (listener, address) = listen().await;
    let place = address.clone();
    let _served = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            drop(stream.read(&mut asked).await);
            let answer =
                format!("HTTP/1.1 302 Found\r\nLocation: {place}/again\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let round =
        HttpDriver::new(super::PATIENCE).send(&HttpRequest::new("GET", address).following()).await.unwrap();
    assert!(round.answer.flaw.unwrap().contains("redirects without end"));
}
