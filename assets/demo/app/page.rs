//! The pages that a visitor sees.

use crate::entry::Entry;

const STYLE: &str = "body{font:1.1rem/1.5 Georgia,serif;max-width:36rem;margin:3rem auto;padding:0 1rem;\
background:#fbf7ef;color:#2b2b2b}article{border-top:1px solid #d8cfbd;padding:.8rem 0}\
article p{margin:0;white-space:pre-wrap}cite{color:#8a5a2b}input,textarea{font:inherit;width:100%;\
box-sizing:border-box}label{display:block;margin:.6rem 0}";

/// The book, newest entry first.
pub fn book(entries: &[Entry]) -> String {
    let mut body = String::new();
    if entries.is_empty() {
        body.push_str("<p>Nobody has signed yet. Be the first!</p>\n");
    }
    for entry in entries {
        let (name, message) = (escape(&entry.name), escape(&entry.message));
        body.push_str(&format!("<article><p>{message}</p><cite>{name}</cite></article>\n"));
    }
    page("Guestbook", &body)
}

/// A page that says in one sentence what is the matter.
pub fn notice(title: &str, sentence: &str) -> String {
    page(title, &format!("<p>{}</p>\n<p><a href=\"/\">Back to the book</a></p>\n", escape(sentence)))
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n{body}</body></html>\n"
    )
}

/// Whatever people write is text, never markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_not_run() {
        let entry = Entry { name: "<b>Mallory</b>".to_owned(), message: "<script>\"&'".to_owned() };
        let html = book(&[entry]);
        assert!(html.contains("&lt;b&gt;Mallory&lt;/b&gt;"));
        assert!(html.contains("&lt;script&gt;&quot;&amp;&#39;"));
        assert!(!html.contains("<script>"));
    }

    #[test]
    fn an_empty_book_invites() {
        assert!(book(&[]).contains("Nobody has signed yet"));
    }
}
