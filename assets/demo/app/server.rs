//! The book on the web.

use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::http::{Request, Response};
use crate::store::Store;
use crate::{json, page};

/// How long a client may keep a thread waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers until the process ends, one thread for each connection.
pub fn serve(listener: &TcpListener, store: &Store) -> io::Result<()> {
    for stream in listener.incoming() {
        let (stream, store) = (stream?, store.clone());
        thread::spawn(move || {
            if let Err(error) = converse(stream, &store) {
                eprintln!("a connection broke: {error}");
            }
        });
    }
    Ok(())
}

fn converse(mut stream: TcpStream, store: &Store) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let response = match Request::read(&mut reader) {
        Ok(Some(request)) => answer(&request, store),
        Ok(None) => return Ok(()),
        Err(error) => refuse(&error),
    };
    response.write(&mut stream)
}

fn refuse(error: &io::Error) -> Response {
    Response::text(400, &error.to_string())
}

/// The response to a request.
pub fn answer(request: &Request, store: &Store) -> Response {
    let found = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") => store.entries().map(|entries| Response::html(200, page::book(&entries))),
        ("GET", "/api/entries") => store.entries().map(|entries| Response::json(json::entries(&entries))),
        ("GET", "/health") => Ok(Response::text(200, "ok")),
        (_, "/" | "/api/entries" | "/health") => {
            Ok(Response::html(405, page::notice("Not so", "This page can only be read.")))
        }
        _ => Ok(Response::html(404, page::notice("Not found", "There is no such page in this book."))),
    };
    found.unwrap_or_else(|error| {
        eprintln!("the book cannot be used: {error}");
        Response::html(500, page::notice("Sorry", "The book cannot be opened right now."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Entry;

    fn book(name: &str) -> Store {
        let path = std::env::temp_dir().join(format!("guestbook-{}-web-{name}.tsv", std::process::id()));
        drop(std::fs::remove_file(&path));
        Store::new(path)
    }

    fn get(path: &str, store: &Store) -> Response {
        answer(&Request::new("GET", path, ""), store)
    }

    #[test]
    fn the_book_is_a_page_and_a_document() {
        let store = book("read");
        store.add(&Entry::new("Ada", "Hello").unwrap()).unwrap();
        assert!(get("/", &store).body.contains("<cite>Ada</cite>"));
        assert_eq!(get("/api/entries", &store).body, r#"[{"name":"Ada","message":"Hello"}]"#);
    }

    #[test]
    fn it_says_that_it_is_well() {
        let response = get("/health", &book("health"));
        assert_eq!((response.status, response.body.as_str()), (200, "ok"));
    }

    #[test]
    fn other_pages_are_not_found() {
        assert_eq!(get("/admin", &book("other")).status, 404);
        assert_eq!(answer(&Request::new("DELETE", "/", ""), &book("delete")).status, 405);
    }
}
